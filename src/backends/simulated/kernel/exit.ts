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
  RELEASED,
  SELF_REAPING,
  SIBLING,
  STATE,
  WAITING_ON,
} from './layout.ts';
import { writeLockTasklist, writeUnlockTasklist } from './lock.ts';
import { m, note } from './memory.ts';
import { at, groupLeader, linkChild, unlinkChild } from './task.ts';
import { fatalSignalPending } from './wait.ts';
import { POINT_EXIT } from './world.ts';

/** exit_notify(): hands the children to the namespace's init, and becomes a zombie; a thread or a ghost is released at once. */
export function exitNotify(tsk: number): void {
  for (let child = m[tsk + CHILDREN]!; child !== NULL; ) {
    const next = m[child + SIBLING]!;
    linkChild(NULL, child);
    note('reparent', tsk, child);
    child = next;
  }
  m[tsk + CHILDREN] = NULL;
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
  yield* writeLockTasklist();
  m[tsk + FLAGS]! |= how;
  note('exit', tsk, how, fatalSignalPending(tsk) ? KILLED : 0);
  exitNotify(tsk);
  writeUnlockTasklist();
  if ((yield* loadCheckpointCtx(tsk)) !== NULL) yield* exitSubsystem(tsk);
  taskDead(tsk);
  yield gone();
}
