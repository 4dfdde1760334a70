/** What the census of CRIU reads from outside: the facts of five processes, and the contents of memory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { FactReader } from '../../src/backends/census/index.ts';
import { parseMappings } from '../../src/backends/census/mappings.ts';
import { Memory } from '../../src/backends/census/memory.ts';
import { median, type Row, type Section } from './row.ts';

const TASKS = 5;
/** Milliseconds of processor time. */
const MOST_FACTS = 15;
/** Gigabytes in a second of processor time. */
const LEAST_MEMORY = 1;
const BYTES = 256 << 20;
const BLOCK = Buffer.alloc(BYTES);

export const census: Section = { name: 'census', title: 'The census of CRIU', run: measure };

/** Takes some three seconds. */
async function measure(smoke: boolean): Promise<Row[]> {
  if (process.platform !== 'linux') return [{ name: 'census', value: Number.NaN, unit: '', detail: 'needs Linux' }];
  const rounds = smoke ? 10 : 50;
  const facts = median(await ofChildren((pids) => repeat(rounds, () => readFacts(pids))));
  const rate = median(repeat(smoke ? 3 : 10, readMemory));
  return [
    {
      name: `census: facts of ${TASKS} tasks`,
      value: facts,
      unit: 'ms',
      limit: MOST_FACTS,
      detail: `processor time, median of ${rounds}`,
    },
    {
      name: 'census: contents of memory',
      value: rate,
      unit: 'GB/s',
      atLeast: LEAST_MEMORY,
      detail: 'processor time',
    },
  ];
}

function repeat<T>(rounds: number, measure: () => T): T[] {
  return Array.from({ length: rounds }, measure);
}

async function ofChildren<T>(use: (pids: readonly number[]) => T): Promise<T> {
  const children = repeat(TASKS, (): ChildProcess => spawn('sleep', ['1000'], { stdio: 'ignore' }));
  try {
    await Promise.all(children.map((child) => new Promise((resolve) => child.once('spawn', resolve))));
    return use(children.map(({ pid }) => pid!));
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

/** Milliseconds. */
function readFacts(pids: readonly number[]): number {
  const started = process.cpuUsage();
  const reader = new FactReader({ proc: '/proc', isHeld: true });
  for (const pid of pids) reader.read(pid, [pid]);
  return used(started);
}

/** Gigabytes in a second, of a block of this process. */
function readMemory(): number {
  randomFillSync(BLOCK);
  const mapping = parseMappings(readFileSync('/proc/self/smaps', 'latin1')).find(
    ({ anonymous }) => anonymous >= BYTES / 1024,
  );
  const memory = new Memory('/proc/self');
  try {
    const started = process.cpuUsage();
    memory.checksum(mapping!);
    return memory.bytes / 1e6 / used(started);
  } finally {
    memory.close();
  }
}

function used(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}
