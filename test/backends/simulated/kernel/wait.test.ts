import assert from 'node:assert/strict';
import { load, type Steps } from '../../../../src/backends/simulated/kernel/access.ts';
import {
  DEEPLY,
  FLAGS,
  FREEZING,
  KILLABLE,
  LIFE,
  RUNNING,
  SIG_KILL,
  SIG_OTHER,
  SLEEPING,
  STATE,
} from '../../../../src/backends/simulated/kernel/layout.ts';
import { send_signal } from '../../../../src/backends/simulated/kernel/signal.ts';
import {
  complete,
  complete_all,
  try_to_wake_up,
  wait_event_interruptible,
  wait_event_killable,
  wait_for_completion,
  wait_for_completion_interruptible,
  wake_up_all,
  wake_up_process,
} from '../../../../src/backends/simulated/kernel/wait.ts';
import { COMPLETE, NR_TOTAL, WAITQ } from '../../../../src/protocol/checkpoint_types.ts';
import { aKernel, finish, type Kernel, untilAsleep } from '../support/kernel.ts';

const NO_TASK = 0;

/** The condition of these waits: a word of the context is not 0. */
function* isSet(_current: number, ctx: number): Steps<boolean> {
  return (yield* load(ctx, NR_TOTAL)) !== 0;
}

describe('waiting for an event', () => {
  let kernel: Kernel;
  let m: Int32Array;
  let ctx: number;
  let task: number;
  beforeEach(() => {
    kernel = aKernel({ pid: 100, children: [{ pid: 101 }] });
    ({ m } = kernel);
    ({ ctx } = kernel.world);
    task = kernel.task(100);
    m[ctx + LIFE] = 1;
  });

  const interruptible = (): Steps<number> => wait_event_interruptible(task, ctx, WAITQ, isSet, ctx, 0);
  const killable = (): Steps<number> => wait_event_killable(task, ctx, WAITQ, isSet, ctx, 0);

  it('is over at once when the condition holds, even with a signal pending', () => {
    m[ctx + NR_TOTAL] = 1;
    send_signal(task, SIG_OTHER, NO_TASK);
    assert.equal(finish(interruptible()), 0);
    assert.equal(m[task + STATE], RUNNING);
  });

  it('sleeps while it does not hold, and looks again when it is woken', () => {
    const wait = interruptible();
    assert.equal(untilAsleep(kernel, task, wait), undefined);
    assert.equal(m[task + STATE], SLEEPING);
    finish(wake_up_all(kernel.coordinator, ctx, WAITQ));
    assert.equal(untilAsleep(kernel, task, wait), undefined, 'a spurious wake-up ended the wait');
    m[ctx + NR_TOTAL] = 1;
    finish(wake_up_all(kernel.coordinator, ctx, WAITQ));
    assert.deepEqual(untilAsleep(kernel, task, wait), { result: 0 });
  });

  it('does not lose a wake-up between the test of the condition and the sleep', () => {
    const wait = interruptible();
    wait.next(); /* before the condition */
    wait.next(); /* it did not hold; before prepare_to_wait() */
    wait.next(); /* queued; before the condition */
    const stale = m[ctx + NR_TOTAL];
    assert.equal(stale, 0);
    finish(wake_up_all(kernel.coordinator, ctx, WAITQ));
    wait.next();
    assert.equal(m[task + STATE], RUNNING, 'it went to sleep');
  });

  it('ends with -ERESTARTSYS on a signal', () => {
    const wait = interruptible();
    untilAsleep(kernel, task, wait);
    send_signal(task, SIG_OTHER, NO_TASK);
    assert.deepEqual(untilAsleep(kernel, task, wait), { result: -512 });
  });

  it('ends with -ERESTARTSYS when the freezer wakes it', () => {
    const wait = interruptible();
    untilAsleep(kernel, task, wait);
    m[task + FLAGS]! |= FREEZING;
    try_to_wake_up(task, NO_TASK);
    assert.deepEqual(untilAsleep(kernel, task, wait), { result: -512 });
  });

  it('killable, is ended by SIGKILL only', () => {
    const wait = killable();
    untilAsleep(kernel, task, wait);
    send_signal(task, SIG_OTHER, NO_TASK);
    assert.equal(m[task + STATE], KILLABLE);
    send_signal(task, SIG_KILL, NO_TASK);
    assert.deepEqual(untilAsleep(kernel, task, wait), { result: -512 });
  });

  it('is woken by wake_up_process() too, which does nothing to a task that is awake', () => {
    finish(wake_up_process(kernel.coordinator, task));
    const wait = interruptible();
    assert.equal(untilAsleep(kernel, task, wait), undefined, 'a wake-up was kept for later');
    finish(wake_up_process(kernel.coordinator, task));
    assert.equal(m[task + STATE], RUNNING);
  });
});

