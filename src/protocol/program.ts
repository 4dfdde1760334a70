/** What a scenario has user space do, and how a task gets into restart(2) and back. */
import {
  FLAGS,
  IDLE,
  IN_USER,
  NULL,
  RESULT,
  STATE,
  UNBORN,
  USER,
  WILL_FORK,
} from '../backends/simulated/kernel/layout.ts';
import { m, note, world } from '../backends/simulated/kernel/memory.ts';
import { task_number } from '../backends/simulated/kernel/task.ts';
import { CALLED } from './checkpoint_types.ts';
import { saw_early, saw_frozen_run, saw_zombies } from './trace.ts';

/** The child of the program's next fork; NULL when none is due. */
export function next_to_fork(current: number): number {
  let child = world.firstFork[task_number(current)]!;
  while (child !== NULL) {
    const number = task_number(child);
    const wanted = world.forkedByFault[number] === 0 || (m[child + FLAGS]! & WILL_FORK) !== 0;
    if (m[child + STATE] === UNBORN && wanted) return child;
    child = world.nextFork[number]!;
  }
  return NULL;
}

/** A task that never calls restart sits in user space: true when it does so. */
export function sits_idle(current: number): boolean {
  if (world.absent[task_number(current)] === 0) return false;
  m[current + STATE] = IDLE;
  return true;
}

export function is_coordinator(current: number): boolean {
  return current === world.firstTask;
}

/** The arguments of restart(2). */
export function arg_pid(current: number): number {
  return world.argPid[task_number(current)]!;
}

export function arg_flags(current: number): number {
  return world.argFlags[task_number(current)]!;
}

export function enter_syscall(current: number): void {
  m[current + FLAGS] = (m[current + FLAGS]! & ~IN_USER) | CALLED;
  note('call', current, arg_pid(current), arg_flags(current));
}

export function leave_syscall(current: number, result: number): void {
  m[current + RESULT] = result;
  note('return', current, result);
  saw_zombies(current, result);
}

/** User space runs again: the restart is over for this task. */
export function back_in_user_space(current: number): void {
  m[current + STATE] = USER;
  note('user', current);
  saw_early(current);
  saw_frozen_run(current);
}
