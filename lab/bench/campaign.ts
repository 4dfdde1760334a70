/** Campaigns: what two workers do against one, each from start to end by the clock, in turns; and a million units. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { FOLDER, mustRun, run } from './child.ts';
import { median, type Row, type Section } from './row.ts';

const BIN = path.resolve(import.meta.dirname, '../../dist/src/cli/bin.js');
const UNITS = 1_000_000;
const ROUNDS = 3;
const SUITE = `scenario: Walks
tree: { pid: 100, children: [{ pid: 101 }, { pid: 102 }] }
restart: { protocol: hardened }
explore: { strategy: random, schedules: 2000 }
`;

export const campaign: Section = {
  name: 'campaign',
  title: 'Campaigns in a folder',
  async run(smoke) {
    const file = path.join(FOLDER, 'walks.yaml');
    writeFileSync(file, SUITE);
    return [measureWorkers(file, smoke), ...measureLarge(file)];
  },
};

/** Cases that two workers do in the time in which one does one: the same campaign, planned anew for each. */
function measureWorkers(file: string, smoke: boolean): Row {
  const row = { name: 'cases of two workers against those of one', unit: 'times', ...(!smoke && { atLeast: 1.8 }) };
  if (availableParallelism() < 2) return { ...row, value: Number.NaN, detail: 'this machine has one core' };
  let number = 0;
  const time = (workers: number): number => {
    const at = path.join(FOLDER, `campaign-${number++}`);
    const seeds = smoke ? '100' : '1000';
    mustRun(process.execPath, [BIN, 'campaign', 'plan', file, '--seeds', seeds, '--unit-time', '1', '--at', at]);
    return mustRun(process.execPath, [BIN, 'campaign', 'run', '--parallel', String(workers), '--at', at]).wall;
  };
  const times = Array.from({ length: smoke ? 1 : ROUNDS }, () => ({ one: time(1), two: time(2) }));
  const [one, two] = [median(times.map((t) => t.one)), median(times.map((t) => t.two))];
  return { ...row, value: one / two, detail: `${one.toFixed(1)} s against ${two.toFixed(1)} s, starts included` };
}

/** A million units of a minute: planned, and their status when a worker has stored almost all. */
function measureLarge(file: string): Row[] {
  const at = path.join(FOLDER, 'large');
  const plan = ['campaign', 'plan', file, '--seeds', String(UNITS), '--unit-time', '0.05', '--at', at];
  const planned = mustRun(process.execPath, [BIN, ...plan]);
  const line = (unit: number): string =>
    `${JSON.stringify({ unit, duration: 60_000, counts: { pass: 1 }, found: [] })}\n`;
  const log = path.join(at, 'results', 'bench.jsonl');
  for (let unit = 0; unit < UNITS - 10_000; unit += 10_000)
    appendFileSync(log, Array.from({ length: 10_000 }, (_, i) => line(unit + i)).join(''));
  // As workers do from time to time.
  run(process.execPath, [BIN, 'campaign', 'status', '--at', at]);
  appendFileSync(log, Array.from({ length: 9_999 }, (_, i) => line(UNITS - 10_000 + i)).join(''));
  const status = mustRun(process.execPath, [BIN, 'campaign', 'status', '--at', at]);
  if (!status.out.startsWith('999,999 of 1,000,000 units')) throw new Error(status.out);
  return [
    { name: '1,000,000 units: planned', value: planned.wall, unit: 's', limit: 10 },
    { name: '1,000,000 units: status', value: status.wall, unit: 's', limit: 1 },
  ];
}
