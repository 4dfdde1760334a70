/** The mutants of the protocol as work of a campaign: an item runs the shipped suite against one. */
import path from 'node:path';
import { defineWork } from '../../src/cli/campaign/own.ts';
import { SUITE, suiteCases, suiteFiles } from '../../test/scenarios/support.ts';
import { PATCH_FILES } from '../protocol-files.ts';
import { allMutants, type Mutant } from './mutants.ts';
import { type Fate, findReason } from './report.ts';
import { Warden } from './warden.ts';

const mutants = new Map([...allMutants()].map((mutant) => [mutant.name, mutant]));
const order = suiteCases().map((_, i) => i);
const warden = new Warden();

/** The case that killed a mutant is tried first on the next. */
function moveToFront(i: number): void {
  order.splice(order.indexOf(i), 1);
  order.unshift(i);
}

async function judge({ name, file, operator }: Mutant): Promise<Fate> {
  const answer = await warden.judge({ mutant: name, order });
  const fate = { mutant: name, file, operator, answer: answer.kind as Fate['answer'] };
  if (answer.kind !== 'killed') return fate;
  const id = suiteCases()[answer.case]?.id;
  if (answer.case >= 0) moveToFront(answer.case);
  return { ...fate, by: answer.by, ...(id !== undefined && { case: id }) };
}

export default defineWork({
  contract: 1,
  name: 'mutants',
  files: [...PATCH_FILES, ...suiteFiles().map((file) => path.join(SUITE, file))],
  limit: 3_600_000,
  items: () => {
    const isListed = (name: string): boolean => findReason(name) !== undefined;
    // Each of those that are listed as equivalent takes a run of the whole suite.
    const names = [...mutants.keys()].sort((a, b) => Number(isListed(a)) - Number(isListed(b)));
    return names.map((name) => ({ name, cost: isListed(name) ? 30_000 : 3_000 }));
  },
  run: async (name) => {
    const value = await judge(mutants.get(name)!);
    const isOpen = value.answer === 'survived' && findReason(name) === undefined;
    return { value, findings: isOpen ? [{ property: 'mutant-survives', place: name }] : [] };
  },
  dispose: () => warden.stop(),
});
