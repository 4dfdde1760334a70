/** Whether the reports that are asked for can be made: known before anything runs. */
import { createRequire } from 'node:module';
import path from 'node:path';
import Mocha from 'mocha';
import type { ListenerFactory } from '../../../reporters/shared/listener.ts';
import { checkWritable, whyNotWritable } from '../../boundary/write-file.ts';
import { isMistake } from '../../config/own-backend.ts';
import { REPORTER_NAMES, type ReporterSpec } from '../../config/values.ts';
import { readReporterModule } from '../../mocha/own-reporter.ts';
import { isModuleFile } from '../../model/case.ts';
import { didYouMean } from '../../scenario/source/nearest.ts';
import { complain, type EXIT } from '../exit.ts';

/** Exit code 2 when a reporter is not known or its file can't be written, which has then been said. */
export function refuseReporters(reporters: readonly ReporterSpec[]): typeof EXIT.input | undefined {
  const files = new Set<string>();
  for (const { name, output } of reporters) {
    if (isModuleFile(name)) {
      const read = readReporterModule(name);
      if (isMistake(read)) return complain(read.message, read.hint);
    } else if (!isReporter(name)) {
      const known = `known are ${REPORTER_NAMES.join(', ')}, Mocha's own, and modules`;
      return complain(`unknown reporter ${name}`, didYouMean(name, REPORTER_NAMES) ?? known);
    }
    if (output === undefined) continue;
    const file = path.resolve(output);
    const why = files.has(file) ? 'another reporter writes it' : whyNotWritable(() => checkWritable(file))?.reason;
    if (why !== undefined) return complain(`cannot write the report to ${output}: ${why}`);
    files.add(file);
  }
  return undefined;
}

/** Whether there is a reporter of this name: one that ships, one of Mocha's, or a module as seen from here. */
function isReporter(name: string): boolean {
  if (REPORTER_NAMES.includes(name) || Object.hasOwn(Mocha.reporters, name)) return true;
  try {
    createRequire(path.resolve('package.json')).resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** The reporter of a user's own file, for reports that are merged; undefined for a name. Throws for a class of Mocha's, which needs a run. */
export function findReporter(name: string): ListenerFactory | undefined {
  if (!isModuleFile(name)) return undefined;
  const read = readReporterModule(name);
  if (typeof read !== 'function' && !isMistake(read)) return read.create;
  throw new Error(`${name} cannot report what did not run here: it is a reporter of Mocha`);
}
