/** The status list of the debug build (CONFIG_CHECKPOINT_DEBUG in checkpoint/restart.c): who takes part, and how it ended. */

import { SIZEOF_CKPT_PIDS } from '../../../model/case.ts';
import { load, type Steps } from '../kernel/access.ts';
import {
  ACTIVE_PID,
  ERRNO,
  KFLAGS,
  LOCK,
  NR_PIDS,
  NR_TOTAL,
  NULL,
  PIDS_ARR,
  PIDS_READ,
  ROOT_TASK,
  STATUS,
} from '../kernel/layout.ts';
import { lock, unlock } from '../kernel/lock.ts';
import { m, NULL_DEREFERENCE, note, oops, world } from '../kernel/memory.ts';
import { readPastEndAtFree, readUnread } from '../kernel/seen.ts';
import { kmalloc } from '../kernel/slab.ts';
import { ENOMEM } from './errno.ts';
import { variant } from './variant.ts';

export const RESTART_DBG_ROOT = 1;
export const RESTART_DBG_GHOST = 2;
export const RESTART_DBG_COORD = 4;
export const RESTART_DBG_TASK = 8;
export const RESTART_DBG_WAITING = 16;
export const RESTART_DBG_RUNNING = 32;
export const RESTART_DBG_EXITED = 64;
export const RESTART_DBG_FAILED = 128;
export const RESTART_DBG_SUCCESS = 256;

/** sizeof(struct ckpt_task_status) */
export const SIZEOF_STATUS = 32;

/** restore_debug_task(): adds the caller to the list. */
export function* restoreDebugTask(current: number, ctx: number, flags: number): Steps<number> {
  if (!world.debug) return 0;
  if (!(yield* kmalloc(current, SIZEOF_STATUS))) return -ENOMEM;
  const root = m[ctx + ROOT_TASK] === current ? RESTART_DBG_ROOT : 0;
  yield* lock(ctx, LOCK);
  m[current + STATUS] = RESTART_DBG_WAITING | flags | root;
  note('status', current, m[current + STATUS]!);
  unlock(ctx, LOCK);
  return 0;
}

/** restore_debug_getme(): whether the caller's entry is in the list. Its absence is a NULL that nobody checks. */
export function* restoreDebugGetme(current: number, ctx: number): Steps<boolean> {
  yield* lock(ctx, LOCK);
  unlock(ctx, LOCK);
  if (m[current + STATUS] !== 0) return true;
  if (!variant.debugWithoutMemory) oops(NULL_DEREFERENCE);
  return false;
}

/** The entry's state bits change; nobody else writes them. */
export function setStatus(current: number, drop: number, set: number): void {
  m[current + STATUS] = (m[current + STATUS]! & ~drop) | set;
  note('status', current, m[current + STATUS]!);
}

/** restore_debug_error() */
export function* restoreDebugError(current: number, ctx: number, err: number): Steps {
  if (!world.debug) return;
  if (yield* restoreDebugGetme(current, ctx)) {
    setStatus(current, RESTART_DBG_WAITING | RESTART_DBG_RUNNING, err !== 0 ? RESTART_DBG_FAILED : RESTART_DBG_SUCCESS);
  }
}

/** restore_debug_running() */
export function* restoreDebugRunning(current: number, ctx: number): Steps {
  if (!world.debug) return;
  if (yield* restoreDebugGetme(current, ctx)) setStatus(current, RESTART_DBG_WAITING, RESTART_DBG_RUNNING);
}

/** restore_debug_exit() */
export function* restoreDebugExit(current: number, ctx: number): Steps {
  if (!world.debug) return;
  if (yield* restoreDebugGetme(current, ctx)) {
    const running = variant.debugTellsEnds ? RESTART_DBG_RUNNING : 0;
    setStatus(current, RESTART_DBG_WAITING | running, RESTART_DBG_EXITED);
  }
}

/**
 * The pids that restore_debug_free() prints: nr_pids of them, whatever became of pids_arr: it may be NULL, shorter than that,
 * or not filled.
 */
export function readAllPids(ctx: number): void {
  const nrPids = m[ctx + NR_PIDS]!;
  if (nrPids <= 0) return;
  if (m[ctx + PIDS_ARR] === 0) oops(NULL_DEREFERENCE);
  if (m[ctx + PIDS_READ]! < m[ctx + PIDS_ARR]!) readUnread();
  if ((nrPids - 1) * SIZEOF_CKPT_PIDS + 4 > m[ctx + PIDS_ARR]!) readPastEndAtFree();
}

/** restore_debug_free(): prints the list when the context is freed. */
export function* restoreDebugFree(current: number, ctx: number): Steps {
  if (!world.debug) return;
  yield* load(ctx, NR_TOTAL);
  yield* load(ctx, ACTIVE_PID);
  yield* load(ctx, ERRNO);
  yield* load(ctx, KFLAGS);
  readAllPids(ctx);
  note('status-list', current, NULL);
}
