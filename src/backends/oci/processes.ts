/**
 * The state of the processes of a container, read in /proc from outside: the same kinds as of a tree that CRIU dumps. Those of gVisor are
 * in no /proc but that of their sandbox.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CriuCensus,
  type Hole,
  type RuntimeContainer,
  type RuntimeRecord,
  readCensus,
  reduceCensuses,
} from '../index.ts';
import type { Named, Process } from './census.ts';
import { listObjects } from './ipc.ts';
import type { Sandbox } from './sandbox.ts';

/** Milliseconds in which a task that was asked waits for the next question. */
const REST_LIMIT = 500;
const REST_PAUSE = 2;
/** Bytes at the start of the heap of busybox, linked statically, in which its C library keeps what the kernel writes: see rseq(2). */
const THREAD_BLOCK = 4096;

/** A census of a container, when none of its processes runs. `bundle`: its tasks have written there which pids they have. */
export async function readProcesses(
  sandbox: Sandbox,
  bundle: string,
  { pids, sharesPids }: Named,
  init: Process,
  all: readonly Process[],
): Promise<CriuCensus> {
  const proc = sandbox.inside('/proc');
  const space = readLink(`${proc}/${init.pid}/ns/pid`);
  const names = new Map(pids.map((pid) => [Number(readText(sandbox.inside(`${bundle}/rootfs/mk/${pid}.pid`))), pid]));
  const own = all.filter((one) =>
    sharesPids ? names.has(one.inner) : readLink(`${proc}/${one.pid}/ns/pid`) === space,
  );
  const cgroup = readText(`${proc}/${init.pid}/cgroup`);
  const group = own.map(({ pid }) => pid);
  const [objects] = await Promise.all([listObjects(sandbox, init.pid), rest(proc, group)]);
  const census = await readCensus({
    proc,
    pids: group,
    names,
    managesCgroups: true,
    holes: new Map(own.map(({ pid, inner }) => [pid, findHoles(readText(`${proc}/${pid}/maps`), !names.has(inner))])),
    cgroup: (text) => ({ cgroup: text === cgroup ? 'that of the init' : text.trim() }),
  });
  // What is of the container and of none of its processes goes with the root of the tree.
  const tasks = census.tasks.map((task) =>
    task.pid === pids[0] ? { ...task, facts: { ...task.facts, 'IPC objects': objects } } : task,
  );
  return { ...census, tasks };
}

/**
 * What the kernel writes in the memory of a process of busybox. `isGuest`: it sleeps, so also the time that is left, on its stack, when it
 * is frozen or seized: see nanosleep(2).
 */
function findHoles(maps: string, isGuest: boolean): Hole[] {
  const find = (name: string): Hole | undefined => {
    const [, start, end] = new RegExp(`^([0-9a-f]+)-([0-9a-f]+) .*\\[${name}\\]$`, 'm').exec(maps) ?? [];
    if (start === undefined || end === undefined) return undefined;
    return { start: Number.parseInt(start, 16), bytes: Number.parseInt(end, 16) - Number.parseInt(start, 16) };
  };
  const heap = find('heap');
  const stack = isGuest ? find('stack') : undefined;
  return [...(heap ? [{ start: heap.start, bytes: THREAD_BLOCK }] : []), ...(stack ? [stack] : [])];
}

/** Waits until each sleeps or is stopped. */
async function rest(proc: string, pids: readonly number[]): Promise<void> {
  const isRunning = (pid: number): boolean => /\) R /.test(readText(path.join(proc, String(pid), 'stat')));
  for (const late = Date.now() + REST_LIMIT; pids.some(isRunning) && Date.now() < late; ) await sleep(REST_PAUSE);
}

function readLink(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** The record with those facts of processes that differ. */
export function keepDifferentFacts(record: RuntimeRecord): RuntimeRecord {
  const { runs, bystander } = record;
  const kept = reduceContainers(runs.flatMap(({ before, after }) => [before, after]));
  const [before, after] = reduceContainers([bystander.before, bystander.after]);
  return {
    ...record,
    runs: runs.map((run, i) => ({ ...run, before: kept[2 * i]!, after: kept[2 * i + 1]! })),
    bystander: { before: before!, after: after! },
  };
}

function reduceContainers(containers: readonly RuntimeContainer[]): RuntimeContainer[] {
  const kept = reduceCensuses(containers.flatMap(({ census }) => census ?? [])).values();
  return containers.map((one) => (one.census ? { ...one, census: kept.next().value! } : one));
}
