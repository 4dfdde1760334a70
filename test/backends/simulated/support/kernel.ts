/** A kernel with a few tasks and nothing that restarts: its functions can be called one by one. */

import type { Steps, Touch } from '../../../../src/backends/simulated/kernel/access.ts';
import { NULL, PREPARED, RUNNING, STATE } from '../../../../src/backends/simulated/kernel/layout.ts';
import { use } from '../../../../src/backends/simulated/kernel/memory.ts';
import type { World } from '../../../../src/backends/simulated/kernel/world.ts';
import { setUp } from '../../../../src/backends/simulated/world.ts';
import type { ScenarioDocument } from '../../../../src/index.ts';
import { buildCase } from './cases.ts';

/** Long enough for a task without a compiled frame. */
const TASK_WORDS = 24;

export interface Kernel {
  readonly m: Int32Array;
  readonly world: World;
  readonly coordinator: number;
  /** The pointer of the task with this pid. */
  readonly task: (pid: number) => number;
}

/** Loads a kernel with this tree; all its tasks are awake. */
export function aKernel(
  tree: ScenarioDocument['tree'],
  words: Omit<ScenarioDocument, 'scenario' | 'tree'> = {},
): Kernel {
  const { world, memory } = setUp(buildCase('a kernel', { tree, ...words }), TASK_WORDS);
  use(memory, world, null, () => {});
  return { m: memory, world, coordinator: world.firstTask, task: (pid) => world.byPid(pid) };
}

/** Runs a function of the kernel to its end; no other task moves. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Lets it run until its task is not awake any more, or to its end; the result, or undefined when it sleeps. */
export function untilAsleep<T>({ m }: Kernel, task: number, steps: Steps<T>): { readonly result: T } | undefined {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return { result: value };
    if (m[task + STATE] !== RUNNING && m[task + STATE] !== PREPARED) return undefined;
  }
}

/** The access before which it stands now, without going on. */
export function firstTouch(steps: Steps<unknown>): Touch {
  const { value } = steps.next();
  return { ...(value as Touch) };
}

export { NULL };
