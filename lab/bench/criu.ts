/**
 * What a case for CRIU costs beyond CRIU's own two calls, in the same run; and that of trees up to a thousand tasks. By
 * itself: `npx tsx lab/bench/criu.ts`.
 */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { type CriuBackend, criu } from '../../src/backends/criu/index.ts';
import type { Case } from '../../src/model/case.ts';
import { starCase } from './cases.ts';
import { FOLDER, run } from './child.ts';
import type { BenchOptions } from './native.ts';
import { median, type Row } from './row.ts';

/** Milliseconds that a case may cost beyond CRIU. */
const BUDGET = 25;
const FULL = { rounds: 60, large: [100, 1000], calls: 1000 };
const SMOKE = { rounds: 10, large: [100], calls: 20 };
/** System calls that are made to fail in an hour. */
const WANTED = 30_000;
const WARM_UP = 3;

/** Measures; takes some twenty seconds. One row with the reason where there is no CRIU. */
export async function bench({ smoke }: BenchOptions): Promise<Row[]> {
  const { rounds, large, calls } = smoke ? SMOKE : FULL;
  const backend = criu();
  try {
    const [itself] = await backend.capabilities();
    if (!itself?.available) return [{ name: 'criu', value: Number.NaN, unit: '', detail: itself?.detail ?? '' }];
    const rows = await small(backend, rounds);
    for (const tasks of large) rows.push(await one(backend, tasks));
    return [...rows, { ...sweep(calls), ...(!smoke && { atLeast: WANTED }) }];
  } finally {
    await backend.dispose();
  }
}

/** Milliseconds: the whole case, and CRIU's calls in it. */
async function measure(backend: CriuBackend, c: Case): Promise<{ readonly whole: number; readonly calls: number }> {
  const started = performance.now();
  const { record, criuTime } = await backend.measure({ case: c, protocol: 'series', seed: '0', maxSteps: 1 });
  const whole = performance.now() - started;
  if (record.criu?.restore?.exit !== 0)
    throw new Error(`CRIU does not restore a star: ${JSON.stringify(record.criu?.dump)}`);
  return { whole, calls: criuTime / 1000 };
}

async function small(backend: CriuBackend, rounds: number): Promise<Row[]> {
  const c = starCase(5, { criu: { limit: 120_000 } });
  const beyond: number[] = [];
  const calls: number[] = [];
  for (let i = -WARM_UP; i < rounds; i++) {
    const one = await measure(backend, c);
    if (i < 0) continue;
    beyond.push(one.whole - one.calls);
    calls.push(one.calls);
  }
  return [
    {
      name: 'criu: dump and restore, 5 tasks',
      value: median(calls),
      unit: 'ms',
      detail: `CRIU's own two calls, median of ${rounds}`,
    },
    {
      name: 'criu: a case beyond them',
      value: median(beyond),
      unit: 'ms',
      limit: BUDGET,
      detail: `median of ${rounds}`,
    },
  ];
}

async function one(backend: CriuBackend, tasks: number): Promise<Row> {
  const { whole, calls } = await measure(backend, starCase(tasks, { criu: { limit: 120_000 } }));
  return { name: `criu: ${tasks} tasks`, value: whole, unit: 'ms', detail: `of them CRIU's calls ${calls.toFixed(0)}` };
}

/** `mktrouble sweep` of so many system calls of a restore, from the start of the program to its end. */
function sweep(calls: number): Row {
  const words = ['sweep', '--of', 'restore', '--count', String(calls), '--out', path.join(FOLDER, 'sweep')];
  const { code, out, wall } = run(process.execPath, [path.resolve('dist/src/cli/bin.js'), ...words]);
  if (code !== 0 && code !== 1) throw new Error(`mktrouble sweep ended with ${code}\n${out}`);
  return {
    name: 'criu: system calls that fail',
    value: Math.round((calls / wall) * 3600),
    unit: 'an hour',
    detail: `${calls} of a restore of 8 tasks in ${wall.toFixed(0)} s, each judged, on ${availableParallelism()} cores`,
  };
}

if (process.argv[1] === import.meta.filename) {
  for (const { name, value, unit, detail } of await bench({ smoke: process.argv.includes('--smoke') })) {
    console.log(`${name.padEnd(36)} ${value.toFixed(1).padStart(9)} ${unit}  ${detail}`);
  }
}
