/** The modules of users that are fault verbs. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as kit from '../backends/own-fault.ts';
import { isMistake, type Mistake } from '../config/own-backend.ts';
import { isBackendName, isShipped } from '../model/case.ts';
import { BACKENDS_WITH_MOMENTS, momentsIn } from '../model/own-moments.ts';
import { whyNoWords } from '../model/own-words.ts';
import { VERB_NAMES } from '../scenario/schema/fault.ts';
import { didYouMean } from '../scenario/source/nearest.ts';
import { readUserModule } from './user-module.ts';

const EXPECTED =
  "export default defineFault({ contract: 1, name: 'mine', statement: '…', backends: ['criu'], moments: { 'post-dump': '…' }, fire: () => true })";
const TARGETS: readonly unknown[] = [undefined, 'none', 'optional', 'required'];

/** The fault verb in a file, by its path from the current folder. Never throws. */
export function readFaultModule(file: string): kit.LoadedFault | Mistake {
  const fault = readUserModule<kit.OwnFault>(file, {
    noun: 'fault',
    kit: { 'mktrouble/fault': kit },
    version: kit.FAULT_CONTRACT_VERSION,
    hint: `the contract is docs/extending.md: ${EXPECTED}`,
    taken: VERB_NAMES,
    text: 'statement',
    does: 'fire',
    whyNone: whyNoFault,
  });
  if (isMistake(fault)) return fault;
  const { moments = momentsIn(fault.backends) } = fault;
  return { ...fault, moments, file: path.resolve(file), place: `${file}:${findLine(file)}` };
}

/** The line in which `fire` is. */
function findLine(file: string): number {
  const lines = readFileSync(file, 'utf8').split('\n');
  return Math.max(1, lines.findIndex((line) => /^\s*(async\s+)?fire\b/.test(line)) + 1);
}

function whyNoFault({ backends, moments, targets, words }: kit.OwnFault): string | undefined {
  if (!Array.isArray(backends) || backends.length === 0) return 'its fault names no backends';
  for (const backend of backends as readonly unknown[]) {
    if (typeof backend !== 'string' || !isBackendName(backend))
      return `its fault names ${JSON.stringify(backend)}, which is no name of a backend`;
    if (isShipped(backend) && !BACKENDS_WITH_MOMENTS.includes(backend))
      return `its fault is for the backend ${backend}, which has no moments for it: ${BACKENDS_WITH_MOMENTS.join(' and ')} have, and backends of your own`;
  }
  return whyNoMoments(moments, backends) ?? (TARGETS.includes(targets) ? whyNoWords(words) : NO_TARGETS);
}

const NO_TARGETS = 'its `targets` are none of none, optional, required';

function whyNoMoments(moments: unknown, backends: readonly string[]): string | undefined {
  const isOwn = backends.some((name) => !isShipped(name));
  if (moments === undefined && !isOwn) return undefined;
  if (typeof moments !== 'object' || moments === null || Object.keys(moments).length === 0)
    return 'its fault has no moments';
  const strange = Object.entries(moments).find(([one, text]) => !isBackendName(one) || typeof text !== 'string');
  if (strange) return `its moment ${JSON.stringify(strange[0])} is not a name of lower-case words with its meaning`;
  const known = Object.keys(momentsIn(backends));
  const unknown = isOwn ? undefined : Object.keys(moments).find((one) => !known.includes(one));
  if (unknown === undefined) return undefined;
  const meant = didYouMean(unknown, known);
  return `the backend ${backends.join(' or ')} has no moment ${unknown}${meant === undefined ? ';' : `, ${meant}`} it has ${known.join(', ')}`;
}
