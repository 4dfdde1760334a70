/** A task's ->checkpoint_ctx: taken, set and cleared under the task's lock (checkpoint/restart.c). `current` is handed in where the kernel has it at hand; `variant.series` marks what the rest of the series adds. */
import { loadCheckpointCtx, type Steps, storeCheckpointCtx } from '../kernel/access.ts';
import { FLAGS, MARKED, NULL } from '../kernel/layout.ts';
import { taskLock, taskUnlock } from '../kernel/lock.ts';
import { m, note } from '../kernel/memory.ts';
import { ckptCtxGet, ckptCtxPut } from './sys.ts';
import { variant } from './variant.ts';

/** get_task_ctx(): the task's context with a reference, or NULL. */
export function* getTaskCtx(current: number, task: number): Steps<number> {
  yield* taskLock(task);
  const ctx = yield* loadCheckpointCtx(task);
  if (variant.contextTakenOff) yield* storeCheckpointCtx(task, NULL);
  else yield* ckptCtxGet(current, ctx);
  taskUnlock(task);
  return ctx;
}

/** set_task_ctx(): 0, or 1 when the task has a context already. */
export function* setTaskCtx(current: number, task: number, ctx: number): Steps<number> {
  let ret = 1;
  yield* taskLock(task);
  if ((yield* loadCheckpointCtx(task)) === NULL) {
    yield* ckptCtxGet(current, ctx);
    yield* storeCheckpointCtx(task, ctx);
    m[task + FLAGS]! |= MARKED;
    note('mark', current, task, ctx);
    ret = 0;
  }
  taskUnlock(task);
  return ret;
}

/** clear_task_ctx() */
export function* clearTaskCtx(current: number, task: number): Steps {
  yield* taskLock(task);
  const old = yield* loadCheckpointCtx(task);
  yield* storeCheckpointCtx(task, NULL);
  note('unmark', task);
  taskUnlock(task);
  yield* ckptCtxPut(current, old);
}
