/** Signals, stops, tracing and the freezer, as far as a restart can observe them. User space catches what can be caught. */
import { EFFECT, type Steps, touch } from './access.ts';
import {
  DEEPLY,
  EXIT_STATE,
  FLAGS,
  FREEZER,
  FREEZING,
  FROZEN,
  IDLE,
  KILLABLE,
  NULL,
  PENDING,
  PREPARED,
  PT_PTRACED,
  RUNNING,
  SIG_KILL,
  SIG_OTHER,
  SIG_STOP,
  SLEEPING,
  STATE,
  STOPPED,
  UNBORN,
  USER,
} from './layout.ts';
import { m, note, runnable, world } from './memory.ts';
import { failure } from './slab.ts';
import { task_number } from './task.ts';
import { try_to_wake_up } from './wait.ts';
import { FAIL_FREEZE } from './world.ts';

/** Posts a signal to one task and wakes it (signal_wake_up). */
export function post(task: number, signal: number, by: number): void {
  const state = m[task + STATE]!;
  if (state === UNBORN || (m[task + FLAGS]! & EXIT_STATE) !== 0) return;
  m[task + PENDING]! |= signal;
  if (state === SLEEPING || (state === KILLABLE && signal === SIG_KILL)) try_to_wake_up(task, by);
  else if (((state === STOPPED || state === USER) && signal === SIG_KILL) || state === IDLE) {
    m[task + STATE] = RUNNING;
    runnable(task);
  }
}

/** The next one of the thread group as it was made. next_thread() skips a task that is released, so the walk never returns to it. */
export function thread_after(task: number): number {
  return world.nextThread[task_number(task)]!;
}

/** Sends a signal; SIGKILL takes the whole thread group. */
export function send_signal(task: number, signal: number, by: number): void {
  if (signal !== SIG_KILL) {
    post(task, signal, by);
    return;
  }
  post(task, SIG_KILL, by);
  for (let t = thread_after(task); t !== task; t = thread_after(t)) post(t, SIG_KILL, by);
}

/** force_sig(SIGKILL, task) */
export function* force_sigkill(current: number, task: number): Steps {
  yield touch(task, PENDING, EFFECT);
  note('kill', current, task);
  send_signal(task, SIG_KILL, current);
}

/** ptrace_attach() by a task outside: traced from now on, and stopped with SIGSTOP. */
export function ptrace_attach(task: number, by: number): void {
  m[task + FLAGS]! |= PT_PTRACED;
  send_signal(task, SIG_STOP, by);
}

/**
 * cgroup_freezer_make_frozen(): every task of the root's tree is to go into the refrigerator. A sleeping task is woken by a
 * fake signal and freezes on its way to user space; one that is in user space freezes at once.
 */
export function* cgroup_freezer_make_frozen(current: number, root: number): Steps<number> {
  yield touch(NULL, FREEZER, EFFECT);
  const refused = failure(current, FAIL_FREEZE);
  if (refused > 0) return -refused;
  freeze_tasks(current, root === current);
  return 0;
}

/** freeze_task() for all of the tree, and for the caller where it is the tree. */
export function freeze_tasks(current: number, self: boolean): void {
  const { firstTask, nrTasks, taskWords } = world;
  for (let i = self ? 0 : 1, task = firstTask + i * taskWords; i < nrTasks; i++, task += taskWords) {
    const state = m[task + STATE]!;
    if (state === UNBORN || (m[task + FLAGS]! & EXIT_STATE) !== 0) continue;
    m[task + FLAGS]! |= FREEZING;
    if (state === SLEEPING) try_to_wake_up(task, current);
    else if (state === IDLE) {
      m[task + STATE] = FROZEN;
      note('frozen', task, task);
    }
  }
}

/**
 * The way to user space: true when the task may go there; false when it has to look again (it was stopped).
 * The caller checks first whether the task must die.
 */
export function deliver_signals(current: number): boolean {
  if ((m[current + FLAGS]! & FREEZING) !== 0) {
    m[current + STATE] = FROZEN;
    note('frozen', current, current);
    return false;
  }
  if ((m[current + PENDING]! & SIG_STOP) !== 0) {
    m[current + PENDING]! &= ~SIG_STOP;
    m[current + STATE] = STOPPED;
    return false;
  }
  m[current + PENDING]! &= ~SIG_OTHER;
  return true;
}

/** Whether a fault that sends this signal would still find the task within the restart, and not already so hit. */
export function can_be_hit(task: number, signal: number): boolean {
  const state = m[task + STATE]!;
  if ((m[task + FLAGS]! & EXIT_STATE) !== 0) return false;
  if ((m[task + PENDING]! & (signal | SIG_KILL)) !== 0) return false;
  if (state === RUNNING || state === PREPARED || state === SLEEPING || state === DEEPLY) return true;
  if (state === KILLABLE) return true;
  return signal === SIG_KILL && (state === STOPPED || state === IDLE);
}

/** Whether a task sleeps where a spurious wake-up can reach it. */
export function can_be_woken(task: number): boolean {
  return m[task + STATE] === SLEEPING || m[task + STATE] === KILLABLE;
}
