/**
 * `npm run mutants:verdict`: each mutant of the rules of a verdict against the tests of its rule, which must turn red.
 *   --grep <pattern>  the mutants whose names match: `^5 ` those of rule 5
 *   --workers <n>     so many at a time
 *   --again           also those that were judged before (.mktrouble/lab)
 * Writes docs/verdict-mutants.md when all were asked for. Exits with 1 when a mutant survives that is not listed as equivalent.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../../test/scenarios/support.ts';
import { readFlags, readValues, runWork } from '../../campaign.ts';
import { type Fate, findReason, page } from './page.ts';

const flags = readFlags();
const results = await runWork(path.join(import.meta.dirname, 'work.ts'), flags);
const fates = readValues<Fate>(results);
if (results.counts.skip > 0) console.log(`${results.counts.skip} mutants are left out: CRIU cannot be used here`);
if (flags.grep === '') writeFileSync(path.join(ROOT, 'docs/verdict-mutants.md'), page(fates));
const survivors = fates.filter(({ by, mutant }) => by === undefined && findReason(mutant) === undefined);
console.log(
  `${fates.filter(({ by }) => by !== undefined).length} killed, ${survivors.length} survive without a reason`,
);
for (const { mutant } of survivors) console.log(`  ${mutant}`);
process.exitCode = survivors.length > 0 ? 1 : 0;
