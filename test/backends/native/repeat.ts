/**
 * `npm run native:repeat -- [rounds] [first] [paths…]`: runs the shipped suite (or these paths) on real tasks `rounds` times
 * (100), each time with its own seed, counted from `first` (0). A run that contradicts its scenario or the model is a flake
 * or a finding: its verdict is printed, and the exit code is 1. Prints how many cases are supported, and why the rest is not.
 */
import path from 'node:path';
import { native } from '../../../src/backends/native/index.ts';
import { runCase, whyNot } from '../../../src/injector/index.ts';
import { KNOWN_NAMES } from '../../../src/injector/known.ts';
import type { Case } from '../../../src/model/case.ts';
import { findScenarioFiles, loadScenarioFileSync } from '../../../src/scenario/index.ts';

const [rounds = 100, first = 0] = process.argv.slice(2, 4).map(Number);
const paths = process.argv.slice(4);
const backend = native();

function shippedCases(): Case[] {
  const shipped = path.resolve(import.meta.dirname, '../../../scenarios');
  const files = findScenarioFiles(paths.length > 0 ? paths : [shipped]);
  return files.flatMap((file) => [...loadScenarioFileSync(file, KNOWN_NAMES).cases]);
}

/** The cases that can be run here; prints how many, and why not the others. */
async function supported(all: readonly Case[]): Promise<Case[]> {
  const reasons = new Map<string, number>();
  const cases: Case[] = [];
  for (const c of all) {
    const reason = await whyNot(backend, c);
    if (reason === undefined) cases.push(c);
    else reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  // The share counts the files that name no backend, or this one.
  const meant = all.filter(({ restart: { backends } }) => backends.length === 0 || backends.includes('native'));
  const share = ((100 * cases.length) / meant.length).toFixed(1);
  console.log(
    `${cases.length} of ${meant.length} cases are supported: ${share} %; ${all.length} with those of other backends`,
  );
  for (const [reason, count] of reasons) console.log(`  ${count} not: ${reason}`);
  return cases;
}

/** Runs all cases once; how many runs that were, and how many cases were not green. */
async function round(cases: readonly Case[], seed: string): Promise<{ runs: number; flakes: number }> {
  let runs = 0;
  let flakes = 0;
  for (const c of cases) {
    const verdict = await runCase(c, { backend, seed });
    runs += verdict.tried.schedules;
    if (verdict.status === 'pass') continue;
    flakes += 1;
    const { status, reason, violations, record } = verdict;
    console.log(`${c.id}, seed ${record?.seed ?? seed}: ${status}`);
    console.log(JSON.stringify({ reason, violations, final: record?.final, schedule: record?.schedule }));
  }
  return { runs, flakes };
}

const cases = await supported(shippedCases());
let runs = 0;
let flakes = 0;
const started = performance.now();
for (let i = first; i < first + rounds; i++) {
  const done = await round(cases, String(i));
  runs += done.runs;
  flakes += done.flakes;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  if ((i - first) % 10 === 9) console.log(`${i - first + 1} rounds, ${runs} runs, ${flakes} not green, ${seconds} s`);
}
console.log(`${rounds} rounds of ${cases.length} cases: ${runs} runs on real tasks, ${flakes} not green`);
await backend.dispose();
process.exitCode = flakes > 0 ? 1 : 0;
