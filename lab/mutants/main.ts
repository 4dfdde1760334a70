/**
 * `npm run mutants`: each mutant of the protocol against the shipped suite. What was judged stays in .mktrouble/lab as long as nothing has
 * changed that it is about, and is judged again with `--again`; `--grep <pattern>` takes the mutants whose names match, `--workers <n>`
 * judges n at a time. Writes docs/mutants.md, and exits with 1 when a mutant survives that is not listed as equivalent.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../test/scenarios/support.ts';
import { readFlags, readValues, runWork } from '../campaign.ts';
import { allMutants } from './mutants.ts';
import { FATES, type Fate, page, unexplained } from './report.ts';

const flags = readFlags();
const results = await runWork(path.join(import.meta.dirname, 'work.ts'), flags);
const fates = new Map(readValues<Fate>(results).map((fate) => [fate.mutant, fate]));
const all = [...allMutants()].flatMap(({ name }) => fates.get(name) ?? []);
if (flags.grep === '') {
  const full = path.join(ROOT, '.mktrouble/pages');
  mkdirSync(full, { recursive: true });
  writeFileSync(path.join(ROOT, 'docs/mutants.md'), page(all));
  writeFileSync(path.join(full, 'mutants.md'), page(all, true));
  writeFileSync(FATES, all.map((fate) => `${JSON.stringify(fate)}\n`).join(''));
}
const survivors = unexplained(all);
console.log(
  `${all.filter(({ answer }) => answer === 'killed').length} killed, ${survivors.length} survive without a reason`,
);
for (const { mutant } of survivors) console.log(`  ${mutant}`);
process.exitCode = survivors.length > 0 ? 1 : 0;
