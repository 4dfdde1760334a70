/**
 * What the end of a run does not tell, kept as bits on the way so that a search over states loses nothing. The properties
 * judge the events of a record; these bits only keep two states apart whose records would be judged differently. A test
 * holds them together: two runs that end alike and saw the same violate the same properties.
 */
import {
  ACTIVE_PID,
  BEGUN,
  BEGUN_LATE,
  CKPT_CTX_ERROR,
  CKPT_CTX_SUCCESS,
  EXIT_STATE,
  FLAGS,
  KFLAGS,
  LIFE,
  NULL,
  POINT,
  RECORD,
  RESTART_FROZEN,
  RESTORING_NOW,
  RESULT,
  SEEN,
  THROUGH,
  UFLAGS,
} from './layout.ts';
import { m, note, world } from './memory.ts';
import { POINT_EXIT } from './world.ts';

/** A task was back in user space before all had restored themselves, or before success was declared. */
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
/** The turn was passed on by the wrong one or too early, or a task restored itself out of turn. */
export const SEEN_TURN = 64;
/** Success was declared before all had restored themselves. */
export const SEEN_UNRESTORED = 128;
/** A task began to restore itself before one that comes before it in the image, twice, or unnamed. */
export const SEEN_ORDER = 1024;
/** active_pid was moved on, by whomever. */
export const SEEN_ACTIVATED = 2048;
/** A task restored itself though an error was recorded before it began. */
export const SEEN_READ_ON = 1 << 25;
/** (debug build) pids were printed from beyond the end of pids_arr. */
export const SEEN_PRINTED_PAST_END = 1 << 28;
/** (debug build) pids were printed that had not been read. */
export const SEEN_PRINTED_UNREAD = 1 << 29;

/** Something was read past the end of pids_arr: a defect to be reported, which yields 0; the run goes on. */
export function readPastEnd(): number {
  m[SEEN]! |= SEEN_OUT_OF_BOUNDS;
  note('out-of-bounds', NULL);
  return 0;
}

/** The same in restore_debug_free(), which prints as many pids as the image claims to have. */
export function readPastEndAtFree(): void {
  m[SEEN]! |= SEEN_PRINTED_PAST_END;
  note('out-of-bounds-at-free', NULL);
}

/** restore_debug_free() prints pids that were never read into their array. */
export function readUnread(): void {
  m[SEEN]! |= SEEN_PRINTED_UNREAD;
  note('uninitialized-read', NULL);
}

/** The task that the image names at this place; NULL where there is none. */
export function namedAt(place: number): number {
  return place >= 0 && place < world.pids.length ? world.byPid(world.pids[place]!) : NULL;
}

/** A task begins to restore itself. */
export function beginsRestore(task: number): void {
  if (m[RESTORING_NOW]!++ > 0) m[SEEN]! |= SEEN_OVERLAP;
  if (!world.taskself) {
    const isItsTurn = (m[SEEN]! & SEEN_ACTIVATED) !== 0 && namedAt(m[world.ctx + ACTIVE_PID]!) === task;
    if (!isItsTurn) m[SEEN]! |= SEEN_TURN;
    /* as long as the turn has been passed on as it should, whoever has it is the next of the image */
    if ((m[SEEN]! & (SEEN_TURN | SEEN_ORDER)) === SEEN_TURN && !isNextOfImage(task)) m[SEEN]! |= SEEN_ORDER;
    if ((m[task + FLAGS]! & BEGUN) !== 0) m[SEEN]! |= SEEN_ORDER;
  }
  m[task + FLAGS]! |= (m[world.ctx + KFLAGS]! & CKPT_CTX_ERROR) === 0 ? BEGUN : BEGUN | BEGUN_LATE;
}

/** Whether all before this task in the image have begun, or are dying. */
export function isNextOfImage(task: number): boolean {
  for (let place = 0; place < world.pids.length; place++) {
    const other = namedAt(place);
    if (other === task) return true;
    if (other === NULL || !((m[other + FLAGS]! & BEGUN) !== 0 || m[other + POINT] === POINT_EXIT)) return false;
  }
  return false;
}

/** It has ended, with success or without. */
export function endsRestore(task: number, isRestored: boolean): void {
  m[RESTORING_NOW]!--;
  m[task + FLAGS]! |= THROUGH;
  if (isRestored && (m[task + FLAGS]! & BEGUN_LATE) !== 0) m[SEEN]! |= SEEN_READ_ON;
}

/** active_pid was moved on to `index`. */
export function sawTurn(by: number, index: number): void {
  const before = namedAt(index - 1);
  const isOver = before !== NULL && ((m[before + FLAGS]! & THROUGH) !== 0 || m[before + POINT] === POINT_EXIT);
  m[SEEN]! |= SEEN_ACTIVATED;
  if (index === 0 ? by !== world.firstTask : !isOver) m[SEEN]! |= SEEN_TURN;
}

export function sawThreads(): void {
  m[SEEN]! |= SEEN_THREADS;
}

/** Whether a task that the image names has not restored itself yet. */
export function isSomeoneUnrestored(): boolean {
  if (world.taskself) return m[world.firstTask + RECORD] === 0;
  for (let place = 0; place < world.pids.length; place++) {
    const task = namedAt(place);
    if (task === NULL || m[task + RECORD] === 0) return true;
  }
  return false;
}

/** Called when success is declared. */
export function sawSuccess(): void {
  if (isSomeoneUnrestored()) m[SEEN]! |= SEEN_UNRESTORED;
}

/** Whether restart gave the task an error, and not a saved value that happens to be negative. */
export function returnedAnError(task: number): boolean {
  const record = m[task + RECORD]! - 1;
  return m[task + RESULT]! < 0 && (record < 0 || world.retval[record] !== m[task + RESULT]);
}

/** Called when a task is back in user space. */
export function sawEarly(task: number): void {
  const { ctx } = world;
  if ((task === world.firstTask && !world.taskself) || returnedAnError(task) || m[ctx + LIFE] === 0) return;
  const isDeclared = (m[ctx + KFLAGS]! & CKPT_CTX_SUCCESS) !== 0;
  if (!isDeclared || ((m[SEEN]! & SEEN_UNRESTORED) !== 0 && isSomeoneUnrestored())) m[SEEN]! |= SEEN_EARLY;
}

/** Called when a task is back in user space. */
export function sawFrozenRun(task: number): void {
  if ((m[world.ctx + UFLAGS]! & RESTART_FROZEN) !== 0 && m[task + RECORD] !== 0) m[SEEN]! |= SEEN_FROZEN_RUN;
}

/** Called when restart has a result for somebody: for the coordinator it is the moment when zombies must be zombies. */
export function sawZombies(task: number, result: number): void {
  if (task !== world.firstTask || result < 0 || world.taskself) return;
  for (let record = 0; record < world.zombie.length; record++) {
    if (world.zombie[record] === 0) continue;
    const zombie = namedAt(record);
    if (zombie !== NULL && (m[zombie + FLAGS]! & EXIT_STATE) === 0) m[SEEN]! |= SEEN_ZOMBIE;
  }
}
