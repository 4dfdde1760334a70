/** Which of the error messages that a program of CRIU contains were reached: pr_err() keeps each as a format in the program. */
import { readFile } from 'node:fs/promises';

/** As criu/include/log.h begins the format of each error; file and line are arguments. */
const BEGIN = Buffer.from('Error (%s:%d): ');

export class ErrorMessages {
  /** By format, what matches it. */
  readonly #formats: ReadonlyMap<string, RegExp>;
  readonly #reached = new Set<string>();
  readonly #places = new Set<string>();

  constructor(formats: readonly string[]) {
    this.#formats = new Map(formats.map((format) => [format, toPattern(format)]));
  }

  /** Those of a program. None can be read: there are none. */
  static async of(program: string): Promise<ErrorMessages> {
    return new ErrorMessages(findFormats(await readFile(program).catch(() => Buffer.alloc(0))));
  }

  /** An error as a record has it: `cr-dump.c:1570: Collect mappings failed`. */
  add(error: string): void {
    const [, place, text = ''] = /^(\S+?:\d+): (.*)$/s.exec(error) ?? [];
    this.#places.add(place ?? error);
    const of = [...this.#formats].filter(([, pattern]) => pattern.test(text)).map(([format]) => format);
    // Of several the most literal one: a format that is only `%s` matches everything.
    const [best] = of.sort((a, b) => literal(b) - literal(a));
    if (best !== undefined) this.#reached.add(best);
  }

  /** Files and lines of CRIU's source. */
  get places(): number {
    return this.#places.size;
  }

  get reached(): number {
    return this.#reached.size;
  }

  /** Different messages; several lines of the source may have one. */
  get total(): number {
    return this.#formats.size;
  }
}

/** The formats in a program, each once, without what all begin with. */
export function findFormats(program: Buffer): string[] {
  const found = new Set<string>();
  for (let at = program.indexOf(BEGIN); at >= 0; at = program.indexOf(BEGIN, at + 1)) {
    const end = program.indexOf(0, at);
    found.add(program.toString('utf8', at + BEGIN.length, end < 0 ? program.length : end).trim());
  }
  return [...found].filter((format) => format !== '');
}

const DIRECTIVE = /%[-#0 +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?(?:hh|h|ll|l|z|j|t)?[diouxXcspm%]/g;

function toPattern(format: string): RegExp {
  const literals = format.split(DIRECTIVE).map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${literals.join('.*')}$`, 's');
}

function literal(format: string): number {
  return format.replace(DIRECTIVE, '').length;
}
