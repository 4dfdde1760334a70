/** The coordinator (checkpoint/restart.c). `current` is handed in where the kernel has it at hand; `variant.series` marks what the rest of the series adds. */
import { atomicAdd, load, loadCheckpointCtx, type Steps, store } from '../kernel/access.ts';
import {
  ACTIVE_PID,
  CKPT_CTX_SUCCESS,
  COMPLETE,
  NR_PIDS,
  NR_TOTAL,
  NULL,
  RESTART_FROZEN,
  RESTART_TASKSELF,
  ROOT_NSPROXY,
  ROOT_TASK,
  UFLAGS,
  WAITQ,
} from '../kernel/layout.ts';
import { readLockTasklist, readUnlockTasklist } from '../kernel/lock.ts';
import { BUG, m, NULL_DEREFERENCE, note, oops, world } from '../kernel/memory.ts';
import { cgroupFreezerMakeFrozen, forceSigkill } from '../kernel/signal.ts';
import {
  at,
  findChild,
  isTraced,
  isZombie,
  nextInSubtree,
  numberOf,
  ptraceMayAccess,
  subtreeOf,
  taskNsproxy,
} from '../kernel/task.ts';
import { waitForCompletionInterruptible, wakeUpAll, wakeUpProcess } from '../kernel/wait.ts';
import {
  POINT_ACTIVATE,
  POINT_CLAIM,
  POINT_FREEZE,
  POINT_HEADER,
  POINT_OUT,
  POINT_PREPARE,
  POINT_RELEASE,
  POINT_ROOT,
  POINT_TAIL,
  POINT_TREE,
  POINT_WAIT,
} from '../kernel/world.ts';
import { clearTaskCtx, setTaskCtx } from './context.ts';
import { RESTART_DBG_COORD, restoreDebugError, restoreDebugRunning, restoreDebugTask } from './debug.ts';
import { EBUSY, EINVAL, EPERM, ESRCH } from './errno.ts';
import { restoreContainer, restoreReadHeader, restoreReadTail, restoreReadTree } from './image.ts';
import { restoreTask } from './restore.ts';
import { ckptErr, ckptGetError, ckptSetSuccess, ckptTestError, decide, initActivePid, initCompletion } from './sys.ts';
import { restoreActivateNext } from './turn.ts';
import { variant } from './variant.ts';

/** __prepare_descendants() */
export function* prepareDescendant(current: number, task: number, ctx: number): Steps<number> {
  note('visit', current, task);
  if (!variant.strangersWelcome && !ptraceMayAccess(task)) return -EPERM;
  if (isTraced(task)) return -EBUSY;

  if (!isZombie(task)) {
    if (variant.selfService && task !== world.root) {
      yield* wakeUpProcess(current, task);
      return 1;
    }
    if ((yield* setTaskCtx(current, task, ctx)) !== 0) return -EBUSY;
    yield* wakeUpProcess(current, task);
    return 1;
  }
  return 0;
}

/** prepare_descendants(): walk_task_subtree() with the above, and the count. */
export function* prepareDescendants(current: number, ctx: number, root: number): Steps<number> {
  let nrPids = 0;
  yield* readLockTasklist();
  for (let task = subtreeOf(root); task !== NULL; task = nextInSubtree(root, task)) {
    const ret = yield* prepareDescendant(current, task, ctx);
    if (ret < 0) {
      nrPids = ret;
      break;
    }
    nrPids += ret;
  }
  readUnlockTasklist();
  if (nrPids < 0) return nrPids;

  /* fail unless number of processes matches; ghosts may be there besides (series) */
  if (variant.series ? nrPids < m[ctx + NR_PIDS]! : nrPids !== m[ctx + NR_PIDS]) return -ESRCH;

  if (variant.checkedSum) yield* atomicAdd(ctx, NR_TOTAL, nrPids);
  else yield* store(ctx, NR_TOTAL, nrPids);
  note('total', current, m[ctx + NR_TOTAL]!);
  return nrPids;
}

/** wait_all_tasks_finish() */
export function* waitAllTasksFinish(current: number, ctx: number): Steps<number> {
  at(current, POINT_ACTIVATE);
  if (variant.lateCompletion) initCompletion(ctx);
  if (!variant.earlyRoot) {
    if ((yield* load(ctx, ACTIVE_PID)) !== -1) oops(BUG);
    const ret = yield* restoreActivateNext(current, ctx);
    if (ret < 0) return ret;
  }
  at(current, POINT_WAIT);
  return yield* waitForCompletionInterruptible(current, ctx, COMPLETE);
}

/** choose_root_task(): the root, or NULL. */
export function* chooseRootTask(current: number, ctx: number, pid: number): Steps<number> {
  if (m[ctx + UFLAGS]! & RESTART_TASKSELF) {
    m[ctx + ROOT_TASK] = current;
    return current;
  }
  yield* readLockTasklist();
  m[ctx + ROOT_TASK] = findChild(current, pid);
  readUnlockTasklist();
  return m[ctx + ROOT_TASK]!;
}

