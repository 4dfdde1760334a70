import assert from 'node:assert/strict';
import type { Case, Fault } from '../../src/model/case.ts';
import { one } from './support.ts';

const TREE =
  'tree: { pid: 100, children: [{ pid: 101 }, { pid: 102, threads: [103] }, { pid: 104, state: zombie }] }\n';
const withTree = (text: string): Case => one(TREE + text);

describe('the image', () => {
  const image = (words: string) => withTree(`image: { ${words} }`).image;

  it('is that of the tree, without ghosts and dead tasks', () => {
    assert.deepEqual(withTree('').image, {
      pids: [100, 101, 102, 103, 104],
      nrTasks: 5,
      records: [100, 101, 102, 103, 104].map((pid, i) => ({ pid, zombie: pid === 104, retval: 1000 + i })),
      damage: [],
    });
    const c = one(
      'tree: { pid: 100, children: [{ pid: 101, ghost: true }, { pid: 102, state: dead }, { pid: 103, absent: true }] }',
    );
    assert.deepEqual(c.image.pids, [100, 103]);
  });

  it('says what the file says', () => {
    const made = image('pids: [100, 104, -5, 100], nr-tasks: -1, zombies: [100], retval: { -5: 7, 104: -512 }');
    assert.deepEqual(made.pids, [100, 104, -5, 100]);
    assert.equal(made.nrTasks, -1);
    assert.deepEqual(
      made.records.map(({ zombie, retval }) => [zombie, retval]),
      [
        [true, 1000],
        [true, -512],
        [false, 7],
        [true, 1003],
      ],
    );
    assert.deepEqual(image('pids: []').nrTasks, 0);
  });

  it('is damaged in one place or in several', () => {
    assert.deepEqual(image('truncate: tail').damage, [{ kind: 'truncate', object: 'tail', index: 0, at: 0, xor: 0 }]);
    assert.deepEqual(
      image('truncate: [header, { object: task, index: 1 }, { object: task, pid: 102 }]').damage.map(
        ({ object, index }) => [object, index],
      ),
      [
        ['header', 0],
        ['task', 1],
        ['task', 2],
      ],
    );
    assert.deepEqual(image('corrupt: { object: tree, at: 4, xor: 0x0f }').damage, [
      { kind: 'corrupt', object: 'tree', index: 0, at: 4, xor: 15 },
    ]);
    assert.deepEqual(
      image('corrupt: [{ object: container }, { object: task, pid: 104, at: 1 }], truncate: tail').damage.map(
        ({ kind, index, at, xor }) => [kind, index, at, xor],
      ),
      [
        ['truncate', 0, 0, 0],
        ['corrupt', 0, 0, 255],
        ['corrupt', 4, 1, 255],
      ],
    );
  });
});

describe('the restart', () => {
  const restart = (words: string) => withTree(`restart: { ${words} }`).restart;

  it('takes what is said', () => {
    const broken = restart('pid: -7, coordinator-pid: 50, capable: false, fd: bad');
    assert.deepEqual([broken.pid, broken.coordinatorPid, broken.capable, broken.fd], [-7, 50, false, 'bad']);
    const { backends, logfd, protocol, debug } = restart(
      'backends: [native, native, criu], logfd: good, protocol: no-first-error, debug: true',
    );
    assert.deepEqual([backends, logfd, protocol, debug], [['native', 'criu'], 'good', 'no-first-error', true]);
    assert.equal(restart('flags: [frozen, ghost, 0x80000000]').flags, 0x80000006);
    assert.deepEqual(restart('pid: 0').pid, 0);
  });

  it('with taskself is the root’s own', () => {
    const made = restart('flags: [taskself]');
    assert.deepEqual([made.pid, made.coordinatorPid, made.flags], [100, 100, 1]);
    assert.equal(withTree('restart: { flags: [taskself] }').tasks.length, 5);
  });
});

