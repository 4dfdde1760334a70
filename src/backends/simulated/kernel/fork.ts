/** Fork (kernel/fork.c), as far as a restart can observe it. What a child inherits from a subsystem is a parameter. */
import type { Steps } from './access.ts';
import { FLAGS, IN_USER, PARENT, RUNNING, STATE } from './layout.ts';
import { write_lock_tasklist, write_unlock_tasklist } from './lock.ts';
import { m, note, runnable, world } from './memory.ts';
import { group_leader, link_child, task_number } from './task.ts';
import { signal_pending } from './wait.ts';

/** -ERESTARTNOINTR */
export const ERESTARTNOINTR = 513;

/** The parent of a new child: its creator, or with CLONE_PARENT the creator's own parent as it is now. */
export function real_parent(current: number, child: number): number {
  return world.forkParent[task_number(child)] === current ? current : m[group_leader(current) + PARENT]!;
}

/** The child is in its parent's list and under its pid, and runs. */
export function wake_up_new_task(current: number, child: number): void {
  m[child + STATE] = RUNNING;
  m[child + FLAGS]! |= IN_USER;
  link_child(real_parent(current, child), child);
  runnable(child);
}

/**
 * copy_process(): 0, or -ERESTARTNOINTR when a signal is pending: then the child is gone again. A subsystem may do something
 * before that is known (`hook`), and when fork cannot fail any more (`lateHook`).
 */
export function* copy_process(
  current: number,
  child: number,
  hook: (current: number, child: number) => Steps,
  lateHook: (current: number, child: number) => Steps,
): Steps<number> {
  yield* write_lock_tasklist();
  yield* hook(current, child);
  if (signal_pending(current)) {
    note('fork-failed', current, -ERESTARTNOINTR);
    write_unlock_tasklist();
    return -ERESTARTNOINTR;
  }
  yield* lateHook(current, child);
  wake_up_new_task(current, child);
  note('fork', current, child);
  write_unlock_tasklist();
  return 0;
}
