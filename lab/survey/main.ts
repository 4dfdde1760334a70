/**
 * `npm run survey [small|three|double|damaged]…`: what `hardened` does with every combination of the matrices; exit code 1 when it
 * violates anything. `-- --workers n`: as many cases at a time; `--again`: also what was surveyed before. `--write`: docs/hardened.md, of all
 * matrices. On several machines it is a campaign: `mktrouble campaign plan --work lab/survey/work.ts`.
 */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { grouped } from '../../reporters/words/numbers.ts';
import { readValues, runWork } from '../campaign.ts';
import { MATRICES, type Matrix } from './matrix.ts';
import { hardenedPage } from './page.ts';
import type { Done } from './work.ts';

const WORK = path.resolve(import.meta.dirname, 'work.ts');
const PAGE = path.resolve(import.meta.dirname, '../../docs/hardened.md');
const NAMES = Object.keys(MATRICES) as Matrix[];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: 'string', default: '1' },
    again: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
if (positionals.some((name) => !Object.hasOwn(MATRICES, name))) {
  console.error(`usage: survey [${NAMES.join('|')}]… [--workers n] [--again] [--write]`);
  process.exit(2);
}

const surveyed = new Map<Matrix, readonly Done[]>();
for (const name of positionals.length > 0 && !values.write ? (positionals as Matrix[]) : NAMES) {
  const { workers, again } = values;
  const all = readValues<Done>(await runWork(WORK, { grep: `^${name}: `, workers: Number(workers), again }));
  surveyed.set(name, all);
  const bad = all.filter(({ violations }) => violations.length > 0);
  for (const { scenario, violations } of bad) console.log(`${name}: ${scenario}\n  ${violations.join('\n  ')}`);
  const sum = (of: (done: Done) => number): string => grouped(Math.round(all.reduce((n, one) => n + of(one), 0)));
  const incomplete = all.filter(({ complete }) => !complete).length;
  const extent = `${all.length} cases, ${sum(({ states }) => states)} states in ${sum(({ took }) => took)} s`;
  console.log(`${name}: ${extent}, ${bad.length} with violations, ${incomplete} not explored in full`);
  if (bad.length > 0) process.exitCode = 1;
}
if (values.write) writeFileSync(PAGE, hardenedPage(surveyed));
