/** The options of `mktrouble run`, checked: what is to be run, and how it is reported. */
import { InvalidArgumentError } from 'commander';
import { KNOWN_BACKENDS } from '../../injector/backends.ts';
import { defaultMaxMemory } from '../../injector/budget.ts';
import { KNOWN_NAMES, resolveName } from '../../injector/known.ts';
import { DEFAULT_OPTIONS, type SuiteOptions } from '../../mocha/options.ts';
import type { BackendName } from '../../model/case.ts';
import { didYouMean } from '../../scenario/source/nearest.ts';
import { note } from '../exit.ts';

/** As commander hands them over. */
export interface RunFlags {
  /** Without it cases choose for themselves. */
  readonly backend?: readonly BackendName[];
  readonly protocol?: string;
  readonly grep?: string;
  readonly tag: readonly string[];
  readonly seed?: string;
  readonly schedules?: number;
  readonly maxStates?: number;
  /** Milliseconds. */
  readonly timeout?: number;
  /** Bytes, for the whole run. */
  readonly maxMemory?: number;
  readonly bail: boolean;
  readonly parallel?: number;
  readonly watch: boolean;
  readonly list: boolean;
  readonly dryRun: boolean;
  readonly replays: string;
  readonly allowCommands: boolean;
  readonly keep?: string;
  readonly failOnSkip: boolean;
  readonly reporter?: readonly ReporterSpec[];
  readonly records: 'all' | 'failed' | 'none';
}

/** The reporters that ship, by the names that `--reporter` takes. */
export const REPORTER_NAMES: readonly string[] = ['spec', 'junit', 'json', 'tap', 'github', 'html', 'coverage'];

export interface ReporterSpec {
  readonly name: string;
  /** The file that it writes; standard output when it names none. */
  readonly output?: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Reporters that write whole lines, each for itself; the others write one document, which must not be mixed with anything. */
const LINE_REPORTERS: ReadonlySet<string> = new Set(['spec', 'github', 'coverage']);

/** Reporters that say what of the protocol was reached. */
const COVERING: ReadonlySet<string> = new Set(['coverage', 'html', 'json']);

/** The part of the options that the suites need. */
export function suiteOptions(flags: RunFlags): SuiteOptions {
  const {
    backend: backends = DEFAULT_OPTIONS.backends,
    protocol,
    seed,
    schedules,
    maxStates,
    timeout,
    maxMemory,
    parallel: jobs = 1,
    grep,
    tag: tags,
    replays,
    keep,
    reporter,
    allowCommands,
  } = flags;
  const coverage = reporter?.some(({ name }) => COVERING.has(name)) ?? false;
  return {
    ...(coverage && { coverage }),
    backends,
    replays,
    ...(keep !== undefined && { keep }),
    ...(allowCommands && { allowCommands }),
    ...(protocol !== undefined && { protocol }),
    ...(seed !== undefined && { seed }),
    ...(schedules !== undefined && { schedules }),
    ...(maxStates !== undefined && { maxStates }),
    ...(timeout !== undefined && { timeout }),
    // Workers search at the same time: the memory is for all of them.
    maxMemory: Math.floor((maxMemory ?? defaultMaxMemory()) / jobs),
    ...(grep !== undefined && { grep }),
    ...(tags.length > 0 && { tags }),
  };
}

/** `--backend`: a name, or `all`. */
export function parseBackend(text: string): readonly BackendName[] {
  if (text === 'all') return KNOWN_BACKENDS;
  const name = KNOWN_BACKENDS.find((known) => known === text);
  if (name) return [name];
  throw new InvalidArgumentError(
    sentences(`known are ${KNOWN_BACKENDS.join(', ')} and all`, didYouMean(text, KNOWN_BACKENDS)),
  );
}

/** `--protocol`: one that this build has. */
export function parseProtocol(text: string): string {
  const { protocols } = KNOWN_NAMES;
  const name = resolveName('protocols', text);
  if (name !== text) note(`the protocol ${text} has been renamed to ${name}`);
  if (protocols.includes(name)) return name;
  const known = `known are patch, series, hardened and ${protocols.length - 3} variants`;
  throw new InvalidArgumentError(sentences(known, didYouMean(text, protocols)));
}

/** A whole number from 1. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError('it must be a whole number, at least 1');
}

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const BYTES = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 } as const;

/** `--timeout`: a number of seconds, or one with its unit; in milliseconds. */
export function parseTimeout(text: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const timeout = Number(number) * MILLISECONDS[unit as keyof typeof MILLISECONDS];
  if (timeout > 0) return timeout;
  throw new InvalidArgumentError('it must be a time above 0, such as 30, 500ms, 90s or 5m; without a unit in seconds');
}

/** `--max-memory`: a number with its unit; in bytes. */
export function parseMemory(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([KMG])i?B?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * BYTES[unit?.toUpperCase() as keyof typeof BYTES]);
  if (bytes > 0) return bytes;
  throw new InvalidArgumentError('it must be a size with its unit, such as 500M or 2G');
}

/** `--grep`: a regular expression, kept as its source. */
export function parseGrep(text: string): string {
  try {
    new RegExp(text);
    return text;
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** `--reporter name[=file]`, repeatable; whether there is such a reporter is found out when all options are known. */
export function parseReporter(text: string, before: readonly ReporterSpec[] = []): readonly ReporterSpec[] {
  const [name = '', ...rest] = text.split('=');
  const output = rest.join('=');
  if (text.includes('=') && output === '') throw new InvalidArgumentError('a file name must follow "="');
  const onTerminal = before.filter((other) => other.output === undefined).map((other) => other.name);
  if (output === '' && onTerminal.length > 0) {
    if (onTerminal.includes(name)) throw new InvalidArgumentError(`${name} has the terminal already`);
    if (![name, ...onTerminal].every((one) => LINE_REPORTERS.has(one)))
      throw new InvalidArgumentError(
        `only ${[...LINE_REPORTERS].join(', ')} can share the terminal; give the others a file: name=file`,
      );
  }
  return [...before, output === '' ? { name } : { name, output }];
}

function sentences(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('; ');
}
