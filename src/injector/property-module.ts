/** The modules of users that are properties. */
import type { Mistake } from '../config/own-backend.ts';
import { EXPECTATION, FAULT_NEVER_FIRED } from '../properties/index.ts';
import { PROPERTY_NAMES } from '../properties/names.ts';
import * as kit from '../properties/own.ts';
import { readUserModule, whyNoContract } from './user-module.ts';

const EXPECTED =
  "export default defineProperty({ contract: 1, name: 'mine', statement: '…', check: (c, record) => [] })";
const HINT = `the contract is docs/extending.md: ${EXPECTED}`;

/** The property in a file, by its path from the current folder. Never throws. */
export function readPropertyModule(file: string): kit.OwnProperty | Mistake {
  const property = 'property';
  return readUserModule<kit.OwnProperty>(file, {
    noun: property,
    kit: { 'mktrouble/property': kit },
    hint: HINT,
    whyNone(module) {
      const why = whyNoContract(module, property, kit.PROPERTY_CONTRACT_VERSION);
      if (why !== undefined) return why;
      const { name, statement, check } = module as kit.OwnProperty;
      if ([...PROPERTY_NAMES, EXPECTATION.name, FAULT_NEVER_FIRED.name].includes(name))
        return `the name ${name} is that of a property of mktrouble`;
      if (typeof statement !== 'string' || statement === '') return 'its property has no statement';
      return typeof check === 'function' ? undefined : 'its property has no function `check`';
    },
  });
}
