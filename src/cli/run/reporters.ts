/** Which reporters there are. */
import { createRequire } from 'node:module';
import path from 'node:path';
import Mocha from 'mocha';
import { REPORTER_NAMES } from './request.ts';

/** Whether there is a reporter of this name: one that ships, one of Mocha's, or a module as seen from here. */
export function isReporter(name: string): boolean {
  if (REPORTER_NAMES.includes(name) || Object.hasOwn(Mocha.reporters, name)) return true;
  try {
    createRequire(path.resolve('package.json')).resolve(name);
    return true;
  } catch {
    return false;
  }
}
