/** The properties of a restore. */
import assert from 'node:assert/strict';
import type { CriuConnection, CriuTask } from '../../../src/record/criu.ts';
import { EDITED, hit, treeWith, violated, withCriu, without } from './judged.ts';
import { aCensus, aTask, DUMPED, FAILED, NO_TASKS, RESTORED, TREE } from './records.ts';

describe('the properties of a restore by CRIU', () => {
  describe('restored-tree-matches-dump', () => {
    const name = 'restored-tree-matches-dump';
    const changes: Record<string, Partial<CriuTask>> = {
      'a parent': { parent: 0 },
      'a group': { pgid: 101 },
      'a session': { session: 101 },
      'a state': { state: 'T' },
      'a pending signal': { pending: '200' },
      'a memory of its own': { privateMemory: 'bb' },
      'shared memory': { sharedMemory: 'bb' },
      threads: { threads: [] },
      'a blocked signal': { threads: [{ ...aTask(101).threads[0]!, blocked: '1' }] },
      'a name': { name: 'restorer' },
    };
    for (const [what, change] of Object.entries(changes)) {
      it(`is violated by ${what} that differs`, () => {
        assert.deepEqual(violated({ afterRestore: treeWith(101, change) }), [name]);
      });
    }
    it('is violated by an exit status that differs', () => {
      assert.deepEqual(violated({ afterRestore: treeWith(102, { status: 0 }) }), [name]);
    });
    it('is violated by a task that does not run', () => {
      assert.deepEqual(violated({ afterRestore: { ...TREE, silent: [101] } }), [name]);
    });
    it('is violated by a new task', () => {
      assert.deepEqual(violated({ afterRestore: aCensus(...TREE.tasks, aTask(107)) }), [name]);
    });
    it('does not ask for what was no difference before, or is of one that was hit', () => {
      const afterRestore = treeWith(101, { state: 'T' });
      assert.deepEqual(violated({ afterRestore, hits: [{ ...hit, to: 101, stage: 'post-restore' }] }), []);
      assert.deepEqual(violated({ afterRestore: treeWith(101, { state: 'R' }) }), []);
    });
    it('does not judge images that were changed', () => {
      assert.deepEqual(violated({ afterRestore: treeWith(101, { pgid: 7 }) }, withCriu({ images: [EDITED] })), []);
    });
  });

  describe('failed-restore-reports-error', () => {
    it('is violated by a success without one of the tasks', () => {
      assert.deepEqual(violated({ afterRestore: without(101) }), ['failed-restore-reports-error']);
      const c = withCriu({ images: [{ kind: 'repeat', file: 'pstree', record: 0 }] });
      assert.deepEqual(violated({ afterRestore: without(101) }, c), ['failed-restore-reports-error']);
      assert.deepEqual(violated({ afterRestore: NO_TASKS, imaged: undefined }, c), ['failed-restore-reports-error']);
    });
    it('does not ask for a task that was given another program', () => {
      const drop = { kind: 'drop', file: 'mm-101', record: 0 } as const;
      assert.deepEqual(violated({ afterRestore: without(101) }, withCriu({ images: [drop] })), []);
      const mutate = { kind: 'mutate', target: 'any', seed: '0', changes: 1 } as const;
      assert.deepEqual(violated({ afterRestore: without(101), edits: [drop] }, withCriu({ images: [mutate] })), []);
    });
    it('does not ask for a task that was hit, or its descendants', () => {
      const hits = [{ ...hit, to: 101, stage: 'post-resume' }] as const;
      assert.deepEqual(violated({ afterRestore: without(101), hits }), []);
      assert.deepEqual(violated({ afterRestore: NO_TASKS, hits: [{ ...hit, to: 100, stage: 'post-resume' }] }), []);
    });
  });

  describe('failed-restore-leaves-no-task', () => {
    const again = { again: RESTORED, afterAgain: TREE };
    it('is violated by a task that is left, also of a CRIU that was killed', () => {
      const left = { afterRestore: aCensus(aTask(101)), ...again };
      assert.deepEqual(violated({ restore: FAILED, ...left }), ['failed-restore-leaves-no-task']);
      const killed = {
        restore: { of: 'restore', signal: 9, errors: [] },
        hits: [{ ...hit, to: 'criu', stage: 'post-restore' }],
      } as const;
      assert.deepEqual(violated({ ...killed, ...left }), ['failed-restore-leaves-no-task']);
    });
    it('does not count a task that was left by the dump, or by a restore that had to be ended', () => {
      const afterDump = aCensus(aTask(101));
      const hits = [{ ...hit, to: 100, stage: 'pre-dump' }] as const;
      assert.deepEqual(violated({ restore: FAILED, afterDump, afterRestore: afterDump, hits, ...again }), []);
      const restore = { ...FAILED, timedOut: 5000 };
      assert.deepEqual(violated({ restore, afterRestore: TREE, ...again }), ['criu-ends-in-time']);
    });
  });

  describe('failed-restore-can-be-retried', () => {
    const failed = { restore: FAILED, afterRestore: NO_TASKS };
    it('is violated by a second try that fails, or brings back another tree', () => {
      const name = ['failed-restore-can-be-retried'];
      assert.deepEqual(violated({ ...failed, again: FAILED, afterAgain: NO_TASKS }), name);
      assert.deepEqual(violated({ ...failed, again: RESTORED, afterAgain: without(101) }), name);
      assert.deepEqual(violated({ ...failed, again: RESTORED, afterAgain: treeWith(101, { pgid: 1 }) }), name);
    });
    it('holds for a second try that works', () => {
      assert.deepEqual(violated({ ...failed, again: RESTORED, afterAgain: TREE }), []);
    });
  });

  describe('connection-sees-a-pause', () => {
    const name = ['connection-sees-a-pause'];
    const before = [{ bytes: 3 }];
    const seen = (after: CriuConnection, over: object = {}) =>
      violated({ ...over, connections: { before, after: [after] } });
    it('is violated by a connection that is reset, closed, or carries nothing', () => {
      assert.deepEqual(seen({ bytes: 4, end: 'reset' }), name);
      assert.deepEqual(seen({ bytes: 4, end: 'closed' }), name);
      assert.deepEqual(seen({ bytes: 3 }), name);
      const failed = {
        dump: { ...FAILED, of: 'dump' as const },
        afterDump: TREE,
        restore: undefined,
        afterRestore: undefined,
      };
      assert.deepEqual(seen({ bytes: 3 }, failed), name);
    });
    it('holds for one that goes on, and where the tree is gone or was hit', () => {
      assert.deepEqual(seen({ bytes: 4 }), []);
      assert.deepEqual(seen({ bytes: 3 }, { restore: FAILED, afterRestore: NO_TASKS }), []);
      const hits = [{ ...hit, to: 101, stage: 'post-resume' }] as const;
      assert.deepEqual(seen({ bytes: 3 }, { hits }), []);
    });
  });

  describe('no-second-live-copy', () => {
    const name = 'no-second-live-copy';
    const twice = aCensus(...TREE.tasks, aTask(101, { state: 'T' }));
    it('is violated by a task that exists twice after a call', () => {
      assert.ok(violated({ afterDump: twice }).includes(name));
      assert.ok(violated({ afterRestore: twice }).includes(name));
      const failed = { restore: FAILED, afterRestore: NO_TASKS, again: RESTORED };
      assert.ok(violated({ ...failed, afterAgain: twice }).includes(name));
    });
    it('holds for one copy, and for a second one that is a zombie', () => {
      assert.ok(!violated({ afterRestore: TREE }).includes(name));
      assert.ok(!violated({ afterRestore: aCensus(...TREE.tasks, aTask(101, { state: 'Z' })) }).includes(name));
    });
    it('does not judge a call that hung in the middle', () => {
      assert.ok(!violated({ restore: { ...FAILED, timedOut: 1000 }, afterRestore: twice }).includes(name));
    });
  });

  describe('one-of-several-restores-succeeds', () => {
    const name = 'one-of-several-restores-succeeds';
    const none = { restore: FAILED, afterRestore: NO_TASKS };
    it('is violated when none succeeds, and when two do', () => {
      assert.ok(violated({ ...none, rivals: [FAILED, FAILED] }).includes(name));
      assert.ok(violated({ rivals: [FAILED, RESTORED] }).includes(name));
    });
    it('holds when one does, and where there is one only', () => {
      assert.deepEqual(violated({ rivals: [FAILED, FAILED] }), []);
      assert.ok(!violated(none).includes(name));
    });
    it('does not judge that none does where the scenario has done something to the restore', () => {
      const c = withCriu({ scriptFails: ['post-restore'] });
      const stages = ['post-restore'] as const;
      assert.ok(!violated({ ...none, rivals: [FAILED], stages }, c).includes(name));
    });
  });

  describe('second-criu-does-no-harm', () => {
    const name = 'second-criu-does-no-harm';
    const FAILED_DUMP = { ...DUMPED, exit: 1, errors: ['cr-dump.c:1: no'] };
    const at = 'post-restore' as const;
    const none = { restore: FAILED, afterRestore: NO_TASKS };
    it('is violated when both succeed, when none does, and when a failure has no error', () => {
      assert.ok(violated({ rival: { at, run: RESTORED } }).includes(name));
      assert.ok(violated({ ...none, rival: { at, run: FAILED } }).includes(name));
      assert.ok(violated({ rival: { at, run: { ...FAILED, errors: [] } } }).includes(name));
    });
    it('is violated when a call of another kind makes the first fail', () => {
      assert.ok(violated({ ...none, rival: { at, run: FAILED_DUMP } }).includes(name));
      assert.ok(violated({ ...none, rival: { at, run: DUMPED } }).includes(name));
    });
    it('holds when one of a kind succeeds, and when the first does beside another kind', () => {
      assert.ok(!violated({ rival: { at, run: FAILED } }).includes(name));
      assert.ok(!violated({ rival: { at, run: FAILED_DUMP } }).includes(name));
      assert.ok(!violated({ rival: { at: 'pre-dump', run: { ...DUMPED, of: 'pre-dump' } } }).includes(name));
      assert.ok(!violated(none).includes(name));
    });
    it('does not judge that none succeeds where the scenario has done something else', () => {
      const c = withCriu({ scriptFails: [at], rival: { call: 'restore', at } });
      assert.ok(!violated({ ...none, rival: { at, run: FAILED }, stages: [at] }, c).includes(name));
      const alone = withCriu({ rival: { call: 'restore', at } });
      assert.ok(violated({ ...none, rival: { at, run: FAILED }, stages: [at] }, alone).includes(name));
    });
    it('asks nothing of one that the scenario has killed, but that both do not succeed', () => {
      const KILLED = { of: 'restore', signal: 9, errors: [] } as const;
      assert.deepEqual(violated({ rival: { at, run: KILLED, hit: 'kill' } }), []);
      assert.ok(violated({ rival: { at, run: KILLED } }).includes('criu-never-crashes'), 'mktrouble has not killed it');
      assert.ok(!violated({ ...none, rival: { at, run: KILLED, hit: 'kill' } }).includes(name));
      assert.ok(violated({ rival: { at, run: RESTORED, hit: 'delay' } }).includes(name));
    });
    it('lets the first wait for one that is stopped', () => {
      const hangs = { restore: { ...FAILED, timedOut: 5000 }, afterRestore: NO_TASKS };
      const run = { ...FAILED_DUMP };
      assert.ok(!violated({ ...hangs, rival: { at, run, hit: 'stop' } }).includes('criu-ends-in-time'));
      assert.ok(violated({ ...hangs, rival: { at, run, hit: 'delay' } }).includes('criu-ends-in-time'));
    });
  });
});
