/**
 * What the end of a run does not tell, kept as bits on the way so that a search over states loses nothing. The properties
 * judge the events of a record; these bits only keep two states apart whose records would be judged differently.
 */
import {
  CALLED,
  CKPT_CTX_SUCCESS,
  EXIT_STATE,
  FLAGS,
  KFLAGS,
  LIFE,
  NR_TOTAL,
  NULL,
  RECORD,
  RESTART_FROZEN,
  RESTORING_NOW,
  RESULT,
  SEEN,
  UFLAGS,
} from './layout.ts';
import { m, note, world } from './memory.ts';

/** A task was back in user space before all had restored themselves. */
export const SEEN_EARLY = 1;
/** Two tasks restored themselves at the same time. */
export const SEEN_OVERLAP = 2;
/** A thread went on before its whole group was in restart. */
export const SEEN_THREADS = 4;
/** The coordinator came back with success and a zombie was none yet. */
export const SEEN_ZOMBIE = 8;
/** A task ran though it was to be frozen. */
export const SEEN_FROZEN_RUN = 16;
/** pids_arr was read past its end. */
export const SEEN_OUT_OF_BOUNDS = 32;

/** Something was read past the end of pids_arr: a defect to be reported, which yields 0; the run goes on. */
export function readPastEnd(): number {
  m[SEEN]! |= SEEN_OUT_OF_BOUNDS;
  note('out-of-bounds', NULL);
  return 0;
}

/** A task begins to restore itself. */
export function beginsRestore(): void {
  if (m[RESTORING_NOW]!++ > 0) m[SEEN]! |= SEEN_OVERLAP;
}

/** It has ended. */
export function endsRestore(): void {
  m[RESTORING_NOW]!--;
}

export function sawThreads(): void {
  m[SEEN]! |= SEEN_THREADS;
}

/** Called when a task is back in user space. */
export function sawEarly(task: number): void {
  const { ctx } = world;
  if (task === world.firstTask || m[task + RESULT]! < 0 || m[ctx + LIFE] === 0) return;
  if ((m[ctx + KFLAGS]! & CKPT_CTX_SUCCESS) === 0 || m[ctx + NR_TOTAL]! > 0) m[SEEN]! |= SEEN_EARLY;
}

/** Called when a task is back in user space. */
export function sawFrozenRun(task: number): void {
  if ((m[world.ctx + UFLAGS]! & RESTART_FROZEN) !== 0 && m[task + RECORD] !== 0) m[SEEN]! |= SEEN_FROZEN_RUN;
}

/** Called when the coordinator has succeeded. */
export function sawZombie(current: number, owner: number): void {
  if (current !== owner) return;
  const { firstTask, nrTasks, taskWords } = world;
  for (let i = 1, task = firstTask + taskWords; i < nrTasks; i++, task += taskWords) {
    const record = m[task + RECORD]! - 1;
    if (record < 0 || world.zombie[record] === 0 || (m[task + FLAGS]! & CALLED) === 0) continue;
    if ((m[task + FLAGS]! & EXIT_STATE) === 0) m[SEEN]! |= SEEN_ZOMBIE;
  }
}
