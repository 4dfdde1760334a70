/** Exit (kernel/exit.c). What a subsystem does when a task dies is handed in, as the kernel's own do_exit() calls out. */
import { gone, loadCheckpointCtx, type Steps } from './access.ts';
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
import { writeLockTasklist, writeUnlockTasklist } from './lock.ts';
import { m, note, world } from './memory.ts';
import { at, groupLeader, linkChild, nextThread, unlinkChild } from './task.ts';
import { fatalSignalPending } from './wait.ts';
import { POINT_EXIT } from './world.ts';

/** exit_ptrace(): an exiting task lets go of those that it traces. */
export function exitPtrace(tracer: number): void {
  const { firstTask, nrTasks, taskWords } = world;
  for (let i = 0, task = firstTask; i < nrTasks; i++, task += taskWords) {
    if (world.tracer[i] !== tracer || (m[task + FLAGS]! & PT_PTRACED) === 0) continue;
    m[task + FLAGS]! &= ~PT_PTRACED;
    note('detach', tracer, task);
  }
}

/** find_new_reaper(): the next thread of the group that is not exiting, else the namespace's init (NULL). */
export function findNewReaper(father: number): number {
  for (let thread = nextThread(father); thread !== father; thread = nextThread(thread)) {
    if ((m[thread + FLAGS]! & PF_EXITING) === 0) return thread;
  }
  return NULL;
}

/** forget_original_parent(): hands the children on. */
export function forgetOriginalParent(father: number): void {
  exitPtrace(father);
  const reaper = m[father + CHILDREN] === NULL ? NULL : findNewReaper(father);
  for (let child = m[father + CHILDREN]!; child !== NULL; ) {
    const next = m[child + SIBLING]!;
    linkChild(reaper, child);
    note('reparent', father, child, reaper);
    child = next;
  }
  m[father + CHILDREN] = NULL;
}

/** exit_notify(): forgets the children, and becomes a zombie; a thread or a ghost is released at once. */
export function exitNotify(tsk: number): void {
  forgetOriginalParent(tsk);
  m[tsk + FLAGS]! |= EXIT_STATE;
  m[tsk + FLAGS]! &= ~IN_USER;
  if ((m[tsk + FLAGS]! & SELF_REAPING) !== 0 || groupLeader(tsk) !== tsk) {
    m[tsk + FLAGS]! |= RELEASED;
    if (groupLeader(tsk) === tsk) unlinkChild(tsk);
  }
}

/** Dead: never moves again. */
export function taskDead(tsk: number): void {
  m[tsk + STATE] = DEAD;
  m[tsk + WAITING_ON] = NULL;
}

/** do_exit(). `how`: 0 exits by itself, KILLED by SIGKILL, WAS_ZOMBIE as the zombie that the image wants. */
export function* doExit(tsk: number, how: number, exitSubsystem: (tsk: number) => Steps): Steps {
  at(tsk, POINT_EXIT);
  m[tsk + FLAGS]! |= PF_EXITING;
  yield* writeLockTasklist();
  m[tsk + FLAGS]! |= how;
  note('exit', tsk, how, fatalSignalPending(tsk) ? KILLED : 0);
  exitNotify(tsk);
  writeUnlockTasklist();
  if ((yield* loadCheckpointCtx(tsk)) !== NULL) yield* exitSubsystem(tsk);
  taskDead(tsk);
  yield gone();
}
