/** Exit (kernel/exit.c). What a subsystem does when a task dies is handed in, as the kernel's own do_exit() calls out. */
import { gone, type Steps } from './access.ts';
import {
  CHILDREN,
  DEAD,
  EXIT_STATE,
  FLAGS,
  IN_USER,
  KILLED,
  NULL,
  PF_EXITING,
  PT_PTRACED,
  RELEASED,
  SELF_REAPING,
  SIBLING,
  STATE,
  WAITING_ON,
} from './layout.ts';
import { write_lock_tasklist, write_unlock_tasklist } from './lock.ts';
import { m, note, world } from './memory.ts';
import { at, group_leader, link_child, next_thread, unlink_child } from './task.ts';
import { fatal_signal_pending } from './wait.ts';
import { POINT_EXIT } from './world.ts';

/** exit_ptrace(): an exiting task detaches from its tracees. */
export function exit_ptrace(tracer: number): void {
  const { traced, firstTask, taskWords } = world;
  for (let i = 0; i < traced.length; i++) {
    const task = firstTask + traced[i]! * taskWords;
    if (world.tracer[traced[i]!] !== tracer || (m[task + FLAGS]! & PT_PTRACED) === 0) continue;
    m[task + FLAGS]! &= ~PT_PTRACED;
    note('detach', tracer, task);
  }
}

/** find_new_reaper(): the next thread of the group that is not exiting, else the namespace's init (NULL). */
export function find_new_reaper(father: number): number {
  for (let thread = next_thread(father); thread !== father; thread = next_thread(thread)) {
    if ((m[thread + FLAGS]! & PF_EXITING) === 0) return thread;
  }
  return NULL;
}

/** forget_original_parent(): hands the children on. */
export function forget_original_parent(father: number): void {
  exit_ptrace(father);
  const reaper = m[father + CHILDREN] === NULL ? NULL : find_new_reaper(father);
  for (let child = m[father + CHILDREN]!; child !== NULL; ) {
    const next = m[child + SIBLING]!;
    link_child(reaper, child);
    note('reparent', father, child, reaper);
    child = next;
  }
  m[father + CHILDREN] = NULL;
}

/** exit_notify(): forgets the children, and becomes a zombie; a thread or a ghost is released at once. */
export function exit_notify(tsk: number): void {
  forget_original_parent(tsk);
  m[tsk + FLAGS]! |= EXIT_STATE;
  m[tsk + FLAGS]! &= ~IN_USER;
  if ((m[tsk + FLAGS]! & SELF_REAPING) !== 0 || group_leader(tsk) !== tsk) {
    m[tsk + FLAGS]! |= RELEASED;
    if (group_leader(tsk) === tsk) unlink_child(tsk);
  }
}

/** Dead: never moves again. */
export function task_dead(tsk: number): void {
  m[tsk + STATE] = DEAD;
  m[tsk + WAITING_ON] = NULL;
}

/** do_exit(). `how`: 0 exits by itself, KILLED by SIGKILL, or a flag of a subsystem; `hook`: what a subsystem does then. */
export function* do_exit(current: number, how: number, hook: (current: number, tsk: number) => Steps): Steps {
  at(current, POINT_EXIT);
  m[current + FLAGS]! |= PF_EXITING;
  yield* write_lock_tasklist();
  m[current + FLAGS]! |= how;
  note('exit', current, how, fatal_signal_pending(current) ? KILLED : 0);
  exit_notify(current);
  write_unlock_tasklist();
  yield* hook(current, current);
  task_dead(current);
  yield gone();
}
