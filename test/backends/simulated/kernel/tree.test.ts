import assert from 'node:assert/strict';
import type { Steps } from '../../../../src/backends/simulated/kernel/access.ts';
import { do_exit, exit_notify } from '../../../../src/backends/simulated/kernel/exit.ts';
import { copy_process } from '../../../../src/backends/simulated/kernel/fork.ts';
import {
  CHILDREN,
  DEAD,
  FLAGS,
  IN_USER,
  KILLED,
  PARENT,
  PF_EXITING,
  PT_PTRACED,
  SELF_REAPING,
  SIG_OTHER,
  STATE,
  TASKLIST_LOCK,
} from '../../../../src/backends/simulated/kernel/layout.ts';
import {
  mutex_lock,
  read_lock_tasklist,
  task_lock,
  task_unlock,
  write_lock_tasklist,
} from '../../../../src/backends/simulated/kernel/lock.ts';
import { send_signal } from '../../../../src/backends/simulated/kernel/signal.ts';
import { KMALLOC_MAX_SIZE, kmalloc } from '../../../../src/backends/simulated/kernel/slab.ts';
import {
  exit_state,
  find_task_by_pid_ns,
  next_thread,
  task_nsproxy,
  task_ptrace,
  thread_group_empty,
} from '../../../../src/backends/simulated/kernel/task.ts';
import { next_in_subtree } from '../../../../src/backends/simulated/kernel/walk.ts';
import { MSG_MUTEX } from '../../../../src/protocol/checkpoint_types.ts';
import { aKernel, finish, firstTouch, type Kernel, NULL } from '../support/kernel.ts';

/** How many other threads the group has. */
function countOtherThreads(task: number): number {
  let count = 0;
  for (let thread = next_thread(task); thread !== task; thread = next_thread(thread)) count++;
  return count;
}

function* nothing(): Steps {
  yield* [];
}

/** The pids in the order of the walk. */
function walk({ task, world }: Kernel, root: number): number[] {
  const pids: number[] = [];
  for (let at = task(root); at !== NULL; at = next_in_subtree(task(root), at)) {
    pids.push(world.pid[(at - world.firstTask) / world.taskWords]!);
  }
  return pids;
}

const FAMILY = {
  pid: 100,
  threads: [{ pid: 104, children: [{ pid: 105 }] }],
  children: [{ pid: 101, children: [{ pid: 102, threads: [103] }] }],
} as const;

describe('the walk over a subtree', () => {
  it('visits a task, its descendants, then its next thread', () => {
    assert.deepEqual(walk(aKernel(FAMILY), 100), [100, 101, 102, 103, 104, 105]);
  });

  it('does not leave the subtree', () => {
    const kernel = aKernel(FAMILY);
    assert.deepEqual(walk(kernel, 101), [101, 102, 103]);
    assert.deepEqual(walk(kernel, 102), [102, 103]);
  });

  it('does not find a task that was reparented to init', () => {
    const kernel = aKernel(FAMILY);
    exit_notify(kernel.task(101));
    assert.deepEqual(walk(kernel, 100), [100, 101, 104, 105]);
  });
});

describe('exit', () => {
  it("hands the children to the namespace's init, and leaves a zombie that is found by its pid", () => {
    const { m, task } = aKernel({ pid: 100, children: [{ pid: 101 }, { pid: 102 }] });
    finish(do_exit(task(100), KILLED, nothing));
    assert.deepEqual([m[task(101) + PARENT], m[task(102) + PARENT], m[task(100) + CHILDREN]], [NULL, NULL, NULL]);
    assert.equal(m[task(100) + STATE], DEAD);
    assert.ok(exit_state(task(100)));
    assert.equal(find_task_by_pid_ns(100), task(100));
    assert.ok(!task_nsproxy(task(100)), 'a dead task has no namespace');
  });

  it('hands the children to a thread of the group that is not exiting, before init', () => {
    const { m, task } = aKernel({ pid: 100, children: [{ pid: 101, threads: [102, 103], children: [{ pid: 104 }] }] });
    m[task(102) + FLAGS]! |= PF_EXITING;
    finish(do_exit(task(101), 0, nothing));
    assert.equal(m[task(104) + PARENT], task(103));
    assert.equal(m[task(103) + CHILDREN], task(104));
    finish(do_exit(task(103), 0, nothing));
    assert.equal(m[task(104) + PARENT], NULL);
  });

  it('detaches the tracees, and no others', () => {
    const { task } = aKernel({
      pid: 100,
      children: [{ pid: 101, 'traced-by': 103 }, { pid: 102, 'traced-by': 'outsider' }, { pid: 103 }],
    });
    finish(do_exit(task(103), 0, nothing));
    assert.deepEqual([task_ptrace(task(101)), task_ptrace(task(102))], [0, PT_PTRACED]);
  });

  it('takes a ghost away without a trace', () => {
    const { m, coordinator, task } = aKernel({ pid: 100, children: [{ pid: 101, ghost: true }, { pid: 102 }] });
    m[task(101) + FLAGS]! |= SELF_REAPING;
    finish(do_exit(task(101), 0, nothing));
    assert.equal(find_task_by_pid_ns(101), NULL);
    assert.equal(m[task(100) + CHILDREN], task(102));
    assert.equal(m[coordinator + CHILDREN], task(100));
  });

  it('takes a thread out of its group', () => {
    const { task } = aKernel({ pid: 100, threads: [101, 102] });
    assert.equal(countOtherThreads(task(100)), 2);
    finish(do_exit(task(101), KILLED, nothing));
    assert.equal(countOtherThreads(task(100)), 1);
    finish(do_exit(task(102), KILLED, nothing));
    assert.ok(thread_group_empty(task(100)));
  });

  it('calls what a subsystem has hooked in', () => {
    const { task } = aKernel({ pid: 100, children: [{ pid: 101 }] });
    const called: number[] = [];
    function* hook(_current: number, tsk: number): Steps {
      yield* [];
      called.push(tsk);
    }
    finish(do_exit(task(101), 0, hook));
    assert.deepEqual(called, [task(101)]);
  });
});

