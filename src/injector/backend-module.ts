/** The modules of users that are backends. */
import * as kit from '../backends/index.ts';
import { type BackendModule, CONTRACT_VERSION } from '../backends/module.ts';
import type { Mistake } from '../config/own-backend.ts';
import { BACKENDS } from '../model/case.ts';
import { readUserModule } from './user-module.ts';

const EXPECTED = `export default defineBackend({ contract: ${CONTRACT_VERSION}, name: 'mine', create: () => … })`;
/** What to do about a module that is no backend. */
export const CONTRACT_HINT = `the contract is docs/writing-a-backend.md: ${EXPECTED}`;

/** The module in a file, by its path from the current folder; read once in a process. Never throws. */
export function readBackendModule(file: string): BackendModule | Mistake {
  return readUserModule<BackendModule>(file, {
    noun: 'backend',
    kit: { 'mktrouble/backend': kit },
    version: CONTRACT_VERSION,
    hint: CONTRACT_HINT,
    taken: ['all', ...BACKENDS],
    does: 'create',
  });
}
