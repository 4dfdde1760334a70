/** The options on their way to a worker process: one variable, which nothing but a worker reads. */
import { parseJson } from '../boundary/parse-json.ts';
import { type Environment, MAX_VARIABLE } from './environment.ts';
import type { Options } from './options.ts';
import { WORKER_SETTINGS } from './schema.ts';

const VARIABLE = 'MKTROUBLE_WORKER_OPTIONS';

/** The environment variable for the workers of this process, as name and value. */
export function writeForWorkers(options: Options): readonly [name: string, value: string] {
  return [VARIABLE, JSON.stringify(options)];
}

/** The options that the parent process has made; a text that says what is wrong with them. */
export function readFromParent(environment: Environment): Options | string {
  const text = environment[VARIABLE] ?? '';
  if (text.length > MAX_VARIABLE) return `${VARIABLE} has ${text.length} characters; at most ${MAX_VARIABLE} are read`;
  const options = parseJson(WORKER_SETTINGS, text);
  return typeof options === 'string' ? `${VARIABLE}: ${options}` : (options as Options);
}
