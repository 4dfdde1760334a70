/**
 * checkpoint/restart.c of patch 30/96, function by function and in its order; `variant.series` marks what the rest of the
 * series adds (31/96 zombies, 73/96 ghosts). `current` is handed in where the kernel has it at hand.
 */
import {
  atomicCmpxchg,
  atomicDecAndTest,
  increment,
  load,
  loadCheckpointCtx,
  type Steps,
  store,
  storeCheckpointCtx,
} from '../kernel/access.ts';
import { doExit } from '../kernel/exit.ts';
import {
  ACTIVE_PID,
  CALLED,
  CHECKPOINT_CTX,
  CKPT_CTX_SUCCESS,
  COMPLETE,
  FLAGS,
  GHOSTQ,
  MARKED,
  NR_PIDS,
  NR_TOTAL,
  NULL,
  ONSTACK,
  OWNER,
  PF_RESTARTING,
  PIDS_ARR,
  RECORD,
  RESTART_COUNT,
  RESTART_FROZEN,
  RESTART_TASKSELF,
  ROOT_NSPROXY,
  ROOT_TASK,
  SELF_REAPING,
  UFLAGS,
  WAITQ,
  WAS_ZOMBIE,
} from '../kernel/layout.ts';
import { readLockTasklist, readUnlockTasklist, taskLock, taskUnlock } from '../kernel/lock.ts';
import { BUG, m, NULL_DEREFERENCE, note, OUT_OF_BOUNDS, oops, variant, world } from '../kernel/memory.ts';
import { beginsRestore, endsRestore, sawThreads, sawZombie } from '../kernel/seen.ts';
import { cgroupFreezerMakeFrozen, forceSigkill, killed } from '../kernel/signal.ts';
import { failure, kmalloc } from '../kernel/slab.ts';
import {
  at,
  countOtherThreads,
  findChild,
  findTaskByPidNs,
  groupLeader,
  isTraced,
  isZombie,
  nextInSubtree,
  nextThread,
  numberOf,
  ptraceMayAccess,
  taskNsproxy,
  taskPidVnr,
  threadGroupEmpty,
} from '../kernel/task.ts';
import {
  complete,
  ERESTARTSYS,
  finishWait,
  prepareToWait,
  schedule,
  scheduleKillable,
  signalPending,
  waitForCompletionInterruptible,
  wakeUpAll,
  wakeUpProcess,
} from '../kernel/wait.ts';
import {
  FAIL_RESTORE,
  OBJ_CONTAINER,
  OBJ_HEADER,
  OBJ_PIDS,
  OBJ_TAIL,
  OBJ_TASK,
  OBJ_THREAD,
  OBJ_TREE,
  POINT_ACTIVATE,
  POINT_CLAIM,
  POINT_DONE,
  POINT_FREEZE,
  POINT_HEADER,
  POINT_NEXT,
  POINT_OUT,
  POINT_PREPARE,
  POINT_RELEASE,
  POINT_RESTORE,
  POINT_ROOT,
  POINT_SYNC_1,
  POINT_SYNC_2,
  POINT_SYNC_3,
  POINT_TAIL,
  POINT_THREADS,
  POINT_TREE,
  POINT_WAIT,
} from '../kernel/world.ts';
import {
  RESTART_DBG_COORD,
  RESTART_DBG_GHOST,
  RESTART_DBG_TASK,
  restoreDebugError,
  restoreDebugExit,
  restoreDebugRunning,
  restoreDebugTask,
} from './debug.ts';
import { EAGAIN, EBUSY, EINVAL, ENOMEM, EPERM, ESRCH } from './errno.ts';
import {
  ckptCtxGet,
  ckptCtxPut,
  ckptErr,
  ckptGetError,
  ckptKread,
  ckptReadObjType,
  ckptSetSuccess,
  ckptTestComplete,
  ckptTestError,
  decide,
  initActivePid,
  initCompletion,
} from './sys.ts';

/** restore_read_header() */
export function* restoreReadHeader(current: number, ctx: number): Steps<number> {
  const h = yield* ckptReadObjType(current, ctx, OBJ_HEADER);
  return h < 0 ? h : 0;
}

