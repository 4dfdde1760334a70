/** What a restarting task does, be it a ghost, a zombie or neither (checkpoint/restart.c). `current` is handed in where the kernel has it at hand; `variant.series` marks what the rest of the series adds. */
import type { Steps } from '../kernel/access.ts';
import { doExit } from '../kernel/exit.ts';
import { FLAGS, GHOSTQ, PF_RESTARTING, RECORD, SELF_REAPING, WAS_ZOMBIE } from '../kernel/layout.ts';
import { m, note, world } from '../kernel/memory.ts';
import { beginsRestore, endsRestore } from '../kernel/seen.ts';
import { failure } from '../kernel/slab.ts';
import { at } from '../kernel/task.ts';
import { waitEventInterruptible } from '../kernel/wait.ts';
import {
  FAIL_RESTORE,
  OBJ_TASK,
  OBJ_THREAD,
  POINT_DONE,
  POINT_NEXT,
  POINT_RESTORE,
  POINT_SYNC_2,
  POINT_SYNC_3,
} from '../kernel/world.ts';
import { clearTaskCtx } from './context.ts';
import {
  RESTART_DBG_GHOST,
  RESTART_DBG_TASK,
  restoreDebugError,
  restoreDebugExit,
  restoreDebugRunning,
  restoreDebugTask,
} from './debug.ts';
import { exitCheckpoint } from './exit.ts';
import { passThreads, waitCheckpointCtx, waitSyncThreads, waitTaskActive, waitTaskSync } from './sync.ts';
import { ckptCtxPut, ckptErr, ckptReadObjType, ckptTestError } from './sys.ts';
import { allTasksActivated, restoreActivateNext, restoreTaskDone } from './turn.ts';
import { variant } from './variant.ts';

/** restore_task(): reads the next record of the stream, whose ever it is. 1 for a zombie (series), 0, or a negative errno. */
export function* restoreTask(current: number, ctx: number): Steps<number> {
  at(current, POINT_RESTORE);
  beginRestore(current);
  const refused = failure(current, FAIL_RESTORE);
  let h = refused > 0 ? -refused : yield* ckptReadObjType(current, ctx, OBJ_TASK);
  if (h >= 0) h = yield* ckptReadObjType(current, ctx, OBJ_THREAD);
  return endRestore(current, h);
}

/** Only what is seen from outside: who restores itself, and whether somebody else does so meanwhile. */
export function beginRestore(current: number): void {
  beginsRestore(current);
  note('restore-begin', current);
}

/** The record that was read is the task's own from now on. */
export function endRestore(current: number, h: number): number {
  endsRestore(current, h >= 0);
  note('restore-end', current, h < 0 ? h : world.recordOf(h));
  if (h < 0) return h;
  const record = world.recordOf(h);
  m[current + RECORD] = record + 1;
  return variant.series ? world.zombie[record]! : 0;
}

/** do_ghost_task() (series): exits when all have been activated, or on an error. */
export function* doGhostTask(current: number): Steps<number> {
  const ctx = yield* waitCheckpointCtx(current);
  if (ctx < 0) return ctx;

  let ret = yield* restoreDebugTask(current, ctx, RESTART_DBG_GHOST);
  if (ret >= 0) {
    m[current + FLAGS]! |= PF_RESTARTING;
    yield* restoreDebugRunning(current, ctx);
    at(current, POINT_SYNC_2);
    ret = yield* waitEventInterruptible(current, ctx, GHOSTQ, allActivatedOrError, ctx, 0);
  }
  yield* restoreDebugError(current, ctx, ret);
  if (ret < 0) yield* ckptErr(current, ctx, ret);

  m[current + FLAGS]! |= SELF_REAPING;
  yield* restoreDebugExit(current, ctx);
  yield* ckptCtxPut(current, ctx);
  yield* doExit(current, 0, exitCheckpoint);
  return 0;
}

/** The condition of do_ghost_task(). */
export function* allActivatedOrError(ctx: number): Steps<boolean> {
  return (yield* allTasksActivated(ctx)) || (yield* ckptTestError(ctx));
}

/** do_restore_task(), up to its label `out` and without the zombie's way: 0, or a negative errno; 1 for a zombie. */
export function* restoreInTurn(current: number, ctx: number): Steps<number> {
  let ret = yield* restoreDebugTask(current, ctx, RESTART_DBG_TASK);
  if (ret < 0) return ret;
  if (variant.series) m[current + FLAGS]! |= PF_RESTARTING;

  ret = yield* waitSyncThreads(current);
  if (ret < 0) return ret;
  passThreads(current);

  /* wait for our turn, do the restore, and tell next task in line */
  at(current, POINT_SYNC_2);
  ret = yield* waitTaskActive(current, ctx);
  if (ret < 0) return ret;

  yield* restoreDebugRunning(current, ctx);

  const zombie = yield* restoreTask(current, ctx);
  if (zombie < 0) return zombie;

  if (variant.series) {
    at(current, POINT_NEXT);
    ret = yield* restoreActivateNext(current, ctx);
    if (ret < 0) return ret;
    if (zombie > 0) return 1;
  }

  at(current, POINT_DONE);
  yield* restoreTaskDone(current, ctx);
  at(current, POINT_SYNC_3);
  return yield* waitTaskSync(current, ctx);
}

/** do_restore_task() */
export function* doRestoreTask(current: number): Steps<number> {
  const ctx = yield* waitCheckpointCtx(current);
  if (ctx < 0) return ctx;

  const ret = yield* restoreInTurn(current, ctx);
  if (ret > 0) {
    /* zombie: done here; exit_checkpoint() counts it, when it really is one */
    yield* restoreDebugExit(current, ctx);
    yield* ckptCtxPut(current, ctx);
    yield* doExit(current, WAS_ZOMBIE, exitCheckpoint);
  }
  yield* restoreDebugError(current, ctx, ret);
  if (ret < 0) yield* ckptErr(current, ctx, ret);

  m[current + FLAGS]! &= ~PF_RESTARTING;
  yield* clearTaskCtx(current, current);
  yield* ckptCtxPut(current, ctx);
  return ret;
}
