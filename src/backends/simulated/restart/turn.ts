/** Whose turn it is, and handing it over (checkpoint/restart.c). `current` is handed in where the kernel has it at hand; `variant.series` marks what the rest of the series adds. */

import { SIZEOF_CKPT_PIDS } from '../../../model/case.ts';
import { atomicDecAndTest, increment, load, loadCheckpointCtx, type Steps, store } from '../kernel/access.ts';
import { ACTIVE_PID, COMPLETE, GHOSTQ, NR_PIDS, NR_TOTAL, NULL, PIDS_ARR } from '../kernel/layout.ts';
import { BUG, m, note, oops, world } from '../kernel/memory.ts';
import { readPastEnd, sawTurn } from '../kernel/seen.ts';
import { findTaskByPidNs } from '../kernel/task.ts';
import { complete, wakeUpAll, wakeUpProcess } from '../kernel/wait.ts';
import { ESRCH } from './errno.ts';
import { ckptErr } from './sys.ts';
import { variant } from './variant.ts';

/** all_tasks_activated() */
export function* allTasksActivated(ctx: number): Steps<boolean> {
  return (yield* load(ctx, ACTIVE_PID)) === m[ctx + NR_PIDS];
}

/** get_active_pid(): pids_arr[active_pid], 0 before the first. It does not look where the array ends. */
export function* getActivePid(ctx: number): Steps<number> {
  const active = yield* load(ctx, ACTIVE_PID);
  if (variant.foreignersAreRefused && active >= m[ctx + NR_PIDS]!) return 0;
  if (active * SIZEOF_CKPT_PIDS >= m[ctx + PIDS_ARR]!) return readPastEnd();
  return active >= 0 ? world.pids[active]! : 0;
}

/** is_task_active() */
export function* isTaskActive(ctx: number, pid: number): Steps<boolean> {
  return (yield* getActivePid(ctx)) === pid;
}

/** restore_task_done() */
export function* restoreTaskDone(current: number, ctx: number): Steps {
  const last = yield* atomicDecAndTest(ctx, NR_TOTAL);
  note('done', current, m[ctx + NR_TOTAL]!, 0, ctx);
  if (last) yield* complete(current, ctx, COMPLETE);
  if ((yield* load(ctx, NR_TOTAL)) < 0) oops(BUG);
}

/** restore_activate_next() */
export function* restoreActivateNext(current: number, ctx: number): Steps<number> {
  if (variant.turnIsHandedOver) return yield* handOverTurn(current, ctx);
  const active = yield* increment(ctx, ACTIVE_PID);
  note('activate', current, active, active < m[ctx + NR_PIDS]! ? world.pids[active]! : 0);
  sawTurn(current, active);
  if ((yield* load(ctx, ACTIVE_PID)) > m[ctx + NR_PIDS]!) oops(BUG);

  if (!(yield* allTasksActivated(ctx))) {
    /* wake up next task in line to restore its state */
    const pid = yield* getActivePid(ctx);
    let task = findTaskByPidNs(pid);
    /* target task must have same restart context */
    if (task !== NULL && (variant.bogusPids || (yield* loadCheckpointCtx(task)) === ctx)) {
      yield* wakeUpProcess(current, task);
    } else task = NULL;

    if (task === NULL && !variant.bogusPids) {
      yield* ckptErr(current, ctx, -ESRCH);
      return -ESRCH;
    }
  } else if (variant.series) {
    /* wake up ghosts so that they can end */
    yield* wakeUpAll(current, ctx, GHOSTQ);
  }
  return 0;
}

/**
 * (hardened: turnIsHandedOver) The same, with the next task looked up before it is its turn: from then on it may run, be
 * done, and hand over itself, and nothing that is read after belongs to this turn any more.
 */
export function* handOverTurn(current: number, ctx: number): Steps<number> {
  const active = (yield* load(ctx, ACTIVE_PID)) + 1;
  if (active > m[ctx + NR_PIDS]!) oops(BUG);
  let task = NULL;
  if (active < m[ctx + NR_PIDS]!) {
    task = findTaskByPidNs(world.pids[active]!);
    if (task === NULL || (yield* loadCheckpointCtx(task)) !== ctx) {
      yield* ckptErr(current, ctx, -ESRCH);
      return -ESRCH;
    }
  }
  yield* store(ctx, ACTIVE_PID, active);
  note('activate', current, active, active < m[ctx + NR_PIDS]! ? world.pids[active]! : 0);
  sawTurn(current, active);
  if (task !== NULL) yield* wakeUpProcess(current, task);
  else yield* wakeUpAll(current, ctx, GHOSTQ);
  return 0;
}