/** restore_container() */
export function* restoreContainer(current: number, ctx: number): Steps<number> {
  const h = yield* ckptReadObjType(current, ctx, OBJ_CONTAINER);
  return h < 0 ? h : 0;
}

/** restore_read_tail() */
export function* restoreReadTail(current: number, ctx: number): Steps<number> {
  const h = yield* ckptReadObjType(current, ctx, OBJ_TAIL);
  return h < 0 ? h : 0;
}

/** sizeof(*ctx->pids_arr) * nr_pids, as the kernel's int; a struct ckpt_pids has five ids. */
export function sizeOfPidsArr(nrPids: number): number {
  return Math.imul(20, nrPids);
}

/** The buffer read must be as long as the count says. */
export function isLengthOfPids(nrPids: number): boolean {
  return nrPids === world.pids.length;
}

/** (hardened: pidsAreDistinct) Whether the image names a pid twice. */
export function namesTwice(): boolean {
  return new Set(world.pids).size !== world.pids.length;
}

/** restore_read_tree() */
export function* restoreReadTree(current: number, ctx: number): Steps<number> {
  const h = yield* ckptReadObjType(current, ctx, OBJ_TREE);
  if (h < 0) return h;
  if (world.nrSaved <= 0) return -EINVAL;

  m[ctx + NR_PIDS] = world.nrSaved;
  if (sizeOfPidsArr(world.nrSaved) <= 0) return -EINVAL; /* overflow ? */

  if (!(yield* kmalloc(current))) return -ENOMEM;
  m[ctx + PIDS_ARR] = 1;
  const buffer = yield* ckptKread(current, ctx);
  if (buffer < 0) return buffer;
  if (world.objects[buffer] !== OBJ_PIDS || !isLengthOfPids(world.nrSaved)) return -EINVAL;
  if (variant.pidsAreDistinct && namesTwice()) return -EINVAL;
  return 0;
}

/** all_tasks_activated() */
export function* allTasksActivated(ctx: number): Steps<boolean> {
  return (yield* load(ctx, ACTIVE_PID)) === m[ctx + NR_PIDS];
}

/** get_active_pid(): pids_arr[active_pid], 0 before the first. It does not look where the array ends. */
export function* getActivePid(ctx: number): Steps<number> {
  const active = yield* load(ctx, ACTIVE_PID);
  if (variant.foreignersAreRefused && active >= m[ctx + NR_PIDS]!) return 0;
  if (active >= m[ctx + NR_PIDS]!) oops(OUT_OF_BOUNDS);
  return active >= 0 ? world.pids[active]! : 0;
}

/** is_task_active() */
export function* isTaskActive(ctx: number, pid: number): Steps<boolean> {
  return (yield* getActivePid(ctx)) === pid;
}

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

/** restore_task_done() */
export function* restoreTaskDone(current: number, ctx: number): Steps {
  const last = yield* atomicDecAndTest(ctx, NR_TOTAL);
  note('done', current, m[ctx + NR_TOTAL]!);
  if (last) yield* complete(current, ctx, COMPLETE);
  if ((yield* load(ctx, NR_TOTAL)) < 0) oops(BUG);
}

