/**
 * Trace points: what a run shows to its observers. The protocol calls them where it has done something that a record contains
 * (`note`), and they keep as bits of SEEN what the end of a run does not show, so that a search over states loses nothing. The
 * properties judge the events of a record; the bits only keep two states apart whose records would be judged differently. A
 * test holds them together: two runs that end alike and saw the same violate the same properties. No trace point changes what
 * the protocol does.
 */
import { EXIT_STATE, FLAGS, LIFE, NULL, POINT, RESULT } from '../backends/simulated/kernel/layout.ts';
import { m, NULL_DEREFERENCE, note, oops, world } from '../backends/simulated/kernel/memory.ts';
import { exit_state, next_thread } from '../backends/simulated/kernel/task.ts';
import { POINT_EXIT } from '../backends/simulated/kernel/world.ts';
import {
  ACTIVE_PID,
  BEGUN,
  BEGUN_LATE,
  CALLED,
  CKPT_CTX_ERROR,
  CKPT_CTX_SUCCESS,
  KFLAGS,
  MARKED,
  NR_PIDS,
  NR_TOTAL,
  RECORD,
  REFCOUNT,
  RESTART_FROZEN,
  RESTORING_NOW,
  SEEN,
  STATUS,
  THROUGH,
  UFLAGS,
} from './checkpoint_types.ts';

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
export function read_past_end(): number {
  m[SEEN]! |= SEEN_OUT_OF_BOUNDS;
  note('out-of-bounds', NULL);
  return 0;
}

/** The same in restore_debug_free(), which prints as many pids as the image claims to have. */
export function read_past_end_at_free(): void {
  m[SEEN]! |= SEEN_PRINTED_PAST_END;
  note('out-of-bounds-at-free', NULL);
}

/** restore_debug_free() prints pids that were never read into their array. */
export function read_unread(): void {
  m[SEEN]! |= SEEN_PRINTED_UNREAD;
  note('uninitialized-read', NULL);
}

/** The task that the image names at this place; NULL where there is none. */
export function named_at(place: number): number {
  return place >= 0 && place < world.pids.length ? world.byPid(world.pids[place]!) : NULL;
}

/** A task begins to restore itself. */
export function begins_restore(task: number): void {
  if (m[RESTORING_NOW]!++ > 0) m[SEEN]! |= SEEN_OVERLAP;
  if (!world.taskself) {
    const isItsTurn = (m[SEEN]! & SEEN_ACTIVATED) !== 0 && named_at(m[world.ctx + ACTIVE_PID]!) === task;
    if (!isItsTurn) m[SEEN]! |= SEEN_TURN;
    /* as long as the turn has been passed on as it should, the task that has it is the next of the image */
    if ((m[SEEN]! & (SEEN_TURN | SEEN_ORDER)) === SEEN_TURN && !is_next_of_image(task)) m[SEEN]! |= SEEN_ORDER;
    if ((m[task + FLAGS]! & BEGUN) !== 0) m[SEEN]! |= SEEN_ORDER;
  }
  m[task + FLAGS]! |= (m[world.ctx + KFLAGS]! & CKPT_CTX_ERROR) === 0 ? BEGUN : BEGUN | BEGUN_LATE;
}

/** Whether all before this task in the image have begun, or are dying. */
export function is_next_of_image(task: number): boolean {
  for (let place = 0; place < world.pids.length; place++) {
    const other = named_at(place);
    if (other === task) return true;
    if (other === NULL || !((m[other + FLAGS]! & BEGUN) !== 0 || m[other + POINT] === POINT_EXIT)) return false;
  }
  return false;
}

/** It has ended, with success or without. */
export function ends_restore(task: number, isRestored: boolean): void {
  m[RESTORING_NOW]!--;
  m[task + FLAGS]! |= THROUGH;
  if (isRestored && (m[task + FLAGS]! & BEGUN_LATE) !== 0) m[SEEN]! |= SEEN_READ_ON;
}

/** active_pid was moved on to `index`. */
export function saw_turn(by: number, index: number): void {
  const before = named_at(index - 1);
  const isOver = before !== NULL && ((m[before + FLAGS]! & THROUGH) !== 0 || m[before + POINT] === POINT_EXIT);
  m[SEEN]! |= SEEN_ACTIVATED;
  if (index === 0 ? by !== world.firstTask : !isOver) m[SEEN]! |= SEEN_TURN;
}

export function saw_threads(): void {
  m[SEEN]! |= SEEN_THREADS;
}

/** Whether a task that the image names has not restored itself yet. */
export function is_any_unrestored(): boolean {
  if (world.taskself) return m[world.firstTask + RECORD] === 0;
  for (let place = 0; place < world.pids.length; place++) {
    const task = named_at(place);
    if (task === NULL || m[task + RECORD] === 0) return true;
  }
  return false;
}

/** Called when success is declared. */
export function saw_success(): void {
  if (is_any_unrestored()) m[SEEN]! |= SEEN_UNRESTORED;
}

