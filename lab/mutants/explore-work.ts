/**
 * The check of the mutants that are listed as equivalent, as work of a campaign: an item explores one of them (where `npm run mutants` has
 * kept results: one that survived).
 */
import path from 'node:path';
import { defineWork } from '../../src/cli/campaign/own.ts';
import { Child } from '../ask-child.ts';
import { PATCH_FILES } from '../protocol-files.ts';
import { allMutants } from './mutants.ts';
import { type Explored, fatesSoFar, findReason } from './report.ts';

const fates = fatesSoFar();
const EXPLORED = path.join(import.meta.dirname, 'explored.ts');
const child = new Child<string, Explored>(EXPLORED);

/** Without results of `npm run mutants` also those that compile to the same program. */
function isExplored(name: string): boolean {
  return findReason(name) !== undefined && (fates.size === 0 || fates.get(name)?.answer === 'survived');
}

export default defineWork({
  contract: 1,
  name: 'explored-mutants',
  files: [...PATCH_FILES, EXPLORED],
  limit: 3_600_000,
  items: () => [...allMutants()].filter(({ name }) => isExplored(name)).map(({ name }) => ({ name, cost: 60_000 })),
  run: async (name) => {
    const value = await child.ask(name);
    const findings = value.difference === undefined ? [] : [{ property: 'mutant-differs', place: name }];
    return { value, findings };
  },
  dispose: () => child.stop(),
});