describe('a completion', () => {
  let kernel: Kernel;
  let ctx: number;
  beforeEach(() => {
    kernel = aKernel({ pid: 100, children: [{ pid: 101 }] });
    ({ ctx } = kernel.world);
    kernel.m[ctx + LIFE] = 1;
  });

  it('completed once lets one waiter through', () => {
    const [a, b] = [kernel.task(100), kernel.task(101)];
    const waits = [wait_for_completion(a, ctx, COMPLETE), wait_for_completion(b, ctx, COMPLETE)];
    assert.equal(untilAsleep(kernel, a, waits[0]!), undefined);
    assert.equal(untilAsleep(kernel, b, waits[1]!), undefined);
    finish(complete(kernel.coordinator, ctx, COMPLETE));
    assert.deepEqual([kernel.m[a + STATE], kernel.m[b + STATE]], [RUNNING, DEEPLY]);
    assert.deepEqual(untilAsleep(kernel, a, waits[0]!), { result: undefined });
  });

  it('completed before the wait is remembered, each time for one', () => {
    const task = kernel.task(100);
    finish(complete(kernel.coordinator, ctx, COMPLETE));
    assert.deepEqual(untilAsleep(kernel, task, wait_for_completion(task, ctx, COMPLETE)), { result: undefined });
    assert.equal(untilAsleep(kernel, task, wait_for_completion(task, ctx, COMPLETE)), undefined);
  });

  it('completed for all lets every waiter through, now and later', () => {
    const [a, b] = [kernel.task(100), kernel.task(101)];
    const wait = wait_for_completion(a, ctx, COMPLETE);
    untilAsleep(kernel, a, wait);
    finish(complete_all(kernel.coordinator, ctx, COMPLETE));
    assert.deepEqual(untilAsleep(kernel, a, wait), { result: undefined });
    for (let i = 0; i < 3; i++) finish(wait_for_completion(b, ctx, COMPLETE));
  });

  it('completed for all more than once stays complete, and later waits and completions do not change it', () => {
    const task = kernel.task(100);
    for (let i = 0; i < 5; i++) {
      finish(complete_all(kernel.coordinator, ctx, COMPLETE));
      finish(complete(kernel.coordinator, ctx, COMPLETE));
      assert.equal(finish(wait_for_completion_interruptible(task, ctx, COMPLETE)), 0);
      finish(wait_for_completion(task, ctx, COMPLETE));
    }
    assert.deepEqual(untilAsleep(kernel, task, wait_for_completion(task, ctx, COMPLETE)), { result: undefined });
  });

  it('waited for interruptibly, is given up for a signal, unless it is complete', () => {
    const task = kernel.task(100);
    const wait = wait_for_completion_interruptible(task, ctx, COMPLETE);
    untilAsleep(kernel, task, wait);
    send_signal(task, SIG_OTHER, NO_TASK);
    assert.deepEqual(untilAsleep(kernel, task, wait), { result: -512 });
    finish(complete(kernel.coordinator, ctx, COMPLETE));
    assert.equal(finish(wait_for_completion_interruptible(task, ctx, COMPLETE)), 0);
  });

  it('waited for without that, is not given up even for SIGKILL', () => {
    const task = kernel.task(100);
    untilAsleep(kernel, task, wait_for_completion(task, ctx, COMPLETE));
    send_signal(task, SIG_KILL, NO_TASK);
    assert.equal(kernel.m[task + STATE], DEEPLY);
  });
});
