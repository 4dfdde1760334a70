/** What is left to do when a task dies or forks in the middle of a restart (kernel/exit.c, kernel/fork.c, exit_checkpoint()). `current` is handed in where the kernel has it at hand; `variant.series` marks what the rest of the series adds. */
import { atomicAdd, load, loadCheckpointCtx, type Steps, storeCheckpointCtx } from '../kernel/access.ts';
import { ACTIVE_PID, CHECKPOINT_CTX, FLAGS, MARKED, NR_TOTAL, NULL, PF_RESTARTING } from '../kernel/layout.ts';
import { taskLock, taskUnlock } from '../kernel/lock.ts';
import { BUG, m, note, oops } from '../kernel/memory.ts';
import { ESRCH } from './errno.ts';
import { ckptCtxGet, ckptCtxPut, ckptErr, ckptTestError } from './sys.ts';
import { restoreActivateNext, restoreTaskDone } from './turn.ts';
import { variant } from './variant.ts';

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
    if (!variant.series) yield* restoreActivateNext(tsk, ctx);
    else if (!variant.ghostsMayFail || !(yield* ckptTestError(ctx))) yield* restoreTaskDone(tsk, ctx);
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
    if (variant.checkedSum) yield* atomicAdd(ctx, NR_TOTAL, 1);
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