/** restore_activate_next() */
export function* restoreActivateNext(current: number, ctx: number): Steps<number> {
  const active = yield* increment(ctx, ACTIVE_PID);
  note('activate', current, active, active < m[ctx + NR_PIDS]! ? world.pids[active]! : 0);
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

/** The condition of wait_task_active(). */
export function* activeOrError(ctx: number, pid: number): Steps<boolean> {
  return (yield* isTaskActive(ctx, pid)) || (yield* ckptTestError(ctx));
}

/** (hardened: foreignersAreRefused) Whether the image names this pid. */
export function isNamed(pid: number): boolean {
  return world.pids.includes(pid);
}

/** wait_task_active(): the result of the wait is dropped. */
export function* waitTaskActive(current: number, ctx: number): Steps<number> {
  const pid = taskPidVnr(current);
  if (variant.foreignersAreRefused && !isNamed(pid)) return -ESRCH;
  const ret = yield* waitEventInterruptible(current, ctx, WAITQ, activeOrError, ctx, pid);
  if (yield* ckptTestError(ctx)) return yield* ckptGetError(current, ctx);
  if (variant.turnIsAwaited && ret < 0) return ret;
  return 0;
}

/** wait_task_sync(): so is this one. */
export function* waitTaskSync(current: number, ctx: number): Steps<number> {
  if (variant.noSync3) return 0;
  if (variant.syncIsAwaited) {
    const ret = yield* waitEventKillable(current, ctx, WAITQ, ckptTestComplete, ctx);
    if (ret < 0) return ret;
  } else {
    yield* waitEventInterruptible(current, ctx, WAITQ, ckptTestComplete, ctx, 0);
  }
  if (yield* ckptTestError(ctx)) return yield* ckptGetError(current, ctx);
  return 0;
}

/** wait_event_interruptible(): 0, or -ERESTARTSYS when a signal is pending and the condition does not hold. */
export function* waitEventInterruptible(
  current: number,
  queueOf: number,
  queue: number,
  condition: (a: number, b: number) => Steps<boolean>,
  a: number,
  b: number,
): Steps<number> {
  if (yield* condition(a, b)) return 0;
  for (;;) {
    yield* prepareToWait(current, queueOf, queue);
    if (yield* condition(a, b)) {
      finishWait(current);
      return 0;
    }
    if (signalPending(current)) {
      note('interrupted', current, queue);
      finishWait(current);
      return -ERESTARTSYS;
    }
    schedule(current, queue);
  }
}

/** wait_event_killable(): nothing but SIGKILL ends it early. */
export function* waitEventKillable(
  current: number,
  queueOf: number,
  queue: number,
  condition: (a: number) => Steps<boolean>,
  a: number,
): Steps<number> {
  if (yield* condition(a)) return 0;
  for (;;) {
    yield* prepareToWait(current, queueOf, queue);
    if (yield* condition(a)) {
      finishWait(current);
      return 0;
    }
    if (killed(current)) {
      note('interrupted', current, queue);
      finishWait(current);
      return -ERESTARTSYS;
    }
    scheduleKillable(current, queue);
  }
}

/** The condition of wait_checkpoint_ctx(). */
export function* hasCheckpointCtx(current: number): Steps<boolean> {
  if (variant.selfService) return yield* takeRootsCtx(current);
  return (yield* loadCheckpointCtx(current)) !== NULL;
}

/** (variant: self-service) Each task takes the context over from the root by itself. */
export function* takeRootsCtx(current: number): Steps<boolean> {
  const ctx = yield* loadCheckpointCtx(world.root);
  if (ctx === NULL) return false;
  if (current !== world.root) yield* setTaskCtx(current, current, ctx);
  return true;
}

/** wait_checkpoint_ctx(): the context with a reference, or a negative errno. */
export function* waitCheckpointCtx(current: number): Steps<number> {
  at(current, POINT_SYNC_1);
  const ret = yield* waitEventInterruptible(current, current, ONSTACK, hasCheckpointCtx, current, 0);
  if (ret < 0) return ret;

  const ctx = yield* getTaskCtx(current, current);
  return ctx === NULL ? -EAGAIN : ctx;
}

/** Nobody of the group is to come any more. */
export function* groupHasArrived(leader: number): Steps<boolean> {
  return (yield* load(leader, RESTART_COUNT)) === 0;
}

/** wait_sync_threads(): nobody restores itself while a thread of its group is in user space. */
export function* waitSyncThreads(current: number): Steps<number> {
  if (variant.threadsApart || threadGroupEmpty(current)) return 0;
  at(current, POINT_THREADS);
  const leader = groupLeader(current);

  if ((yield* load(leader, RESTART_COUNT)) === 0) {
    yield* readLockTasklist();
    const nr = countOtherThreads(current);
    readUnlockTasklist();
    /* several may get here, one sets it */
    yield* atomicCmpxchg(leader, RESTART_COUNT, 0, nr + 1);
  }

  if (yield* atomicDecAndTest(leader, RESTART_COUNT)) {
    yield* readLockTasklist();
    for (let p = nextThread(current); p !== current; p = nextThread(p)) yield* wakeUpProcess(current, p);
    readUnlockTasklist();
    return 0;
  }
  return yield* waitEventInterruptible(current, current, ONSTACK, groupHasArrived, leader, 0);
}

/** What the group's threads have done, seen when one goes on. */
export function passThreads(current: number): void {
  for (let p = nextThread(current); p !== current; p = nextThread(p)) {
    if ((m[p + FLAGS]! & CALLED) === 0 && !isZombie(p)) sawThreads();
  }
  note('threads-passed', current);
}

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
  beginsRestore();
  note('restore-begin', current);
}

