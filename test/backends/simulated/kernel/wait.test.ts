import assert from 'node:assert/strict';
import { load, type Steps } from '../../../../src/backends/simulated/kernel/access.ts';
import {
  COMPLETE,
  DEEPLY,
  FLAGS,
  FREEZING,
  KILLABLE,
  LIFE,
  NR_TOTAL,
  RUNNING,
  SIG_KILL,
  SIG_OTHER,
  SLEEPING,
  STATE,
  WAITQ,
} from '../../../../src/backends/simulated/kernel/layout.ts';
import { sendSignal } from '../../../../src/backends/simulated/kernel/signal.ts';
import {
  complete,
  completeAll,
  tryToWakeUp,
  waitEventInterruptible,
  waitEventKillable,
  waitForCompletion,
  waitForCompletionInterruptible,
  wakeUpAll,
  wakeUpProcess,
} from '../../../../src/backends/simulated/kernel/wait.ts';
import { aKernel, finish, type Kernel, untilAsleep } from '../support/kernel.ts';

const NOBODY = 0;

/** The condition of these waits: a word of the context is not 0. */
function* isSet(ctx: number): Steps<boolean> {
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

  const interruptible = (): Steps<number> => waitEventInterruptible(task, ctx, WAITQ, isSet, ctx, 0);
  const killable = (): Steps<number> => waitEventKillable(task, ctx, WAITQ, isSet, ctx);

  it('is over at once when the condition holds, even with a signal pending', () => {
    m[ctx + NR_TOTAL] = 1;
    sendSignal(task, SIG_OTHER, NOBODY);
    assert.equal(finish(interruptible()), 0);
    assert.equal(m[task + STATE], RUNNING);
  });

  it('sleeps while it does not hold, and looks again when it is woken', () => {
    const wait = interruptible();
    assert.equal(untilAsleep(kernel, task, wait), undefined);
    assert.equal(m[task + STATE], SLEEPING);
    finish(wakeUpAll(kernel.coordinator, ctx, WAITQ));
    assert.equal(untilAsleep(kernel, task, wait), undefined, 'a spurious wake-up ended the wait');
    m[ctx + NR_TOTAL] = 1;
    finish(wakeUpAll(kernel.coordinator, ctx, WAITQ));
    assert.deepEqual(untilAsleep(kernel, task, wait), { result: 0 });
  });

  it('does not lose a wake-up that comes between the look at the condition and the sleep', () => {
    const wait = interruptible();
    wait.next(); /* before the condition */
    wait.next(); /* it did not hold; before prepare_to_wait() */
    wait.next(); /* queued; before the condition */
    const stale = m[ctx + NR_TOTAL];
    assert.equal(stale, 0);
    finish(wakeUpAll(kernel.coordinator, ctx, WAITQ));
    wait.next();
    assert.equal(m[task + STATE], RUNNING, 'it went to sleep');
  });

  it('ends with -ERESTARTSYS when a signal comes', () => {
    const wait = interruptible();
    untilAsleep(kernel, task, wait);
    sendSignal(task, SIG_OTHER, NOBODY);
    assert.deepEqual(untilAsleep(kernel, task, wait), { result: -512 });
  });

  it('ends with -ERESTARTSYS when the freezer comes', () => {
    const wait = interruptible();
    untilAsleep(kernel, task, wait);
    m[task + FLAGS]! |= FREEZING;
    tryToWakeUp(task, NOBODY);
    assert.deepEqual(untilAsleep(kernel, task, wait), { result: -512 });
  });

  it('killable, is ended by SIGKILL only', () => {
    const wait = killable();
    untilAsleep(kernel, task, wait);
    sendSignal(task, SIG_OTHER, NOBODY);
    assert.equal(m[task + STATE], KILLABLE);
    sendSignal(task, SIG_KILL, NOBODY);
    assert.deepEqual(untilAsleep(kernel, task, wait), { result: -512 });
  });

  it('is woken by wake_up_process() too, which does nothing to who is awake', () => {
    finish(wakeUpProcess(kernel.coordinator, task));
    const wait = interruptible();
    assert.equal(untilAsleep(kernel, task, wait), undefined, 'a wake-up was kept for later');
    finish(wakeUpProcess(kernel.coordinator, task));
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
    const waits = [waitForCompletion(a, ctx, COMPLETE), waitForCompletion(b, ctx, COMPLETE)];
    assert.equal(untilAsleep(kernel, a, waits[0]!), undefined);
    assert.equal(untilAsleep(kernel, b, waits[1]!), undefined);
    finish(complete(kernel.coordinator, ctx, COMPLETE));
    assert.deepEqual([kernel.m[a + STATE], kernel.m[b + STATE]], [RUNNING, DEEPLY]);
    assert.deepEqual(untilAsleep(kernel, a, waits[0]!), { result: undefined });
  });

  it('completed before the wait is remembered, each time for one', () => {
    const task = kernel.task(100);
    finish(complete(kernel.coordinator, ctx, COMPLETE));
    assert.deepEqual(untilAsleep(kernel, task, waitForCompletion(task, ctx, COMPLETE)), { result: undefined });
    assert.equal(untilAsleep(kernel, task, waitForCompletion(task, ctx, COMPLETE)), undefined);
  });

  it('completed for all lets everybody through, now and later', () => {
    const [a, b] = [kernel.task(100), kernel.task(101)];
    const wait = waitForCompletion(a, ctx, COMPLETE);
    untilAsleep(kernel, a, wait);
    finish(completeAll(kernel.coordinator, ctx, COMPLETE));
    assert.deepEqual(untilAsleep(kernel, a, wait), { result: undefined });
    for (let i = 0; i < 3; i++) finish(waitForCompletion(b, ctx, COMPLETE));
  });

  it('completed for all more than once stays complete, and later waits and completions do not change it', () => {
    const task = kernel.task(100);
    for (let i = 0; i < 5; i++) {
      finish(completeAll(kernel.coordinator, ctx, COMPLETE));
      finish(complete(kernel.coordinator, ctx, COMPLETE));
      assert.equal(finish(waitForCompletionInterruptible(task, ctx, COMPLETE)), 0);
      finish(waitForCompletion(task, ctx, COMPLETE));
    }
    assert.deepEqual(untilAsleep(kernel, task, waitForCompletion(task, ctx, COMPLETE)), { result: undefined });
  });

  it('waited for interruptibly, is given up for a signal, unless it is complete', () => {
    const task = kernel.task(100);
    const wait = waitForCompletionInterruptible(task, ctx, COMPLETE);
    untilAsleep(kernel, task, wait);
    sendSignal(task, SIG_OTHER, NOBODY);
    assert.deepEqual(untilAsleep(kernel, task, wait), { result: -512 });
    finish(complete(kernel.coordinator, ctx, COMPLETE));
    assert.equal(finish(waitForCompletionInterruptible(task, ctx, COMPLETE)), 0);
  });

  it('waited for without that, is not given up even for SIGKILL', () => {
    const task = kernel.task(100);
    untilAsleep(kernel, task, waitForCompletion(task, ctx, COMPLETE));
    sendSignal(task, SIG_KILL, NOBODY);
    assert.equal(kernel.m[task + STATE], DEEPLY);
  });
});
