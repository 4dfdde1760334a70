/** Fork (kernel/fork.c), as far as a restart can tell. What a child inherits from a subsystem is handed in. */
import type { Steps } from './access.ts';
import { FLAGS, IN_USER, PARENT, RUNNING, STATE } from './layout.ts';
import { writeLockTasklist, writeUnlockTasklist } from './lock.ts';
import { m, note, runnable, world } from './memory.ts';
import { groupLeader, linkChild, numberOf } from './task.ts';
import { signalPending } from './wait.ts';

/** -ERESTARTNOINTR */
export const ERESTARTNOINTR = 513;

/** The parent of a new child: its creator, or with CLONE_PARENT the creator's own parent as it is now. */
export function realParentOf(current: number, child: number): number {
  return world.forkParent[numberOf(child)] === current ? current : m[groupLeader(current) + PARENT]!;
}

/** The child is in its parent's list and under its pid, and runs. */
export function wakeUpNewTask(current: number, child: number): void {
  m[child + STATE] = RUNNING;
  m[child + FLAGS]! |= IN_USER;
  linkChild(realParentOf(current, child), child);
  runnable(child);
}

/** copy_process(): 0, or -ERESTARTNOINTR when a signal is pending: then the child is gone again. */
export function* copyProcess(
  current: number,
  child: number,
  inheritEarly: (current: number, child: number) => Steps,
  inheritLate: (current: number, child: number) => Steps,
): Steps<number> {
  yield* writeLockTasklist();
  yield* inheritEarly(current, child);
  if (signalPending(current)) {
    note('fork-failed', current, -ERESTARTNOINTR);
    writeUnlockTasklist();
    return -ERESTARTNOINTR;
  }
  yield* inheritLate(current, child);
  wakeUpNewTask(current, child);
  note('fork', current, child);
  writeUnlockTasklist();
  return 0;
}