describe('fork', () => {
  it('puts the child under its parent, found by its pid and running', () => {
    const { m, task } = aKernel({ pid: 100, forks: [{ pid: 101 }] });
    assert.equal(find_task_by_pid_ns(101), NULL);
    assert.equal(finish(copy_process(task(100), task(101), nothing, nothing)), 0);
    assert.equal(find_task_by_pid_ns(101), task(101));
    assert.equal(m[task(101) + PARENT], task(100));
    assert.ok((m[task(101) + FLAGS]! & IN_USER) !== 0);
  });

  it('puts a sibling under the parent of its parent', () => {
    const { coordinator, m, task } = aKernel({ pid: 100, forks: [{ pid: 101, sibling: true }] });
    finish(copy_process(task(100), task(101), nothing, nothing));
    assert.equal(m[task(101) + PARENT], coordinator);
  });

  it('fails with a signal pending, after the early inheritance and before the late one', () => {
    const { task } = aKernel({ pid: 100, forks: [{ pid: 101 }] });
    const inherited: string[] = [];
    function* early(): Steps {
      yield* [];
      inherited.push('early');
    }
    function* late(): Steps {
      yield* [];
      inherited.push('late');
    }
    send_signal(task(100), SIG_OTHER, 0);
    assert.equal(finish(copy_process(task(100), task(101), early, late)), -513);
    assert.deepEqual(inherited, ['early']);
    assert.equal(find_task_by_pid_ns(101), NULL);
  });

  it('and exit let go of the task list lock', () => {
    const { m, task } = aKernel({ pid: 100, forks: [{ pid: 101 }] });
    finish(copy_process(task(100), task(101), nothing, nothing));
    finish(do_exit(task(101), 0, nothing));
    assert.equal(m[TASKLIST_LOCK], 0);
  });
});

describe('locks', () => {
  it('are checked before they are taken, so that no task takes a lock that is held', () => {
    const { m, task, world } = aKernel({ pid: 100 });
    const wanted = firstTouch(task_lock(task(100)));
    assert.equal(m[wanted.at + wanted.field], 0);
    finish(task_lock(task(100)));
    assert.equal(m[wanted.at + wanted.field], 1);
    task_unlock(task(100));
    assert.equal(m[wanted.at + wanted.field], 0);
    finish(mutex_lock(world.ctx, MSG_MUTEX));
    assert.equal(m[world.ctx + MSG_MUTEX], 1);
  });

  it('of the task list are shared by readers and not with a writer', () => {
    const { m } = aKernel({ pid: 100 });
    finish(read_lock_tasklist());
    finish(read_lock_tasklist());
    assert.equal(m[TASKLIST_LOCK], 2);
    assert.equal(firstTouch(write_lock_tasklist()).mode, firstTouch(task_lock(6)).mode);
    assert.notEqual(firstTouch(read_lock_tasklist()).mode, firstTouch(write_lock_tasklist()).mode);
  });
});

describe('an allocation', () => {
  it('fails just the Nth time, and only for the tasks that the scenario names', () => {
    const { task } = aKernel(
      { pid: 100, children: [{ pid: 101 }] },
      { faults: [{ fail: 'kmalloc', task: 101, call: 2 }] },
    );
    const calls = [100, 101, 100, 101, 101].map((pid) => finish(kmalloc(task(pid), 32)));
    assert.deepEqual(calls, [true, true, true, false, true]);
  });

  it('fails when it is larger than any that the slab has', () => {
    const { task } = aKernel({ pid: 100 });
    assert.equal(finish(kmalloc(task(100), KMALLOC_MAX_SIZE)), true);
    assert.equal(finish(kmalloc(task(100), KMALLOC_MAX_SIZE + 1)), false);
  });
});
