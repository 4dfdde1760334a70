/** A kind of state that a process has beside what the agent sees, read from outside, in /proc. */
import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import type { CriuFacts } from '../../record/criu.ts';

/** What a file of /proc is read into: most are smaller, and are read at once. */
const BUFFER = Buffer.alloc(1 << 16);

/**
 * A folder of /proc and what was read of it already: several kinds read the same files and links. What cannot be read is empty: a
 * kernel built without it, or a task that has exited meanwhile.
 */
export class ProcFolder {
  readonly path: string;
  readonly #texts = new Map<string, string>();
  readonly #links = new Map<string, string>();
  readonly #lists = new Map<string, readonly string[]>();

  constructor(path: string) {
    this.path = path;
  }

  /** A file of the folder. */
  text(file: string): string {
    return known(this.#texts, file, () => orNone(() => readText(`${this.path}/${file}`), ''));
  }

  /** The target of a link; empty where there is none. */
  link(file: string): string {
    return known(this.#links, file, () => orNone(() => readlinkSync(`${this.path}/${file}`), ''));
  }

  /** The names of a folder. */
  list(folder: string): readonly string[] {
    return known(this.#lists, folder, () => orNone(() => readdirSync(`${this.path}/${folder}`), []));
  }

  /** A line of `status`, without its name: `status('Umask')`. */
  status(field: string): string {
    const text = this.text('status');
    const at = text.indexOf(`\n${field}:`);
    if (at < 0) return '';
    const end = text.indexOf('\n', at + 1);
    return text.slice(at + field.length + 2, end).trim();
  }

  /** A field of `stat`, by its number in proc_pid_stat(5), from 3: the two before are the pid and the name. */
  stat(number: number): string {
    const text = this.text('stat');
    return (
      text
        .slice(text.lastIndexOf(')') + 2)
        .split(' ')
        [number - 3]?.trim() ?? ''
    );
  }
}

function known<T>(all: Map<string, T>, name: string, read: () => T): T {
  let one = all.get(name);
  if (one === undefined) {
    one = read();
    all.set(name, one);
  }
  return one;
}

/** The size of a file of /proc is not known before it is read: a read of nothing ends it. */
function readText(path: string): string {
  const file = openSync(path, 'r');
  try {
    let text = '';
    for (;;) {
      const got = readSync(file, BUFFER, 0, BUFFER.length, null);
      if (got === 0) return text;
      text += BUFFER.toString('latin1', 0, got);
    }
  } finally {
    closeSync(file);
  }
}

function orNone<T>(read: () => T, none: T): T {
  try {
    return read();
  } catch {
    return none;
  }
}

export interface Kind {
  /** `process`: it is one of the whole process; `thread`: each thread has its own. */
  readonly of: 'process' | 'thread';
  /**
   * Whether a program that runs may change it at any time by what it does: then it is compared only while CRIU holds the program.
   */
  readonly changes: boolean;
  /** The facts by name, `umask`, or by name and item, `open file 3`. */
  read(folder: ProcFolder): CriuFacts;
}
