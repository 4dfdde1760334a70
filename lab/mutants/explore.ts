/**
 * `npm run mutants:explore`: explores the mutants listed as equivalent: the listed reasons are arguments, this is the check.
 *   --grep <pattern>  only mutants whose names match
 *   --workers <n>     so many at a time
 *   --again           also those that were explored before
 * Exits with 1 when one differs.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readFlags, readValues, runWork } from '../campaign.ts';
import { EXPLORED, type Explored } from './report.ts';

const results = await runWork(path.join(import.meta.dirname, 'explore-work.ts'), readFlags());
const explored = readValues<Explored>(results);
mkdirSync(path.dirname(EXPLORED), { recursive: true });
writeFileSync(EXPLORED, explored.map((one) => `${JSON.stringify(one)}\n`).join(''));
const different = explored.filter(({ difference }) => difference !== undefined);
for (const { mutant, difference } of different) console.log(`${mutant}\n  ${difference}`);
const compared = explored.reduce((sum, { same }) => sum + same, 0);
console.log(
  `${explored.length} mutants, ${compared} cases in all that end as they did, ${different.length} mutants that differ`,
);
process.exitCode = different.length > 0 ? 1 : 0;
