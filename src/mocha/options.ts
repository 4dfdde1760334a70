/** How scenario files are run as suites; the same options for the command line and for Mocha's own, also in its workers. */
import { BACKENDS, type BackendName } from '../model/case.ts';

export interface SuiteOptions {
  /** Each case is one test on each of these. */
  readonly backends: readonly BackendName[];
  readonly protocol?: string;
  readonly seed?: string;
  readonly schedules?: number;
  /** Only cases whose title (with its tags) matches; the source of a regular expression. */
  readonly grep?: string;
  /** Only cases with at least one of these tags. */
  readonly tags?: readonly string[];
}

export const DEFAULT_OPTIONS: SuiteOptions = { backends: ['simulated'] };

/** The one way into a worker process, and from the shell into `npx mocha`: SuiteOptions as JSON. */
export const OPTIONS_VARIABLE = 'MKTROUBLE_OPTIONS';

/** The options that the environment gives, over the defaults; a text that says what is wrong with them. */
export function optionsFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): SuiteOptions | string {
  const text = environment[OPTIONS_VARIABLE];
  if (text === undefined || text === '') return DEFAULT_OPTIONS;
  try {
    return checked({ ...DEFAULT_OPTIONS, ...JSON.parse(text) });
  } catch (error) {
    return `${OPTIONS_VARIABLE} is not JSON: ${(error as Error).message}`;
  }
}

function checked(options: SuiteOptions): SuiteOptions | string {
  const known = ['backends', 'protocol', 'seed', 'schedules', 'grep', 'tags'];
  const stranger = Object.keys(options).find((key) => !known.includes(key));
  if (stranger !== undefined) return `${OPTIONS_VARIABLE}: unknown option ${stranger}; known are ${known.join(', ')}`;
  if (!Array.isArray(options.backends) || options.backends.some((name) => !BACKENDS.includes(name))) {
    return `${OPTIONS_VARIABLE}: backends is a list of ${BACKENDS.join(', ')}`;
  }
  return options;
}
