import assert from 'node:assert/strict';
import type { Task, TaskId } from '../../src/model/case.ts';
import { parseScenarios } from '../../src/scenario/index.ts';
import { one } from './support.ts';

const tree = (text: string): readonly Task[] => one(`tree:\n${text.replace(/^/gm, '  ')}`).tasks;
const pids = (tasks: readonly Task[]) => tasks.map(({ pid }) => pid);
const by = <K extends keyof Task>(tasks: readonly Task[], key: K): Record<number, Task[K]> =>
  Object.fromEntries(tasks.map((task) => [task.pid, task[key]]));

describe('the tree', () => {
  it('is in the order of the kernel’s walk: a task, its children, then the next thread and its children', () => {
    const tasks = tree(`
pid: 100
threads: [{ pid: 120, children: [{ pid: 121 }, { pid: 122 }] }, 130]
children:
  - pid: 101
    threads: [103]
    children: [{ pid: 102 }]
  - pid: 104`);
    assert.deepEqual(pids(tasks), [100, 101, 102, 103, 104, 120, 121, 122, 130]);
    assert.deepEqual(by(tasks, 'parent'), {
      100: 'coordinator',
      101: 100,
      102: 101,
      103: 100,
      104: 100,
      120: 'coordinator',
      121: 120,
      122: 120,
      130: 'coordinator',
    });
    assert.deepEqual(by(tasks, 'leader')[103], 101);
    assert.deepEqual([by(tasks, 'leader')[120], by(tasks, 'leader')[121]], [100, 121]);
    assert.deepEqual(by(tasks, 'creator')[103], 101);
  });

  it('gives a sibling the parent of the task that made it, after what that task has made before', () => {
    const tasks = tree(`
pid: 100
children:
  - pid: 101
    children: [{ pid: 102 }, { pid: 103, sibling: true, children: [{ pid: 104 }] }, { pid: 105 }]
  - pid: 106`);
    assert.deepEqual(pids(tasks), [100, 101, 102, 105, 103, 104, 106]);
    const sibling = tasks.find(({ pid }) => pid === 103)!;
    assert.deepEqual([sibling.parent, sibling.creator, sibling.sibling], [100, 101, true]);
  });

  it('puts siblings of the root, which the walk does not reach, behind it and out of the image', () => {
    const c = one(
      'tree: { pid: 100, children: [{ pid: 101, sibling: true, children: [{ pid: 102 }], threads: [104] }, { pid: 103 }] }',
    );
    assert.deepEqual(pids(c.tasks), [100, 103, 101, 102, 104]);
    assert.deepEqual(by(c.tasks, 'parent')[101], 'coordinator' satisfies TaskId);
    assert.deepEqual(c.image.pids, [100, 103]);
  });

  it('numbers what is forked late, and leaves it out of the image', () => {
    const c = one(`
tree:
  pid: 100
  forks: [{ pid: 110, absent: true }, { pid: 111, exits: true, exit-code: 3, forks: [{ pid: 112 }] }]
  children: [{ pid: 101 }]`);
    assert.deepEqual(pids(c.tasks), [100, 101, 110, 111, 112]);
    assert.deepEqual(by(c.tasks, 'forkedLate'), { 100: undefined, 101: undefined, 110: 0, 111: 1, 112: 0 });
    assert.deepEqual(c.image.pids, [100, 101]);
    assert.ok(c.tasks[2]!.absent && c.tasks[3]!.exits);
    const named = one('tree: { pid: 100, forks: [{ pid: 110 }] }\nimage: { pids: [100, 110] }');
    assert.deepEqual(named.image.pids, [100, 110]);
  });

  it('hands down sessions and process groups', () => {
    const tasks = tree(`
pid: 100
children:
  - pid: 101
    session: 101
    children: [{ pid: 102 }, { pid: 103, pgid: 103, children: [{ pid: 104 }] }, { pid: 105, session: 100 }, { pid: 106, pgid: 103 }]
    threads: [107]
  - { pid: 108, pgid: 109 }
  - { pid: 109, pgid: 109, ghost: true }`);
    const session = by(tasks, 'session');
    const pgid = by(tasks, 'pgid');
    assert.deepEqual([session[100], pgid[100]], [100, 100]);
    assert.deepEqual([session[102], pgid[102]], [101, 101]);
    assert.deepEqual([session[104], pgid[104]], [101, 103]);
    assert.deepEqual([session[105], pgid[105]], [100, 100]);
    assert.deepEqual([session[106], pgid[106]], [101, 103]);
    assert.deepEqual([session[107], pgid[107]], [101, 101]);
    assert.deepEqual([session[108], pgid[108]], [100, 109]);
  });

  it('keeps every word of a task', () => {
    const tasks = tree(`
pid: 100
name: init
owner: stranger
restarting-itself: true
traced-by: 101
flags: [taskself, frozen, 0x80]
children:
  - { pid: 101, ghost: true, flags: [0x8] }
  - { pid: 102, state: dead, exit-code: 255 }
  - { pid: 103, absent: true }
  - { pid: 104, exits: true, exit-code: 1 }
  - { pid: 105, threads: [{ pid: 106, name: t, traced-by: outsider, absent: true, owner: stranger, flags: [ghost] }] }`);
    const [root, ghost, dead, absent, exits, , thread] = tasks as [Task, Task, Task, Task, Task, Task, Task];
    assert.deepEqual(
      [root.name, root.owner, root.restartingItself, root.tracedBy, root.flags],
      ['init', 'stranger', true, 101, 0x83],
    );
    assert.deepEqual([ghost.ghost, ghost.flags], [true, 0xc]);
    assert.deepEqual([dead.state, dead.exitCode], ['dead', 255]);
    assert.ok(absent.absent && !absent.exits);
    assert.deepEqual([exits.exits, exits.exitCode], [true, 1]);
    assert.deepEqual(
      [thread.name, thread.tracedBy, thread.absent, thread.owner, thread.flags],
      ['t', 'outsider', true, 'stranger', 4],
    );
  });
});

