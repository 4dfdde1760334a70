/** How scenario files are run as suites; the same options for the command line and for Mocha's own, also in its workers. */
import * as z from 'zod';
import { BACKENDS, type BackendName } from '../model/case.ts';

export interface SuiteOptions {
  /** Each case is one test on each of these. */
  readonly backends: readonly BackendName[];
  /** Cases that are for other backends only are left out, not skipped. */
  readonly own?: boolean;
  /** Instead of the protocol that a scenario names. */
  readonly protocol?: string;
  readonly seed?: string;
  /** From 1. */
  readonly schedules?: number;
  /** States that the exhaustive searches of a run may look at together, from 1. */
  readonly maxStates?: number;
  /** Milliseconds for the run. */
  readonly timeout?: number;
  /** Bytes that an exhaustive search may hold, in this process. */
  readonly maxMemory?: number;
  /** Only cases whose title (with its tags) matches; the source of a regular expression. */
  readonly grep?: string;
  /** Only cases with at least one of these tags. */
  readonly tags?: readonly string[];
  /** The folder for the replay files of findings; none are written without. */
  readonly replays?: string;
  /** The folder in which a case that fails gets one of its own, with what its run left: images, logs, output. None is kept without. */
  readonly keep?: string;
  /** Whether verdicts say what of the protocol was reached. */
  readonly coverage?: boolean;
  /** Whether the commands of scenarios may be run; default: no. */
  readonly allowCommands?: boolean;
}

export const DEFAULT_OPTIONS: SuiteOptions = { backends: ['simulated'] };

/** The one way into a worker process, and from the shell into `npx mocha`: SuiteOptions as JSON. */
export const OPTIONS_VARIABLE = 'MKTROUBLE_OPTIONS';

/** Characters of all options, at most: Linux takes 128 KiB for one variable. */
const MAX_TEXT = 1 << 17;
/** Of one text, and of a list of them. */
const MAX_WORD = 4096;
const MAX_WORDS = 1000;
/** As for `schedules` of a scenario. */
const MAX_SCHEDULES = 1_000_000_000;
/** What a timer takes: 24 days. */
const MAX_TIMEOUT = 2 ** 31 - 1;

const word = z.string().max(MAX_WORD);

const OPTIONS = z.strictObject({
  backends: z
    .array(z.enum(BACKENDS))
    .min(1)
    .max(BACKENDS.length)
    .default([...DEFAULT_OPTIONS.backends]),
  own: z.boolean().optional(),
  protocol: word.optional(),
  seed: word.optional(),
  schedules: z.int().min(1).max(MAX_SCHEDULES).optional(),
  maxStates: z.int().min(1).optional(),
  timeout: z.number().positive().max(MAX_TIMEOUT).optional(),
  maxMemory: z.int().min(1).optional(),
  grep: word.refine(isPattern, 'not a regular expression').optional(),
  tags: z.array(word).max(MAX_WORDS).optional(),
  replays: word.optional(),
  keep: word.min(1).optional(),
  coverage: z.boolean().optional(),
  allowCommands: z.boolean().optional(),
});

/** The options that the environment gives, over the defaults; a text that says what is wrong with them. */
export function optionsFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): SuiteOptions | string {
  const text = environment[OPTIONS_VARIABLE];
  if (text === undefined || text === '') return DEFAULT_OPTIONS;
  if (text.length > MAX_TEXT) return `${OPTIONS_VARIABLE} has ${text.length} characters; at most ${MAX_TEXT} are read`;
  try {
    const { error, data } = OPTIONS.safeParse(JSON.parse(text));
    return error ? `${OPTIONS_VARIABLE}: ${z.prettifyError(error)}` : (data as SuiteOptions);
  } catch (error) {
    return `${OPTIONS_VARIABLE} is not JSON: ${(error as Error).message}`;
  }
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
