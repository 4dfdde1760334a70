/** Reporters of users in files of their own: modules that the command line or the configuration names. */
import * as kit from '../../reporters/own.ts';
import type { Mistake } from '../config/own-backend.ts';
import { readUserModule } from '../injector/user-module.ts';

const EXPECTED = "export default defineReporter({ contract: 1, name: 'mine', create: ({ out }) => … })";

/** A reporter of Mocha's kind. */
export type MochaClass = new (...args: never[]) => object;

/** The reporter in a file, by its path from the current folder: one of mktrouble's contract, or a class of Mocha's. Never throws. */
export function readReporterModule(file: string): kit.OwnReporter | MochaClass | Mistake {
  return readUserModule<kit.OwnReporter, MochaClass>(file, {
    noun: 'reporter',
    kit: { 'mktrouble/reporter': kit },
    version: kit.REPORTER_CONTRACT_VERSION,
    hint: `the contract is docs/extending.md: ${EXPECTED}; a class is a reporter of Mocha`,
    does: 'create',
    isOther: (exported) => typeof exported === 'function',
  });
}