describe('a generated tree', () => {
  const shape = (words: string) => one(`tree: { generate: { ${words} } }`).tasks;
  const parents = (tasks: readonly Task[]) => tasks.map(({ parent }) => parent);

  it('has its shape, and pids that rise in the order of the walk', () => {
    assert.deepEqual(parents(shape('shape: star, tasks: 4')), ['coordinator', 100, 100, 100]);
    assert.deepEqual(parents(shape('shape: chain, tasks: 4')), ['coordinator', 100, 101, 102]);
    assert.deepEqual(parents(shape('shape: binary, tasks: 7')), ['coordinator', 100, 101, 101, 100, 104, 104]);
    assert.deepEqual(parents(shape('shape: binary, tasks: 4')), ['coordinator', 100, 101, 100]);
    assert.deepEqual(pids(shape('shape: binary, tasks: 5, first-pid: 7')), [7, 8, 9, 10, 11]);
    assert.deepEqual(pids(shape('shape: star, tasks: 1')), [100]);
  });

  it('is like one that is written out', () => {
    assert.deepEqual(
      shape('shape: chain, tasks: 3'),
      tree('{ pid: 100, children: [{ pid: 101, children: [{ pid: 102 }] }] }'),
    );
  });

  it('is random by its seed alone', () => {
    const random = (seed: number | string) => parents(shape(`shape: random, tasks: 200, seed: ${seed}`));
    assert.deepEqual(random(7), random(7));
    assert.notDeepEqual(random(7), random(8));
    assert.deepEqual(parents(shape('shape: random, tasks: 200')), random(0));
    for (const [i, parent] of random('abc').entries()) assert.ok(i === 0 || (parent as number) < 100 + i);
  });

  it('walks: each task comes right after the subtree of the sibling before it', () => {
    const tasks = shape('shape: random, tasks: 300, seed: 3');
    const depth = new Map<TaskId, number>([['coordinator', 0]]);
    const path: TaskId[] = ['coordinator'];
    for (const { pid, parent } of tasks) {
      while (path.at(-1) !== parent) assert.ok(path.pop() !== undefined);
      path.push(pid);
      depth.set(pid, path.length);
    }
  });

  it('has a million tasks, also in a single line', function () {
    this.timeout(60_000);
    for (const words of ['shape: chain', 'shape: star', 'shape: random, seed: 5']) {
      const c = one(`tree: { generate: { ${words}, tasks: 1000000 } }\nexpect: { tasks: { all: resumed } }`);
      assert.equal(c.tasks.length, 1_000_000);
      assert.equal(c.image.records.at(-1)!.retval, 1_000_999);
      assert.deepEqual(c.expect.tasks[1_000_099], [{ outcome: 'resumed' }]);
    }
  });

  it('refuses words that a thread or a late task cannot have, whatever they are', () => {
    for (const words of [
      'threads: [{ pid: 101, threads: x }]',
      'forks: [{ pid: 101, threads: x }]',
      'forks: [{ pid: 101, children: 7 }]',
    ]) {
      const { diagnostics } = parseScenarios(`scenario: A\ntree: { pid: 100, ${words} }\n`, 'a.yaml');
      assert.match(diagnostics.map(({ message }) => message).join(), /unknown key (threads|children)/, words);
    }
  });
});