/** init_restart_ctx() */
export function* initRestartCtx(current: number, ctx: number, pid: number): Steps<number> {
  const root = yield* chooseRootTask(current, ctx, pid);
  if (!variant.bogusRoot && root === NULL) return -ESRCH;
  if (root === NULL) oops(NULL_DEREFERENCE); /* task_nsproxy(NULL) */
  if (!taskNsproxy(root)) return -ESRCH;
  m[ctx + ROOT_NSPROXY] = 1;
  initActivePid(ctx, variant.earlyRoot ? 0 : -1); /* see restore_activate_next, get_active_pid */
  return 0;
}

/** __destroy_descendants() */
export function* destroyDescendant(current: number, task: number, ctx: number): Steps {
  if ((yield* loadCheckpointCtx(task)) === ctx) yield* forceSigkill(current, task);
}

/** (hardened: killAllMarked) The next task of the namespace, whose ever child it is by now; the first after NULL. */
export function nextOfAll(task: number): number {
  const next = task === NULL ? world.firstTask : task + world.taskWords;
  return numberOf(next) < world.nrTasks ? next : NULL;
}

/** destroy_descendants(): walk_task_subtree() with the above. Who was handed to init is not in the subtree any more. */
export function* destroyDescendants(current: number, ctx: number): Steps {
  if (variant.survivors) return;
  yield* readLockTasklist();
  if (variant.killAllMarked) {
    for (let task = nextOfAll(NULL); task !== NULL; task = nextOfAll(task)) {
      if (task !== current) yield* destroyDescendant(current, task, ctx);
    }
  } else {
    const root = m[ctx + ROOT_TASK]!;
    for (let task = subtreeOf(root); task !== NULL; task = nextInSubtree(root, task)) {
      yield* destroyDescendant(current, task, ctx);
    }
  }
  readUnlockTasklist();
}

/** do_restore_coord(), up to the point where it is committed. */
export function* claimRestart(current: number, ctx: number, pid: number): Steps<number> {
  let ret = yield* restoreDebugTask(current, ctx, RESTART_DBG_COORD);
  if (ret < 0) return ret;
  yield* restoreDebugRunning(current, ctx);

  at(current, POINT_HEADER);
  ret = yield* restoreReadHeader(current, ctx);
  if (ret < 0) return ret;
  ret = yield* restoreContainer(current, ctx);
  if (ret < 0) return ret;
  at(current, POINT_TREE);
  ret = yield* restoreReadTree(current, ctx);
  if (ret < 0) return ret;

  if ((m[ctx + UFLAGS]! & RESTART_TASKSELF) !== 0 && m[ctx + NR_PIDS] !== 1) return -EINVAL;

  at(current, POINT_ROOT);
  ret = yield* initRestartCtx(current, ctx, pid);
  if (ret < 0) return ret;

  /* an ancestor that prepares its descendants will fail on us, and not go deeper */
  at(current, POINT_CLAIM);
  return (yield* setTaskCtx(current, current, ctx)) !== 0 ? -EBUSY : 0;
}

/** do_restore_coord(), from there to its label `out`. */
export function* conductRestart(current: number, ctx: number): Steps<number> {
  let ret = 0;
  if (m[ctx + UFLAGS]! & RESTART_TASKSELF) {
    ret = yield* restoreTask(current, ctx);
    if (ret < 0) return ret;
  } else {
    at(current, POINT_PREPARE);
    ret = yield* prepareDescendants(current, ctx, m[ctx + ROOT_TASK]!);
    if (ret < 0) return ret;
    /* wait for all other tasks to complete do_restore_task() */
    ret = yield* waitAllTasksFinish(current, ctx);
    if (ret < 0) return ret;
  }

  at(current, POINT_TAIL);
  ret = yield* restoreReadTail(current, ctx);
  if (ret < 0) return ret;

  if (m[ctx + UFLAGS]! & RESTART_FROZEN) {
    at(current, POINT_FREEZE);
    ret = yield* cgroupFreezerMakeFrozen(current, (m[ctx + UFLAGS]! & RESTART_TASKSELF) !== 0);
  }
  return ret;
}

/** The question at `out`: did the restart fail? */
export function* hasFailed(current: number, ctx: number, ret: number): Steps<boolean> {
  if (variant.deafCoordinator) return ret < 0;
  if (variant.oneDecision) return yield* decide(current, ctx, CKPT_CTX_SUCCESS);
  return yield* ckptTestError(ctx);
}

/** do_restore_coord() */
export function* doRestoreCoord(current: number, ctx: number, pid: number): Steps<number> {
  let ret = yield* claimRestart(current, ctx, pid);
  if (ret < 0) {
    if (variant.debugTellsEnds) yield* restoreDebugError(current, ctx, ret);
    return ret;
  }
  ret = yield* conductRestart(current, ctx);

  at(current, POINT_OUT);
  yield* restoreDebugError(current, ctx, ret);
  if (ret < 0) yield* ckptErr(current, ctx, ret);

  const failed = yield* hasFailed(current, ctx, ret);
  if (failed) {
    yield* destroyDescendants(current, ctx);
    if (!variant.ownError || ret >= 0) ret = yield* ckptGetError(current, ctx);
  } else {
    yield* ckptSetSuccess(current, ctx);
    yield* wakeUpAll(current, ctx, WAITQ);
  }

  at(current, POINT_RELEASE);
  if (!variant.keptContext || !failed) yield* clearTaskCtx(current, current);
  return ret;
}