describe('faults', () => {
  const faults = (text: string): Fault[] =>
    withTree(`faults:\n${text.replace(/^/gm, '  - ')}`).faults.map(({ position: _, ...fault }) => fault);

  it('have one verb each', () => {
    const plain = 'kill: 101\nstop: coordinator\nptrace: [101, 102]\nfork: 101\nwake: 103\ndelay: 104\nexit: 100';
    const made = faults(`${plain}\n{ signal: SIGSTOP, to: [101, 101] }\nfail: kmalloc`);
    assert.deepEqual(
      made.map(({ verb, name, targets }) => [verb, name, targets]),
      [
        ['kill', 'kill-1', [101]],
        ['stop', 'stop-2', ['coordinator']],
        ['ptrace', 'ptrace-3', [101, 102]],
        ['fork', 'fork-4', [101]],
        ['wake', 'wake-5', [103]],
        ['delay', 'delay-6', [104]],
        ['exit', 'exit-7', [100]],
        ['signal', 'signal-8', [101]],
        ['fail', 'fail-9', []],
      ],
    );
    assert.equal(made[7]!.signal, 'SIGSTOP');
  });

  it('fire when the file says', () => {
    const made = faults(
      '{ kill: 101 }\n{ kill: 101, when: start }\n{ kill: 101, when: { task: 102, at: threads } }\n{ kill: 101, when: { coordinator: release } }\n{ kill: 101, when: { after: kill-1 }, times: 3, name: last }',
    );
    assert.deepEqual(
      made.map(({ when }) => when),
      [
        { kind: 'any' },
        { kind: 'start' },
        { kind: 'task', task: 102, at: 'threads' },
        { kind: 'coordinator', at: 'release' },
        { kind: 'after', fault: 'kill-1' },
      ],
    );
    assert.deepEqual([made[4]!.times, made[4]!.name], [3, 'last']);
  });

  it('fail the first call, the Nth, any one, or the first after a moment', () => {
    const made = faults(
      '{ fail: image-read }\n{ fail: kmalloc, call: 3 }\n{ fail: kmalloc, when: any }\n{ fail: restore, task: [101, 102], errno: EACCES, when: { task: 101, at: done } }',
    );
    assert.deepEqual(
      made.map(({ failure, errno, call, when, targets }) => [failure, errno, call, when.kind, targets]),
      [
        ['image-read', 'EIO', 1, 'any', []],
        ['kmalloc', 'ENOMEM', 3, 'any', []],
        ['kmalloc', 'ENOMEM', undefined, 'any', []],
        ['restore', 'EACCES', undefined, 'task', [101, 102]],
      ],
    );
    const frozen = withTree(
      'restart: { flags: [frozen] }\nfaults: [{ fail: freeze, task: coordinator, when: { coordinator: freeze } }]',
    );
    assert.equal(frozen.faults[0]!.errno, 'EBUSY');
  });

  it('fork children with pids that no task has', () => {
    const c = withTree(`
image: { pids: [100, 101, 102, 103, 105, 104] }
faults:
  - fork: 101
  - { fork: 102, times: 2 }
  - { fork: 101, child: 107 }
  - { fork: 101, child: 150, times: 2 }
expect: { tasks: { 106: killed, 151: resumed }, left-waiting: [108, 109] }`);
    assert.deepEqual(
      c.faults.map(({ child }) => child),
      [106, 108, 107, 150],
    );
    assert.deepEqual(c.expect.tasks[151], [{ outcome: 'resumed' }]);
  });
});

describe('what is expected', () => {
  const expect = (words: string) => withTree(`expect: { ${words} }`).expect;

  it('of each task, or of all', () => {
    assert.deepEqual(
      expect('tasks: { all: [killed, waiting], 101: { waiting: sync-2 }, 103: [resumed, { waiting: done }] }').tasks,
      {
        100: [{ outcome: 'killed' }, { outcome: 'waiting' }],
        101: [{ outcome: 'waiting', at: 'sync-2' }],
        102: [{ outcome: 'killed' }, { outcome: 'waiting' }],
        103: [{ outcome: 'resumed' }, { outcome: 'waiting', at: 'done' }],
        104: [{ outcome: 'killed' }, { outcome: 'waiting' }],
      },
    );
  });

  it('of all but those that are left waiting', () => {
    const { tasks, leftWaiting } = expect('tasks: { all: killed }, left-waiting: [102, 103]');
    assert.deepEqual(Object.keys(tasks), ['100', '101', '104']);
    assert.deepEqual(leftWaiting, [102, 103]);
    assert.deepEqual(expect('left-waiting: []').leftWaiting, []);
  });

  it('of all allow a task that is forked during the run to be never forked', () => {
    const { tasks } = one('tree: { pid: 100, forks: [{ pid: 110 }] }\nexpect: { tasks: { all: killed } }').expect;
    assert.deepEqual(tasks, {
      100: [{ outcome: 'killed' }],
      110: [{ outcome: 'killed' }, { outcome: 'never-forked' }],
    });
  });

  it('of a task that must wait implies that it may', () => {
    assert.deepEqual(
      expect('tasks: { 101: waiting, 102: [waiting, killed], 103: { waiting: sync-1 } }').leftWaiting,
      [101, 103],
    );
    assert.equal(expect('tasks: { 101: [waiting, killed] }').leftWaiting, undefined);
    assert.deepEqual(expect('tasks: { all: waiting, 101: killed }').leftWaiting, [100, 102, 103, 104]);
  });

  it('of the coordinator and of properties', () => {
    const { coordinator, violates, mayViolate, except, only } = expect(
      'coordinator: [ok, blocked, killed, ERESTARTSYS], violates: [a-b], may-violate: [c], except: [d], all: [a-b, c]',
    );
    assert.deepEqual(
      [coordinator, violates, mayViolate, except, only],
      [['ok', 'blocked', 'killed', 'ERESTARTSYS'], ['a-b'], ['c'], ['d'], ['a-b', 'c']],
    );
    assert.equal(expect('coordinator: ok').only, undefined);
  });

  it('of the search', () => {
    assert.deepEqual(withTree('explore: pct').explore, { strategy: 'pct', schedules: 1000, depth: 3 });
    assert.deepEqual(withTree('explore: { strategy: random, schedules: 10000, seed: 7, depth: 2 }').explore, {
      strategy: 'random',
      schedules: 10000,
      seed: '7',
      depth: 2,
    });
  });
});
