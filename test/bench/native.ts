/** What a case costs on real tasks, against making and reaping as many processes by fork and nothing else, in the same run. */
import { performance } from 'node:perf_hooks';
import { type NativeBackend, native } from '../../src/backends/native/index.ts';
import type { Case } from '../../src/model/case.ts';
import { defineScenario } from '../../src/scenario/index.ts';

/** A line of the table. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** At most this; undefined: only shown. */
  readonly limit?: number;
  readonly detail?: string;
}

const ROUNDS = 60;
const SIZES = [125, 250, 500, 1000];

/** Measures; takes some ten seconds. No rows, but the reason, where there can be no real tasks. */
export async function run(): Promise<Row[]> {
  const backend = native({ agents: 1, limit: 60_000 });
  try {
    const [itself] = await backend.capabilities();
    if (!itself?.available) return [{ name: 'native', value: Number.NaN, unit: '', detail: itself?.detail ?? '' }];
    return [await smallCase(backend), ...(await growth(backend))];
  } finally {
    await backend.dispose();
  }
}

function star(tasks: number): Case {
  const [c] = defineScenario({
    scenario: 'a star',
    tree: { generate: { shape: 'star', tasks } },
    restart: { protocol: 'hardened' },
  });
  return c!;
}

async function smallCase(backend: NativeBackend): Promise<Row> {
  const c = star(4);
  const cases: number[] = [];
  const forks: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    cases.push(await timeOf(backend, c));
    forks.push((await backend.forkAndReap(c.tasks.length + 1)) / 1e6);
  }
  const [one, base] = [median(cases), median(forks)];
  return {
    name: 'a case of 4 tasks, against fork and reap of its 5 processes',
    value: one / base,
    unit: 'times',
    limit: 3,
    detail: `${one.toFixed(2)} ms against ${base.toFixed(2)} ms`,
  };
}

async function growth(backend: NativeBackend): Promise<Row[]> {
  const rows: Row[] = [];
  const perTask: number[] = [];
  for (const tasks of SIZES) {
    const c = star(tasks);
    const times = [await timeOf(backend, c), await timeOf(backend, c), await timeOf(backend, c)];
    const each = median(times) / tasks;
    perTask.push(each);
    rows.push({ name: `a case of ${tasks} tasks, for each task`, value: each * 1000, unit: 'µs' });
  }
  rows.push({
    name: `a task of ${SIZES.at(-1)} against one of ${SIZES[0]}: linear when it costs the same`,
    value: perTask.at(-1)! / perTask[0]!,
    unit: 'times',
    limit: 1.5,
  });
  return rows;
}

/** Milliseconds that a case takes, its record included. */
async function timeOf(backend: NativeBackend, c: Case): Promise<number> {
  const started = performance.now();
  const record = await backend.run({ case: c, protocol: 'hardened', seed: '0', maxSteps: 10_000_000 });
  if (record.final.coordinator.result !== 0)
    throw new Error(`the restart failed: ${JSON.stringify(record.final.coordinator)}`);
  return performance.now() - started;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
