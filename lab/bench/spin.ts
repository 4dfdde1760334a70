/**
 * The same steps in Promela (spin/series.pml), explored by Spin: `spin -a`, `gcc -O2`, `pan`, against `mktrouble outcomes`,
 * both from start to end. Spin must meet exactly the states that our own search meets without its reduction, less those
 * that differ only in what judges a run.
 */

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { grouped } from '../../reporters/words/numbers.ts';
import { type FaultOfCase, nameCase, writeScenario } from './cases.ts';
import { FOLDER, has, mustRun, outcomes, program, run, type Spent } from './child.ts';
import { median, type Row, type Section } from './row.ts';

const MODEL = path.join(import.meta.dirname, 'spin/series.pml');
const FAULT_NUMBERS: Readonly<Record<FaultOfCase, number>> = { none: 0, signal: 1, kill: 2 };
/** Megabytes that pan may have, and seconds that it may take. */
const MEMORY = 8000;
const SECONDS = 600;
/** Seconds of pan below which both sides are measured several times; the median counts. */
const SHORT = 10;
const ROUNDS = 3;

/** The first is for `--smoke`. Our own unreduced search is compared where it ends within some ten seconds. */
const CASES: readonly { tasks: number; fault: FaultOfCase; compared: boolean }[] = [
  { tasks: 2, fault: 'none', compared: true },
  { tasks: 1, fault: 'none', compared: true },
  { tasks: 3, fault: 'none', compared: true },
  { tasks: 1, fault: 'signal', compared: true },
  { tasks: 1, fault: 'kill', compared: true },
  { tasks: 2, fault: 'signal', compared: true },
  { tasks: 2, fault: 'kill', compared: true },
  { tasks: 3, fault: 'signal', compared: false },
  { tasks: 3, fault: 'kill', compared: false },
];

interface Counted {
  readonly states: number;
  /** States that differ in what moves a run, and not only in what judges it. */
  readonly moving: number;
}

export const spin: Section = {
  name: 'spin',
  title: 'Against Spin on the same steps, both from start to end by the clock',
  async run(smoke) {
    if (!has('spin') || !has('gcc')) {
      return [{ name: 'against Spin', value: Number.NaN, unit: '', detail: 'spin or gcc is not installed' }];
    }
    return CASES.slice(0, smoke ? 1 : CASES.length).map((one) => compare(one, smoke));
  },
};

function compare({ tasks, fault, compared }: (typeof CASES)[number], smoke: boolean): Row {
  const name = nameCase(tasks, fault);
  const rounds = [both(tasks, fault)];
  const { theirs, ours } = rounds[0]!;
  // In turns, where a round is short enough for a breath of something else to be seen in it.
  while (!smoke && theirs.pan.wall < SHORT && rounds.length < ROUNDS) rounds.push(both(tasks, fault));
  const total = median(rounds.map((round) => round.theirs.made + round.theirs.pan.wall));
  const made = median(rounds.map((round) => round.theirs.made));
  const mine = median(rounds.map((round) => round.ours.wall));
  const cpu = median(rounds.map((round) => round.ours.cpu));
  const cost = `${total.toFixed(1)} s (${made.toFixed(1)} to make pan) against ${mine.toFixed(2)} s, ${cpu.toFixed(2)} s of processor`;
  if (theirs.states === undefined) {
    return { name, value: total / mine, unit: 'times, at least', detail: `pan did not finish; ${cost}` };
  }
  const states = `${grouped(theirs.states)} states, ${grouped(ours.states)} reduced`;
  let same = '';
  if (compared) {
    const all = program<Counted>('count', [JSON.stringify(writeScenario(tasks, fault))]);
    if (all.moving !== theirs.states) {
      throw new Error(`${name}: Spin meets ${theirs.states} states, the unreduced search ${all.moving}`);
    }
    same = `; unreduced ${grouped(all.states)}, ${grouped(all.states - all.moving)} of which only judge`;
  }
  return { name, value: total / mine, unit: 'times', atLeast: 10, detail: `${cost}; ${states}${same}` };
}

function both(tasks: number, fault: FaultOfCase) {
  return { theirs: explore(tasks, fault), ours: outcomes(writeScenario(tasks, fault)) };
}

/** Result of Spin; `states` undefined when it did not finish. */
function explore(tasks: number, fault: FaultOfCase): { made: number; pan: Spent; states: number | undefined } {
  const cwd = path.join(FOLDER, `spin-${tasks}-${fault}`);
  mkdirSync(cwd, { recursive: true });
  const generated = mustRun('spin', [`-DN=${tasks}`, `-DFAULT=${FAULT_NUMBERS[fault]}`, '-a', MODEL], { cwd });
  const compiled = mustRun('gcc', ['-O2', '-w', `-DMEMLIM=${MEMORY}`, '-o', 'pan', 'pan.c'], { cwd });
  /* -E: tasks that wait indefinitely are a valid end */
  const pan = run(path.join(cwd, 'pan'), ['-E', '-m1000000'], { cwd, limit: SECONDS });
  const [, states] = /^\s*(\d+) states, stored/m.exec(pan.out) ?? [];
  const isComplete =
    pan.code === 0 && states !== undefined && !/Search not completed|max search depth too small/.test(pan.out);
  if (pan.code === 0 && /errors: [^0]/.test(pan.out)) throw new Error(`pan found an error\n${pan.out}`);
  return { made: generated.wall + compiled.wall, pan, states: isComplete ? Number(states) : undefined };
}