/** Whether restart gave the task an error, and not a saved value that happens to be negative. */
export function returned_an_error(task: number): boolean {
  const record = m[task + RECORD]! - 1;
  return m[task + RESULT]! < 0 && (record < 0 || world.retval[record] !== m[task + RESULT]);
}

/** Called when a task is back in user space. */
export function saw_early(task: number): void {
  const { ctx } = world;
  if ((task === world.firstTask && !world.taskself) || returned_an_error(task) || m[ctx + LIFE] === 0) return;
  const isDeclared = (m[ctx + KFLAGS]! & CKPT_CTX_SUCCESS) !== 0;
  if (!isDeclared || ((m[SEEN]! & SEEN_UNRESTORED) !== 0 && is_any_unrestored())) m[SEEN]! |= SEEN_EARLY;
}

/** Called when a task is back in user space. */
export function saw_frozen_run(task: number): void {
  if ((m[world.ctx + UFLAGS]! & RESTART_FROZEN) !== 0 && m[task + RECORD] !== 0) m[SEEN]! |= SEEN_FROZEN_RUN;
}

/** Called when restart has a result for a task: for the coordinator it is the moment when zombies must be zombies. */
export function saw_zombies(task: number, result: number): void {
  if (task !== world.firstTask || result < 0 || world.taskself) return;
  for (let record = 0; record < world.zombie.length; record++) {
    if (world.zombie[record] === 0) continue;
    const zombie = named_at(record);
    if (zombie !== NULL && (m[zombie + FLAGS]! & EXIT_STATE) === 0) m[SEEN]! |= SEEN_ZOMBIE;
  }
}

/* ---- the trace points of the protocol ---- */

/** prepare looks at a task. */
export function trace_visit(current: number, task: number): void {
  note('visit', current, task);
}

/** A task's ->checkpoint_ctx was set. */
export function trace_mark(current: number, task: number, ctx: number): void {
  m[task + FLAGS]! |= MARKED;
  note('mark', current, task, ctx);
}

/** A task's ->checkpoint_ctx was cleared. */
export function trace_unmark(task: number): void {
  note('unmark', task);
}

export function trace_get(current: number, ctx: number): void {
  note('get', current, m[ctx + REFCOUNT]!, ctx);
}

export function trace_put(current: number, ctx: number): void {
  note('put', current, m[ctx + REFCOUNT]!, ctx);
}

export function trace_free(current: number, ctx: number): void {
  note('free', current, ctx);
}

/** ->nr_total was set. */
export function trace_total(current: number, ctx: number): void {
  note('total', current, m[ctx + NR_TOTAL]!);
}

/** A task was counted as done. */
export function trace_done(current: number, ctx: number): void {
  note('done', current, m[ctx + NR_TOTAL]!, 0, ctx);
}

/** ->active_pid was moved on. */
export function trace_activate(current: number, ctx: number): void {
  const active = m[ctx + ACTIVE_PID]!;
  note('activate', current, active, active < m[ctx + NR_PIDS]! ? world.pids[active]! : 0);
  saw_turn(current, active);
}

/** `late`: an error was recorded before. */
export function trace_error(current: number, ctx: number, err: number, late: number | boolean): void {
  note('error', current, err, late ? 0 : 1, ctx);
}

/** From here on the restart is a success. */
export function trace_success(current: number): void {
  saw_success();
  note('success', current);
}

export function trace_log(current: number, ctx: number, err: number): void {
  note('log', current, err, 0, ctx);
}

/** The list that restore_debug_free() prints. */
export function trace_status_list(current: number): void {
  note('status-list', current, NULL);
}

export function trace_restore_begin(current: number): void {
  begins_restore(current);
  note('restore-begin', current);
}

/** `h`: the last object of the record that was read, or a negative errno. */
export function trace_restore_end(current: number, h: number): void {
  ends_restore(current, h >= 0);
  note('restore-end', current, h < 0 ? h : world.recordOf(h));
}

/** A task goes on from the wait for its thread group: what have the others of the group done? */
export function trace_threads_passed(current: number): void {
  for (let p = next_thread(current); p !== current; p = next_thread(p)) {
    if ((m[p + FLAGS]! & CALLED) === 0 && exit_state(p) === 0) saw_threads();
  }
  note('threads-passed', current);
}

/** The entry of a task in ->task_status; NULL before it is registered. Its words are in the task's own. */
export function status_entry(task: number): number {
  return m[task + STATUS] === 0 ? NULL : task;
}

/** A new entry in ->task_status for the running task. */
export function add_status(current: number, flags: number): void {
  m[current + STATUS] = flags;
  note('status', current, flags);
}

/** The flags of an entry of ->task_status. A NULL is dereferenced here. */
export function change_status(s: number, clear: number, set: number): void {
  if (s === NULL) oops(NULL_DEREFERENCE);
  m[s + STATUS] = (m[s + STATUS]! & ~clear) | set;
  note('status', s, m[s + STATUS]!);
}