/** The record that was read is the task's own from now on. */
export function endRestore(current: number, h: number): number {
  endsRestore();
  note('restore-end', current, h < 0 ? h : world.objectRecord[h]!);
  if (h < 0) return h;
  const record = world.objectRecord[h]!;
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
  for (let task = root; task !== NULL; task = nextInSubtree(root, task)) {
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

  if (variant.checkedSum) yield* store(ctx, NR_TOTAL, m[ctx + NR_TOTAL]! + nrPids);
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
  if (root === NULL) {
    if (variant.bogusRoot) oops(NULL_DEREFERENCE);
    return -ESRCH;
  }
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
    for (let task = root; task !== NULL; task = nextInSubtree(root, task)) {
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
  if (variant.oneDecision) return yield* decide(ctx, CKPT_CTX_SUCCESS);
  return yield* ckptTestError(ctx);
}

/** do_restore_coord() */
export function* doRestoreCoord(current: number, ctx: number, pid: number): Steps<number> {
  let ret = yield* claimRestart(current, ctx, pid);
  if (ret < 0) return ret;
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
  if (!failed) sawZombie(current, m[ctx + OWNER]!);
  return ret;
}

/** exit_checkpoint(): what is left to do for a task that dies with a context. */
export function* exitCheckpoint(tsk: number): Steps {
  if (variant.deadLetGo) yield* taskLock(tsk);
  const ctx = yield* loadCheckpointCtx(tsk);
  if (variant.deadLetGo) {
    yield* storeCheckpointCtx(tsk, NULL);
    taskUnlock(tsk);
  }

  if ((m[tsk + FLAGS]! & PF_RESTARTING) !== 0) {
    if (!variant.ghostsMayFail && (yield* load(ctx, ACTIVE_PID)) === -1) oops(BUG);
    if (variant.series) yield* restoreTaskDone(tsk, ctx);
    else yield* restoreActivateNext(tsk, ctx);
  } else if (variant.deadAreMissed) {
    yield* ckptErr(tsk, ctx, -ESRCH);
  }
  yield* ckptCtxPut(tsk, ctx);
}

/** copy_process(), the patch's part: a child of a task that is restarting is so too, with a reference of its own. */
export function* inheritCheckpointCtx(current: number, child: number): Steps {
  if (variant.forkRace) return;
  if ((yield* loadCheckpointCtx(current)) !== NULL) {
    const ctx = yield* loadCheckpointCtx(current);
    yield* ckptCtxGet(current, ctx);
    m[child + CHECKPOINT_CTX] = ctx;
    m[child + FLAGS]! |= MARKED;
    note('mark', current, child, ctx);
    if (variant.checkedSum) yield* store(ctx, NR_TOTAL, m[ctx + NR_TOTAL]! + 1);
  }
}

/** The same at the place where the patch has it: before fork may still fail. */
export function* inheritEarly(current: number, child: number): Steps {
  if (!variant.forkPutsBack) yield* inheritCheckpointCtx(current, child);
}

/** The same where fork can not fail any more (hardened: forkPutsBack). */
export function* inheritLate(current: number, child: number): Steps {
  if (variant.forkPutsBack) yield* inheritCheckpointCtx(current, child);
}
