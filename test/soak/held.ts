/** What a process holds, counted from outside of it: in /proc, in its temporary folder and in the cgroups of this machine. */
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listBelow } from '../kills/processes.ts';
import { cgroups } from '../support/host-state.ts';

/** `share`, `some`: by how much it may differ: the collector chooses when memory is given back; the sandbox for the next case is there, or not yet. */
export const MEASURES = [
  { name: 'memory', unit: ' MB', share: 0.25, some: 0 },
  { name: 'heap', unit: ' MB', share: 0.25, some: 0 },
  { name: 'handles', unit: '', share: 0, some: 8 },
  { name: 'processes', unit: '', share: 0, some: 4 },
  { name: 'cgroups', unit: '', share: 0, some: 2 },
  { name: 'mounts', unit: '', share: 0, some: 0 },
  { name: 'temporary files', unit: '', share: 0, some: 0 },
] as const;
export type Held = Readonly<Record<(typeof MEASURES)[number]['name'], number>>;

/** Looks, and milliseconds between them, in which what the last cases have left ends. */
const LOOKS = 40;
const PAUSE = 250;

/** What this process holds while it does nothing: the least of some looks, for what ends needs a moment. */
export async function count(): Promise<Held> {
  let least = look();
  for (let looks = 1; looks < LOOKS; looks++) {
    await sleep(PAUSE);
    const now = look();
    const isLess = MEASURES.some(({ name }) => now[name] < least[name]);
    least = Object.fromEntries(MEASURES.map(({ name }) => [name, Math.min(now[name], least[name])])) as Held;
    if (!isLess && looks > 4) break;
  }
  return least;
}

/** The measures of which the second half of the rows has more than the first. The first row is left out: caches fill. */
export function grown(rows: readonly Held[]): (keyof Held)[] {
  const [, ...rest] = rows;
  const half = Math.ceil(rest.length / 2);
  const most = (part: readonly Held[], name: keyof Held): number => Math.max(...part.map((row) => row[name]));
  return MEASURES.filter(({ name, share, some }) => {
    const early = most(rest.slice(0, half), name);
    return most(rest.slice(half), name) > early * (1 + share) + some;
  }).map(({ name }) => name);
}

function look(): Held {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    memory: Math.round(rss / 1e6),
    heap: Math.round(heapUsed / 1e6),
    handles: readdirSync('/proc/self/fd').length,
    processes: listBelow(process.pid).length,
    cgroups: cgroups().filter((folder) => path.basename(folder).includes(`-${process.pid}-`)).length,
    mounts: readFileSync('/proc/self/mounts', 'utf8').split('\n').length - 1,
    'temporary files': readdirSync(tmpdir()).length,
  };
}
