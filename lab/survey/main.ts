/**
 * `npm run survey [small|three|double|damaged]…`: what `hardened` does with every combination of the matrices; exit code 1 when it
 * violates anything. `-- --shard 1/4`: only every fourth case, from the first; `--resume`: goes on where it was interrupted
 * (as long as nothing has changed that it is about). `--write`: docs/hardened.md, of all that has been surveyed, in whatever
 * shards.
 */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { grouped } from '../../reporters/words/numbers.ts';
import type { Case } from '../../src/model/case.ts';
import { MATRICES, type Matrix } from './matrix.ts';
import { hardenedPage, surveyed } from './page.ts';
import { type Done, Progress } from './progress.ts';
import { survey } from './survey.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../.mktrouble/survey');
const PAGE = path.resolve(import.meta.dirname, '../../docs/hardened.md');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    shard: { type: 'string', default: '1/1' },
    resume: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const [shard = 0, shards = 0] = values.shard.split('/').map(Number);
const unknown = positionals.filter((name) => !Object.hasOwn(MATRICES, name));
if (unknown.length > 0 || !(shard >= 1 && shard <= shards)) {
  console.error(`usage: survey [${Object.keys(MATRICES).join('|')}]… [--shard i/n] [--resume] [--write]`);
  process.exit(2);
}

for (const name of (positionals.length > 0 ? positionals : Object.keys(MATRICES)) as (keyof typeof MATRICES)[]) {
  const cases = MATRICES[name]().filter((_, i) => i % shards === shard - 1);
  const progress = new Progress(path.join(FOLDER, `${name}-${shard}-of-${shards}.jsonl`), values.resume);
  const all: Done[] = [];
  for (const c of cases) {
    const known = progress.of(c.scenario);
    const done = known ?? (await look(c));
    if (!known) progress.add(done);
    if (done.violations.length > 0) console.log(`${name}: ${done.scenario}\n  ${done.violations.join('\n  ')}`);
    all.push(done);
  }
  const sum = (of: (done: Done) => number): string => grouped(Math.round(all.reduce((n, one) => n + of(one), 0)));
  const violated = all.filter(({ violations }) => violations.length > 0).length;
  const incomplete = all.filter(({ complete }) => !complete).length;
  const extent = `${cases.length} cases, ${sum(({ states }) => states)} states in ${sum(({ took }) => took)} s`;
  console.log(`${name}: ${extent}, ${violated} with violations, ${incomplete} not explored in full`);
  if (violated > 0) process.exitCode = 1;
}

if (values.write) write();

function write(): void {
  const names = Object.keys(MATRICES) as Matrix[];
  const all = Object.fromEntries(names.map((name) => [name, surveyed(FOLDER, name)]));
  const missing = Object.values(all).filter((one) => typeof one === 'string');
  if (missing.length > 0) {
    console.error(missing.join('\n'));
    process.exitCode = 1;
    return;
  }
  writeFileSync(PAGE, hardenedPage(all as Record<Matrix, readonly Done[]>));
}

async function look(c: Case): Promise<Done> {
  const began = performance.now();
  const { verdict, violations } = await survey(c);
  const { states = 0, complete } = verdict.tried;
  return { scenario: c.scenario, states, complete, violations, took: (performance.now() - began) / 1000 };
}
