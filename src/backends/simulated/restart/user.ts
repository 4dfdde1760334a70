/** What each task of a scenario runs: user space before the call, restart(2) itself, and the way back. */
import { EFFECT, type Steps, touch } from '../kernel/access.ts';
import { doExit } from '../kernel/exit.ts';
import { copyProcess } from '../kernel/fork.ts';
import {
  CALLED,
  FLAGS,
  IDLE,
  IN_USER,
  KILLED,
  NULL,
  RECORD,
  RESTART_FROZEN,
  RESTART_GHOST,
  RESTART_TASKSELF,
  RESULT,
  STATE,
  UFLAGS,
  UNBORN,
  USER,
  WILL_EXIT,
  WILL_FORK,
} from '../kernel/layout.ts';
import { m, note, world } from '../kernel/memory.ts';
import { sawEarly, sawFrozenRun, sawZombies } from '../kernel/seen.ts';
import { deliverSignals, forceSigkill } from '../kernel/signal.ts';
import { at, numberOf } from '../kernel/task.ts';
import { fatalSignalPending } from '../kernel/wait.ts';
import { POINT_RESUME } from '../kernel/world.ts';
import { doRestoreCoord } from './coordinator.ts';
import { EINTR, EINVAL, EPERM } from './errno.ts';
import { exitCheckpoint, inheritEarly, inheritLate } from './exit.ts';
import { doGhostTask, doRestoreTask } from './restore.ts';
import { ckptCtxAlloc, ckptCtxPut } from './sys.ts';
import { variant } from './variant.ts';

/** Whether the program's next fork is due: the child, or NULL. */
export function nextToFork(current: number): number {
  let child = world.firstFork[numberOf(current)]!;
  while (child !== NULL) {
    const number = numberOf(child);
    const wanted = world.forkedByFault[number] === 0 || (m[child + FLAGS]! & WILL_FORK) !== 0;
    if (m[child + STATE] === UNBORN && wanted) return child;
    child = world.nextFork[number]!;
  }
  return NULL;
}

/** A task that never calls restart sits in user space: true when it does so. */
export function sitsIdle(current: number): boolean {
  if (world.absent[numberOf(current)] === 0) return false;
  m[current + STATE] = IDLE;
  return true;
}

/** RESTART_USER_FLAGS: the flags of restart(2) that this protocol knows. */
export function userFlags(): number {
  return RESTART_TASKSELF | (variant.neverFrozen ? 0 : RESTART_FROZEN) | (variant.series ? RESTART_GHOST : 0);
}

/** The program of every task, the coordinator's too: they differ in the arguments of restart(2) only. */
export function* taskMain(current: number): Steps {
  for (;;) {
    yield touch(current, STATE, EFFECT);
    if (fatalSignalPending(current)) yield* doExit(current, KILLED, exitCheckpoint);
    if (!deliverSignals(current)) continue;
    const child = nextToFork(current);
    if (child !== NULL) {
      yield* copyProcess(current, child, inheritEarly, inheritLate);
      continue;
    }
    if ((m[current + FLAGS]! & WILL_EXIT) !== 0) yield* doExit(current, 0, exitCheckpoint);
    if (sitsIdle(current)) continue;
    break;
  }
  enterSyscall(current);
  const result = yield* doSysRestart(current, world.argPid[numberOf(current)]!, world.argFlags[numberOf(current)]!);
  leaveSyscall(current, result);
  if (current !== world.firstTask) at(current, POINT_RESUME);
  for (;;) {
    yield touch(current, STATE, EFFECT);
    if (fatalSignalPending(current)) yield* doExit(current, KILLED, exitCheckpoint);
    if (deliverSignals(current)) break;
  }
  backInUserSpace(current);
  /* it runs on, out of our sight, until a SIGKILL of the restart finds it */
  for (;;) {
    yield touch(current, STATE, EFFECT);
    if (fatalSignalPending(current)) yield* doExit(current, KILLED, exitCheckpoint);
    m[current + STATE] = USER;
  }
}

export function enterSyscall(current: number): void {
  m[current + FLAGS] = (m[current + FLAGS]! & ~IN_USER) | CALLED;
  note('call', current, world.argPid[numberOf(current)]!, world.argFlags[numberOf(current)]!);
}

export function leaveSyscall(current: number, result: number): void {
  m[current + RESULT] = result;
  note('return', current, result);
  sawZombies(current, result);
}

/** User space runs again: the restart is over for this task. */
export function backInUserSpace(current: number): void {
  m[current + STATE] = USER;
  note('user', current);
  sawEarly(current);
  sawFrozenRun(current);
}

/** do_sys_restart() */
export function* doSysRestart(current: number, pid: number, flags: number): Steps<number> {
  if ((flags & ~userFlags()) !== 0) return -EINVAL;
  if (!world.capable && current === world.firstTask) return -EPERM;

  let ctx = NULL;
  if (pid !== 0) {
    ctx = yield* ckptCtxAlloc(current, flags);
    if (ctx < 0) return ctx;
  }
  const ret = yield* doRestart(current, ctx, pid, flags);
  yield* ckptCtxPut(current, ctx);
  return ret;
}

/** do_restart() */
export function* doRestart(current: number, ctx: number, pid: number, flags: number): Steps<number> {
  let ret = 0;
  if (ctx !== NULL) ret = yield* doRestoreCoord(current, ctx, pid);
  else if (variant.series && (flags & RESTART_GHOST) !== 0) ret = yield* doGhostTask(current);
  else ret = yield* doRestoreTask(current);

  /* restart(2) isn't idempotent: should not be auto-restarted */
  if (!variant.rawCodes && (ret === -512 || ret === -513 || ret === -514 || ret === -516)) ret = -EINTR;

  /* the coordinator is exempt, unless it restarts itself */
  if (ctx === NULL || (m[ctx + UFLAGS]! & RESTART_TASKSELF) !== 0) {
    /* partial restore is undefined: terminate */
    if (ret < 0) yield* forceSigkill(current, current);
    else ret = restoreRetval(current);
  } else if (variant.valueForAll && ret >= 0) ret = restoreRetval(current);
  return ret;
}

/** restore_retval(): what the registers say now; before a restore that is -ENOSYS on x86. */
export function restoreRetval(current: number): number {
  const record = m[current + RECORD]! - 1;
  return record < 0 ? -38 : world.retval[record]!;
}
