/**
 * A tree while CRIU holds it. A program of the user's runs on between two looks of ours, so what counts of it is what it was
 * while it could not: at the end of the dump and before the restore lets it go.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Case } from '../../model/case.ts';
import type { CriuCall, CriuStage } from '../../model/criu.ts';
import type { CriuCensus, CriuTask } from '../../record/criu.ts';
import type { Hole } from '../census/memory.ts';
import { openFactReader, type Seen, toTasks } from './census.ts';
import { IMAGES } from './command-line.ts';
import { findRseq } from './images/rseq.ts';
import { imagedState } from './images/states.ts';
import type { Sandbox } from './sandbox.ts';

/** The stage of each call at which all tasks are held, and are what they are (not yet, or no longer, changed by CRIU). */
export const HELD_AT: Readonly<Record<CriuCall, CriuStage>> = { dump: 'post-dump', restore: 'pre-resume' };

/** The root of the tree; undefined when it is not there. */
export function findRoot({ tasks, criu }: Case, all: readonly Seen[]): Seen | undefined {
  const root = tasks[0]!.pid;
  const isRoot = criu?.namespace === 'own' ? ({ pid }: Seen) => pid === 1 : ({ id }: Seen) => id === root;
  return all.find((seen) => seen.role === 'tree' && isRoot(seen));
}

/** The root and all below it. */
export function findTree(c: Case, all: readonly Seen[]): readonly Seen[] {
  const root = findRoot(c, all);
  if (!root) return [];
  const below = findDescendants(new Set([root.id]), all);
  return all.filter(({ id }) => below.has(id));
}

/** These, and all below them, by what they are called around the tree. */
export function findDescendants(ids: ReadonlySet<number>, all: readonly Seen[]): Set<number> {
  const below = new Set(ids);
  for (let size = -1; size < below.size; ) {
    size = below.size;
    for (const { id, parent } of all) if (below.has(parent)) below.add(id);
  }
  return below;
}

/** The census of a tree that CRIU holds: each task has the state that the images have, for here all are stopped. */
export async function heldCensus(sandbox: Sandbox, c: Case, tree: readonly Seen[]): Promise<CriuCensus> {
  const images = sandbox.inside(IMAGES);
  const root = c.tasks[0]!.pid;
  const reader = await openFactReader(sandbox, c, tree, true, { holes: await findHoles(images, tree) });
  const tasks = toTasks(c, tree, reader).map(async (task): Promise<CriuTask> => {
    if (task.state !== 't' && task.state !== 'T') return task;
    const pid = c.criu?.namespace === 'own' && task.pid === root ? 1 : task.pid;
    const state = (await imagedState(images, pid)) ?? task.state;
    return { ...task, state, threads: task.threads.map((thread) => ({ ...thread, state, tracer: 0 })) };
  });
  return { tasks: await Promise.all(tasks), silent: [], held: true };
}

/** A census of a tree that CRIU holds, with the steady facts as they were before: CRIU may have changed some meanwhile. */
export function withSteadyFacts(held: CriuCensus, before: CriuCensus): CriuCensus {
  return mergeTasks(held, before, (task, then) => {
    if (!then.facts) return task;
    const threads = task.threads.map((thread) => {
      const same = then.threads.find(({ tid }) => tid === thread.tid);
      return same?.facts ? { ...thread, facts: same.facts } : thread;
    });
    return { ...withAsked(task, then), facts: then.facts, threads };
  });
}

/** A census of a restored tree that CRIU holds, with what its processes were asked when they ran: while they are traced they cannot be. */
export function withAskedFacts(held: CriuCensus, after: CriuCensus): CriuCensus {
  return mergeTasks(held, after, withAsked);
}

function withAsked(task: CriuTask, { askedFacts }: CriuTask): CriuTask {
  return askedFacts ? { ...task, askedFacts } : task;
}

/** A census in which each task is merged with what it is in another one, unless it executes another program there. */
function mergeTasks(
  census: CriuCensus,
  other: CriuCensus,
  merge: (task: CriuTask, same: CriuTask) => CriuTask,
): CriuCensus {
  const others = new Map(other.tasks.map((task) => [task.pid, task]));
  return {
    ...census,
    tasks: census.tasks.map((task) => {
      const same = others.get(task.pid);
      return same && same.name === task.name ? merge(task, same) : task;
    }),
  };
}

/** What the kernel itself writes in the memory of each process, by the pid that it has around the tree. */
async function findHoles(images: string, tree: readonly Seen[]): Promise<Map<number, readonly Hole[]>> {
  const holes = tree.map(async ({ id, threads }): Promise<[number, readonly Hole[]]> => {
    const cores = threads.map(({ tid }) => readFile(path.join(images, `core-${tid}.img`)).catch(() => undefined));
    const found = (await Promise.all(cores)).map((core) => core && findRseq(core));
    return [id, found.filter((hole) => hole !== undefined)];
  });
  return new Map(await Promise.all(holes));
}
