/** The modules of users that are fault verbs. */
import * as kit from '../backends/own-fault.ts';
import type { Mistake } from '../config/own-backend.ts';
import { isBackendName, isShipped } from '../model/case.ts';
import { whyNoWords } from '../model/own-words.ts';
import { VERB_NAMES } from '../scenario/schema/fault.ts';
import { readUserModule } from './user-module.ts';

const EXPECTED =
  "export default defineFault({ contract: 1, name: 'mine', statement: '…', backends: ['my-backend'], moments: { 'after-save': '…' }, fire: () => true })";
const TARGETS: readonly unknown[] = [undefined, 'none', 'optional', 'required'];

/** The fault verb in a file, by its path from the current folder. Never throws. */
export function readFaultModule(file: string): kit.OwnFault | Mistake {
  return readUserModule<kit.OwnFault>(file, {
    noun: 'fault',
    kit: { 'mktrouble/fault': kit },
    version: kit.FAULT_CONTRACT_VERSION,
    hint: `the contract is docs/extending.md: ${EXPECTED}`,
    taken: VERB_NAMES,
    text: 'statement',
    does: 'fire',
    whyNone: whyNoFault,
  });
}

function whyNoFault({ backends, moments, targets, words }: kit.OwnFault): string | undefined {
  if (!Array.isArray(backends) || backends.length === 0) return 'its fault names no backends';
  for (const backend of backends as readonly unknown[]) {
    if (typeof backend !== 'string' || !isBackendName(backend))
      return `its fault names ${JSON.stringify(backend)}, which is no name of a backend`;
    if (isShipped(backend))
      return `its fault is for the backend ${backend}, which ships: only a backend of your own has moments of its own`;
  }
  if (typeof moments !== 'object' || moments === null || Object.keys(moments).length === 0)
    return 'its fault has no moments';
  const strange = Object.entries(moments).find(([one, text]) => !isBackendName(one) || typeof text !== 'string');
  if (strange) return `its moment ${JSON.stringify(strange[0])} is not a name of lower-case words with its meaning`;
  if (!TARGETS.includes(targets)) return 'its `targets` are none of none, optional, required';
  return whyNoWords(words);
}
