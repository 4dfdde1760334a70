/** The sync points where restarting tasks wait (checkpoint/restart.c). `current` is handed in where the kernel has it at hand; `variant.series` marks what the rest of the series adds. */
import { atomicCmpxchg, atomicDecAndTest, load, loadCheckpointCtx, type Steps } from '../kernel/access.ts';
import { CALLED, FLAGS, NULL, ONSTACK, RESTART_COUNT, WAITQ } from '../kernel/layout.ts';
import { readLockTasklist, readUnlockTasklist } from '../kernel/lock.ts';
import { m, note, world } from '../kernel/memory.ts';
import { sawThreads } from '../kernel/seen.ts';
import {
  at,
  countOtherLivingThreads,
  countOtherThreads,
  groupLeader,
  isZombie,
  nextThread,
  taskPidVnr,
  threadGroupEmpty,
} from '../kernel/task.ts';
import { waitEventInterruptible, waitEventKillable, wakeUpProcess } from '../kernel/wait.ts';
import { POINT_SYNC_1, POINT_THREADS } from '../kernel/world.ts';
import { getTaskCtx, setTaskCtx } from './context.ts';
import { EAGAIN, ESRCH } from './errno.ts';
import { ckptGetError, ckptTestComplete, ckptTestError } from './sys.ts';
import { isTaskActive } from './turn.ts';
import { variant } from './variant.ts';

/** The condition of wait_task_active(). */
export function* activeOrError(ctx: number, pid: number): Steps<boolean> {
  return (yield* isTaskActive(ctx, pid)) || (yield* ckptTestError(ctx));
}

/** (hardened: foreignersAreRefused) Whether the image names this pid. */
export function isNamed(pid: number): boolean {
  return world.isNamed(pid);
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

/** wait_task_sync(): the result of the wait is dropped here, too. */
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
  let ret = 0;
  if (variant.contextIsAwaited) ret = yield* waitEventKillable(current, current, ONSTACK, hasCheckpointCtx, current);
  else ret = yield* waitEventInterruptible(current, current, ONSTACK, hasCheckpointCtx, current, 0);
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
    const nr = variant.livingAreCounted ? countOtherLivingThreads(current) : countOtherThreads(current);
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
