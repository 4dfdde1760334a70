import assert from 'node:assert/strict';
import {
  DEAD,
  EXIT_STATE,
  FLAGS,
  FROZEN,
  IDLE,
  PENDING,
  PT_PTRACED,
  RELEASED,
  RUNNING,
  SIG_KILL,
  SIG_OTHER,
  SIG_STOP,
  SLEEPING,
  STATE,
  STOPPED,
  UNBORN,
} from '../../../../src/backends/simulated/kernel/layout.ts';
import {
  can_be_hit,
  can_be_woken,
  cgroup_freezer_make_frozen,
  deliver_signals,
  force_sigkill,
  ptrace_attach,
  send_signal,
} from '../../../../src/backends/simulated/kernel/signal.ts';
import { fatal_signal_pending, signal_pending } from '../../../../src/backends/simulated/kernel/wait.ts';
import { aKernel, finish } from '../support/kernel.ts';

const NO_TASK = 0;

describe('a signal', () => {
  it('is pending until its task is on the way to user space', () => {
    const { task } = aKernel({ pid: 100 });
    send_signal(task(100), SIG_OTHER, NO_TASK);
    assert.ok(signal_pending(task(100)));
    assert.ok(!fatal_signal_pending(task(100)));
    assert.ok(deliver_signals(task(100)));
    assert.ok(!signal_pending(task(100)));
  });

  it('is delivered to one task, SIGKILL to its whole thread group and no other task', () => {
    const { m, task } = aKernel({ pid: 100, threads: [101, 102], children: [{ pid: 103 }] });
    send_signal(task(101), SIG_OTHER, NO_TASK);
    assert.deepEqual(
      [100, 101, 102, 103].map((pid) => m[task(pid) + PENDING]),
      [0, SIG_OTHER, 0, 0],
    );
    send_signal(task(102), SIG_KILL, NO_TASK);
    assert.deepEqual(
      [100, 101, 102, 103].map((pid) => fatal_signal_pending(task(pid))),
      [true, true, true, false],
    );
  });

  it('terminates in a group of which a thread has been released', () => {
    const { m, task } = aKernel({ pid: 100, threads: [101] });
    m[task(101) + FLAGS]! |= EXIT_STATE | RELEASED;
    send_signal(task(101), SIG_KILL, NO_TASK);
    assert.ok(fatal_signal_pending(task(100)));
  });

  it('does not reach a task that is dead or not forked yet', () => {
    const { m, task } = aKernel({ pid: 100, children: [{ pid: 101, state: 'dead' }], forks: [{ pid: 102 }] });
    for (const pid of [101, 102]) {
      send_signal(task(pid), SIG_KILL, NO_TASK);
      assert.equal(m[task(pid) + PENDING], 0);
      assert.ok(!can_be_hit(task(pid), SIG_KILL));
    }
    assert.deepEqual([m[task(101) + STATE], m[task(102) + STATE]], [DEAD, UNBORN]);
  });

  it('is not sent twice to a task that has it pending, nor is any signal to a task that has SIGKILL pending', () => {
    const { task } = aKernel({ pid: 100 });
    send_signal(task(100), SIG_OTHER, NO_TASK);
    assert.ok(!can_be_hit(task(100), SIG_OTHER));
    assert.ok(can_be_hit(task(100), SIG_KILL));
    send_signal(task(100), SIG_KILL, NO_TASK);
    assert.ok(!can_be_hit(task(100), SIG_STOP));
  });

  it('wakes a task that sits in user space', () => {
    const { m, task } = aKernel({ pid: 100, absent: true });
    assert.equal(m[task(100) + STATE], IDLE);
    finish(force_sigkill(task(100), task(100)));
    assert.equal(m[task(100) + STATE], RUNNING);
  });
});

describe('a stop', () => {
  it('holds the task on its way to user space until SIGKILL', () => {
    const { m, task } = aKernel({ pid: 100 });
    send_signal(task(100), SIG_STOP, NO_TASK);
    assert.ok(!deliver_signals(task(100)));
    assert.equal(m[task(100) + STATE], STOPPED);
    send_signal(task(100), SIG_OTHER, NO_TASK);
    assert.equal(m[task(100) + STATE], STOPPED);
    send_signal(task(100), SIG_KILL, NO_TASK);
    assert.equal(m[task(100) + STATE], RUNNING);
  });

  it('is sent when a tracer attaches', () => {
    const { m, task } = aKernel({ pid: 100 });
    ptrace_attach(task(100), NO_TASK);
    assert.ok((m[task(100) + FLAGS]! & PT_PTRACED) !== 0);
    assert.ok(!deliver_signals(task(100)));
  });
});

describe('the freezer', () => {
  it('freezes a task in user space at once, and others on their way there', () => {
    const { m, coordinator, task } = aKernel({ pid: 100, children: [{ pid: 101, absent: true }] });
    assert.equal(finish(cgroup_freezer_make_frozen(coordinator, task(100))), 0);
    assert.equal(m[task(101) + STATE], FROZEN);
    assert.equal(m[task(100) + STATE], RUNNING);
    assert.ok(signal_pending(task(100)), 'its wait continues');
    assert.ok(!deliver_signals(task(100)));
    assert.equal(m[task(100) + STATE], FROZEN);
    assert.ok(!signal_pending(coordinator), 'the caller is not of the tree');
  });

  it('freezes the caller when the tree is itself', () => {
    const { coordinator } = aKernel({ pid: 100 }, { restart: { flags: ['taskself', 'frozen'] } });
    finish(cgroup_freezer_make_frozen(coordinator, coordinator));
    assert.ok(!deliver_signals(coordinator));
  });

  it('can refuse', () => {
    const { coordinator, task } = aKernel(
      { pid: 100 },
      { restart: { flags: ['frozen'] }, faults: [{ fail: 'freeze', call: 1 }] },
    );
    assert.equal(finish(cgroup_freezer_make_frozen(coordinator, task(100))), -16);
  });
});

describe('a spurious wake-up', () => {
  it('finds only a sleeping task', () => {
    const { m, task } = aKernel({ pid: 100 });
    assert.ok(!can_be_woken(task(100)));
    m[task(100) + STATE] = SLEEPING;
    assert.ok(can_be_woken(task(100)));
  });
});
