/** Values that are written as text: times, sizes, patterns, reporters. */

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const BYTES = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 } as const;

/** What a timer takes: 24 days. */
export const MAX_TIMEOUT = 2 ** 31 - 1;

/** A time such as `500ms`, `90s`, `1.5h` in milliseconds; undefined for any other text, for 0 and for more than MAX_TIMEOUT. `unit`: the unit of a number without one. */
export function readTime(text: string, unit?: keyof typeof MILLISECONDS): number | undefined {
  const [, number, own = unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  if (own === undefined) return undefined;
  const time = Number(number) * MILLISECONDS[own as keyof typeof MILLISECONDS];
  return time > 0 && time <= MAX_TIMEOUT ? time : undefined;
}

/** A size such as `500M`, `1.5GiB` in bytes; undefined for any other text, and for less than one byte. */
export function readSize(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([KMG])i?B?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * BYTES[unit?.toUpperCase() as keyof typeof BYTES]);
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Whether a text is a regular expression. */
export function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/** The reporters that ship, by the names that `--reporter` takes. */
export const REPORTER_NAMES: readonly string[] = [
  'spec',
  'junit',
  'json',
  'tap',
  'github',
  'html',
  'sarif',
  'ctrf',
  'coverage',
];

/** Reporters that write whole lines, each for itself; the others write one document, which must not be mixed with anything. */
const LINE_REPORTERS: ReadonlySet<string> = new Set(['spec', 'github', 'coverage']);

/** Reporters that report what of the protocol was reached. */
const COVERING: ReadonlySet<string> = new Set(['coverage', 'html', 'json']);

export interface ReporterSpec {
  readonly name: string;
  /** The file that it writes; standard output when it names none. */
  readonly output?: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A reporter as `name` or `name=file`; undefined where the file is missing. */
export function readReporter(text: string): ReporterSpec | undefined {
  const [name = '', ...rest] = text.split('=');
  const output = rest.join('=');
  if (name === '' || (text.includes('=') && output === '')) return undefined;
  return output === '' ? { name } : { name, output };
}

/** Why a reporter cannot report beside these others; undefined when it can. */
export function refuseReporter({ name, output }: ReporterSpec, others: readonly ReporterSpec[]): string | undefined {
  if (output !== undefined) return undefined;
  const onTerminal = others.filter((other) => other.output === undefined).map((other) => other.name);
  if (onTerminal.includes(name)) return `${name} has the terminal already`;
  if (onTerminal.length === 0 || [name, ...onTerminal].every((one) => LINE_REPORTERS.has(one))) return undefined;
  return `only ${[...LINE_REPORTERS].join(', ')} can share the terminal; give the others a file: name=file`;
}

/** Whether one of these reporters needs to know what of the protocol was reached. */
export function needsCoverage(reporters: readonly ReporterSpec[]): boolean {
  return reporters.some(({ name }) => COVERING.has(name));
}
