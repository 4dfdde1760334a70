/** The modules of users that are properties. */
import type { Mistake } from '../config/own-backend.ts';
import { EXPECTATION, FAULT_NEVER_FIRED } from '../properties/index.ts';
import { PROPERTY_NAMES } from '../properties/names.ts';
import * as kit from '../properties/own.ts';
import { readUserModule } from './user-module.ts';

const EXPECTED =
  "export default defineProperty({ contract: 1, name: 'mine', statement: '…', check: (c, record) => [] })";

/** The property in a file, by its path from the current folder. Never throws. */
export function readPropertyModule(file: string): kit.OwnProperty | Mistake {
  return readUserModule<kit.OwnProperty>(file, {
    noun: 'property',
    kit: { 'mktrouble/property': kit },
    version: kit.PROPERTY_CONTRACT_VERSION,
    hint: `the contract is docs/extending.md: ${EXPECTED}`,
    taken: [...PROPERTY_NAMES, EXPECTATION.name, FAULT_NEVER_FIRED.name],
    text: 'statement',
    does: 'check',
  });
}
