/** Wait queues, wake-ups, completions (kernel/wait.c, kernel/sched.c of 2.6.33). A queue is its address. */
import { EFFECT, live, type Steps, touch, WRITE } from './access.ts';
import {
  COMPLETE_ALL,
  DEEPLY,
  FLAGS,
  FREEZING,
  KILLABLE,
  NULL,
  PENDING,
  PREPARED,
  RUNNING,
  SIG_KILL,
  SLEEPING,
  STATE,
  WAITING_ON,
} from './layout.ts';
import { m, note, runnable, world } from './memory.ts';

/** -ERESTARTSYS */
export const ERESTARTSYS = 512;

/** signal_pending(): a signal, or the freezer's fake one. */
export function signal_pending(task: number): boolean {
  return m[task + PENDING] !== 0 || (m[task + FLAGS]! & FREEZING) !== 0;
}

/** fatal_signal_pending() */
export function fatal_signal_pending(task: number): boolean {
  return (m[task + PENDING]! & SIG_KILL) !== 0;
}

/** try_to_wake_up(): true when the task slept, or was about to; a completion's uninterruptible sleep is not touched. */
export function try_to_wake_up(task: number, by: number): boolean {
  const state = m[task + STATE]!;
  if (state !== PREPARED && state !== SLEEPING && state !== KILLABLE) return false;
  m[task + STATE] = RUNNING;
  m[task + WAITING_ON] = NULL;
  if (state !== PREPARED) {
    note('wake', by, task);
    runnable(task);
  }
  return true;
}

/** wake_up_process(): does nothing to a task that is not asleep. */
export function* wake_up_process(current: number, task: number): Steps {
  yield touch(task, STATE, EFFECT);
  try_to_wake_up(task, current);
}

/** Wakes all (or one) that wait on a queue. */
export function wake_queue(queue: number, one: boolean, by: number): void {
  const { firstTask, nrTasks, taskWords } = world;
  for (let i = 0, task = firstTask; i < nrTasks; i++, task += taskWords) {
    if (m[task + WAITING_ON] !== queue) continue;
    const state = m[task + STATE];
    m[task + WAITING_ON] = NULL;
    m[task + STATE] = RUNNING;
    if (state !== PREPARED) {
      note('wake', by, task);
      runnable(task);
    }
    if (one) return;
  }
}

/** wake_up_all() of the queue in this field of a context. */
export function* wake_up_all(current: number, ctx: number, queue: number): Steps {
  yield touch(ctx, queue, EFFECT);
  live(ctx);
  wake_queue(ctx + queue, false, current);
}

/** prepare_to_wait(queue, TASK_INTERRUPTIBLE): from here on a wake-up is not lost. */
export function* prepare_to_wait(current: number, at: number, queue: number): Steps {
  yield touch(at, queue, WRITE);
  m[current + STATE] = PREPARED;
  m[current + WAITING_ON] = at + queue;
}

/** schedule() in an interruptible wait: sleeps, unless it was woken since prepare_to_wait(). */
export function schedule(current: number, queue: number): void {
  if (m[current + STATE] === PREPARED) {
    m[current + STATE] = SLEEPING;
    note('sleep', current, queue);
  }
}

/** schedule() in a killable wait. */
export function schedule_killable(current: number, queue: number): void {
  if (m[current + STATE] === PREPARED) {
    m[current + STATE] = KILLABLE;
    note('sleep', current, queue);
  }
}

/** finish_wait() */
export function finish_wait(current: number): void {
  m[current + STATE] = RUNNING;
  m[current + WAITING_ON] = NULL;
}

/** init_completion(): what was complete is forgotten. */
export function init_completion(at: number, field: number): void {
  m[at + field] = 0;
}

/** complete(): lets one waiter through. */
export function* complete(current: number, ctx: number, completion: number): Steps {
  yield touch(ctx, completion, EFFECT);
  live(ctx);
  if (m[ctx + completion] !== COMPLETE_ALL) m[ctx + completion]!++;
  note('complete', current, completion, 0, ctx);
  wake_queue(ctx + completion, true, current);
}

/** complete_all(): lets every waiter through, now and later, however often it is called. */
export function* complete_all(current: number, ctx: number, completion: number): Steps {
  yield touch(ctx, completion, EFFECT);
  live(ctx);
  m[ctx + completion] = COMPLETE_ALL;
  note('complete', current, completion, 0, ctx);
  wake_queue(ctx + completion, false, current);
}

/** wait_for_completion(): nothing but the completion ends it. */
export function* wait_for_completion(current: number, ctx: number, completion: number): Steps {
  for (;;) {
    yield touch(ctx, completion, EFFECT);
    live(ctx);
    if (m[ctx + completion] !== 0) {
      if (m[ctx + completion] !== COMPLETE_ALL) m[ctx + completion]!--;
      return;
    }
    m[current + STATE] = DEEPLY;
    m[current + WAITING_ON] = ctx + completion;
    note('sleep', current, completion);
  }
}

/** wait_for_completion_interruptible(): 0, or -ERESTARTSYS when a signal is pending and it is not done. */
export function* wait_for_completion_interruptible(current: number, ctx: number, completion: number): Steps<number> {
  for (;;) {
    yield touch(ctx, completion, EFFECT);
    live(ctx);
    if (m[ctx + completion] !== 0) {
      if (m[ctx + completion] !== COMPLETE_ALL) m[ctx + completion]!--;
      return 0;
    }
    if (signal_pending(current)) {
      note('interrupted', current, completion);
      return -ERESTARTSYS;
    }
    m[current + STATE] = SLEEPING;
    m[current + WAITING_ON] = ctx + completion;
    note('sleep', current, completion);
  }
}

/** The condition that a task waits for; the two values are its arguments. */
type Condition = (current: number, a: number, b: number) => Steps<number | boolean>;

/** wait_event_interruptible(): 0, or -ERESTARTSYS when a signal is pending and the condition does not hold. */
export function* wait_event_interruptible(
  current: number,
  at: number,
  queue: number,
  condition: Condition,
  a: number,
  b: number,
): Steps<number> {
  return yield* wait_event(current, at, queue, condition, a, b, false);
}

/** wait_event_killable(): nothing but SIGKILL ends it early. */
export function* wait_event_killable(
  current: number,
  at: number,
  queue: number,
  condition: Condition,
  a: number,
  b: number,
): Steps<number> {
  return yield* wait_event(current, at, queue, condition, a, b, true);
}

/** ___wait_event() */
export function* wait_event(
  current: number,
  at: number,
  queue: number,
  condition: Condition,
  a: number,
  b: number,
  killable: boolean,
): Steps<number> {
  if (yield* condition(current, a, b)) return 0;
  for (;;) {
    yield* prepare_to_wait(current, at, queue);
    if (yield* condition(current, a, b)) {
      finish_wait(current);
      return 0;
    }
    if (killable ? fatal_signal_pending(current) : signal_pending(current)) {
      note('interrupted', current, queue);
      finish_wait(current);
      return -ERESTARTSYS;
    }
    if (killable) schedule_killable(current, queue);
    else schedule(current, queue);
  }
}
