/** What a case costs on real tasks, against making and reaping as many processes by fork and nothing else, in the same run. */
import { performance } from 'node:perf_hooks';
import { type NativeBackend, native } from '../../src/backends/native/index.ts';
import type { Case } from '../../src/model/case.ts';
import { starCase } from './cases.ts';
import { isKept, type Row } from './row.ts';

/** How much is measured. */
export interface BenchOptions {
  /** Only enough to see that it works. */
  readonly smoke: boolean;
}

const FULL = { rounds: 300, sizes: [125, 250, 500, 1000], repeats: 8 };
const HARDENED = { restart: { protocol: 'hardened' } };
const SMOKE = { rounds: 40, sizes: [125, 250], repeats: 3 };
type Amount = typeof FULL;

/** Rounds before the measurement: what V8 has to learn is no case's cost. */
const WARM_UP = 60;

/** Measures; takes some ten seconds. One row with the reason where there can be no real tasks. */
export async function bench({ smoke }: BenchOptions): Promise<Row[]> {
  const amount = smoke ? SMOKE : FULL;
  const backend = native({ agents: 1, limit: 60_000 });
  try {
    const [itself] = await backend.capabilities();
    if (!itself?.available) return [{ name: 'native', value: Number.NaN, unit: '', detail: itself?.detail ?? '' }];
    return [...(await smallCase(backend, amount)), ...(await growth(backend, amount))];
  } finally {
    await backend.dispose();
  }
}

/** Both are asked for by mktrouble, through the same pipe; what the fork alone takes within the agent is shown beside it. */
async function smallCase(backend: NativeBackend, { rounds }: Amount): Promise<Row[]> {
  const c = starCase(4, HARDENED);
  const cases: number[] = [];
  const asked: number[] = [];
  const alone: number[] = [];
  for (let i = -WARM_UP; i < rounds; i++) {
    const time = await measureRun(backend, c);
    const started = performance.now();
    const fork = (await backend.forkAndReap(c.tasks.length + 1)) / 1e6;
    const ended = performance.now();
    if (i < 0) continue;
    cases.push(time);
    asked.push(ended - started);
    alone.push(fork);
  }
  const one = undisturbed(cases);
  const against = (name: string, times: number[]): Row => {
    const base = undisturbed(times);
    return { name, value: one / base, unit: 'times', detail: `${one.toFixed(2)} ms against ${base.toFixed(2)} ms` };
  };
  return [
    { ...against('a case of 4 tasks, against fork and reap of its 5 processes', asked), limit: 3 },
    against('the same, against what the fork and reap take within the agent', alone),
  ];
}

/** Sizes in turns, and of each the fastest time: others come and go on the machine, and would be taken for growth. */
async function growth(backend: NativeBackend, { sizes, repeats }: Amount): Promise<Row[]> {
  const cases = sizes.map((tasks) => starCase(tasks, HARDENED));
  const times = sizes.map(() => Number.POSITIVE_INFINITY);
  const forks = sizes.map(() => Number.POSITIVE_INFINITY);
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [i, c] of cases.entries()) {
      times[i] = Math.min(times[i]!, await measureRun(backend, c));
      forks[i] = Math.min(forks[i]!, (await backend.forkAndReap(c.tasks.length + 1)) / 1e6);
    }
  }
  const perTask = times.map((time, i) => time / sizes[i]!);
  return [
    ...sizes.map((tasks, i) => ({
      name: `a case of ${tasks} tasks, for each task`,
      value: perTask[i]! * 1000,
      unit: 'µs',
      detail: `${times[i]!.toFixed(0)} ms; fork and reap alone ${forks[i]!.toFixed(0)} ms`,
    })),
    {
      name: `a task of ${sizes.at(-1)} against one of ${sizes[0]}: linear when it costs the same`,
      value: perTask.at(-1)! / perTask[0]!,
      unit: 'times',
      limit: 1.5,
    },
  ];
}

/** Milliseconds that a case takes, its record included. */
async function measureRun(backend: NativeBackend, c: Case): Promise<number> {
  const started = performance.now();
  const record = await backend.run({ case: c, protocol: 'hardened', seed: '0', maxSteps: 10_000_000 });
  if (record.final.coordinator.result !== 0)
    throw new Error(`the restart failed: ${JSON.stringify(record.final.coordinator)}`);
  return performance.now() - started;
}

/** The cost on an idle machine: the fastest tenth. On a busy machine the rest measures other processes. */
function undisturbed(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 10)]!;
}

if (import.meta.filename === process.argv[1]) {
  for (const row of await bench({ smoke: process.argv.includes('--smoke') })) {
    const { name, value, unit, limit, detail } = row;
    const allowed = limit === undefined ? '' : ` (at most ${limit}${isKept(row) === false ? ': MISSED' : ''})`;
    console.log(`${name}: ${value.toFixed(2)} ${unit}${allowed}${detail === undefined ? '' : `; ${detail}`}`);
  }
}
