/** The properties of a dump. */
import assert from 'node:assert/strict';
import { allViolated, CASE, EDITED, hit, treeWith, violated, withCriu, without } from './judged.ts';
import { aCensus, aTask, DUMPED, FAILED, RESTORED, TREE } from './records.ts';

describe('the properties of a dump by CRIU', () => {
  describe('failed-dump-leaves-tree-running', () => {
    const failed = { dump: { ...FAILED, of: 'dump' }, restore: undefined, afterRestore: undefined } as const;
    const name = ['failed-dump-leaves-tree-running'];
    it('is violated by a task that is gone, stopped, silent or new', () => {
      assert.deepEqual(violated({ ...failed, afterDump: without(101) }), name);
      assert.deepEqual(violated({ ...failed, afterDump: treeWith(101, { state: 't' }) }), name);
      assert.deepEqual(violated({ ...failed, afterDump: { ...TREE, silent: [101] } }), name);
      assert.deepEqual(violated({ ...failed, afterDump: aCensus(...TREE.tasks, aTask(107)) }), name);
    });
    it('holds for a tree that is as it was', () => assert.deepEqual(violated({ ...failed, afterDump: TREE }), []));
  });

  describe('dumped-tree-is-gone', () => {
    it('is violated by a task that is left of the tree', () => {
      assert.deepEqual(violated({ afterDump: aCensus(aTask(101)) }), ['dumped-tree-is-gone']);
    });
  });

  describe('kept-tree-is-unchanged', () => {
    const name = ['kept-tree-is-unchanged'];
    const keeps = (option: string) => withCriu({ options: { dump: { [option]: true } } });
    const stopped = (tree: typeof TREE): typeof TREE => ({
      ...tree,
      tasks: tree.tasks.map((task) => ({
        ...task,
        state: task.state === 'Z' ? 'Z' : 'T',
        threads: task.threads.map((thread) => ({ ...thread, state: task.state === 'Z' ? 'Z' : 'T' })),
      })),
    });

    it('holds for a tree that is as it was, or stopped where that was asked for', () => {
      assert.deepEqual(violated({ afterDump: TREE }, keeps('leave-running')), []);
      assert.deepEqual(violated({ afterDump: stopped(TREE) }, keeps('leave-stopped')), []);
    });

    it('is violated by a tree that is gone, that has a pending signal more, or is in another state than asked for', () => {
      const [first, ...others] = TREE.tasks;
      const pending = { ...TREE, tasks: [{ ...first!, pending: '40000' }, ...others] };
      assert.deepEqual(violated({ afterDump: aCensus() }, keeps('leave-running')), name);
      assert.deepEqual(violated({ afterDump: pending }, keeps('leave-running')), name);
      assert.deepEqual(violated({ afterDump: stopped(TREE) }, keeps('leave-running')), name);
      assert.deepEqual(violated({ afterDump: TREE }, keeps('leave-stopped')), name);
    });

    it('does not judge a dump that leaves nothing, or fails', () => {
      assert.deepEqual(violated({ afterDump: aCensus() }), []);
      const dump = { of: 'dump', exit: 1, errors: [] } as const;
      const failed = { dump, afterDump: TREE, restore: undefined, afterRestore: undefined };
      assert.deepEqual(violated(failed, keeps('leave-stopped')), []);
    });
  });

  describe('failed-dump-has-a-cause', () => {
    const failed = {
      dump: { of: 'dump', exit: 1, errors: ['cr-dump.c:1: no'] },
      afterDump: TREE,
      restore: undefined,
      afterRestore: undefined,
    } as const;
    const name = ['failed-dump-has-a-cause'];

    it('is violated by a dump that fails although no fault fired', () => {
      assert.deepEqual(allViolated(failed), name);
      assert.deepEqual(allViolated(failed, withCriu({ scriptFails: ['pre-dump'] })), name, 'the stage was not reached');
      assert.deepEqual(allViolated(failed, withCriu({ taken: [101], limits: { restore: { pids: 3 } } })), name);
    });

    it('holds for a fault that fired in the dump', () => {
      assert.deepEqual(allViolated({ ...failed, stages: ['pre-dump'] }, withCriu({ scriptFails: ['pre-dump'] })), []);
      assert.deepEqual(allViolated({ ...failed, hits: [{ ...hit, to: 'criu', stage: 'pre-dump' }] }), []);
      assert.deepEqual(allViolated(failed, withCriu({ limits: { dump: { files: 9 } } })), []);
      assert.deepEqual(allViolated(failed, withCriu({ faultPoint: { of: 'dump', number: 1 } })), []);
      const syscalls = [{ of: 'dump', call: 'openat', number: 1, errno: 'ENOMEM' }] as const;
      assert.deepEqual(allViolated(failed, withCriu({ syscalls })), name, 'the call was never made');
      const dump = { ...failed.dump, injected: [{ index: 0, call: 'openat', args: [] }] };
      assert.deepEqual(allViolated({ ...failed, dump }, withCriu({ syscalls })), []);
    });

    it('does not judge a dump that died, or that mktrouble ended', () => {
      for (const end of [{ signal: 11 }, { exit: 1, timedOut: 5000 }, { exit: 1, flooded: 9 }]) {
        const dump = { of: 'dump', errors: [], ...end } as const;
        assert.ok(!allViolated({ ...failed, dump }).includes(name[0]!), JSON.stringify(end));
      }
    });

    it('leaves it to the scenario to say that the dump fails', () => {
      const c = { ...CASE, expect: { ...CASE.expect, coordinator: ['failed'] as const } };
      assert.deepEqual(allViolated(failed, c), []);
    });
  });

  describe('killed-dump-can-be-retried', () => {
    const killed = { dump: { of: 'dump', signal: 9, errors: [] }, afterDump: TREE, restore: undefined } as const;
    const record = {
      ...killed,
      afterRestore: undefined,
      hits: [{ ...hit, to: 'criu', signal: 9, stage: 'pre-dump' }],
    } as const;

    it('is violated by a second dump that fails, and not by one that succeeds', () => {
      const failed = { of: 'dump', exit: 1, errors: ['cr-dump.c:1: no'] } as const;
      assert.deepEqual(violated({ ...record, dumpAgain: failed }), ['killed-dump-can-be-retried']);
      assert.deepEqual(violated({ ...record, dumpAgain: DUMPED }), []);
      assert.deepEqual(violated(record), [], 'there was no second one');
    });
  });

  describe('dumped-tree-can-be-restored', () => {
    const failed = { restore: FAILED, afterRestore: aCensus(), again: RESTORED, afterAgain: TREE } as const;
    const name = ['dumped-tree-can-be-restored'];

    it('is violated by a restore that fails although no fault fired in it', () => {
      assert.deepEqual(allViolated(failed), name);
      assert.deepEqual(allViolated({ ...failed, hits: [{ ...hit, to: 'criu', stage: 'post-dump' }] }), name);
      const c = { ...CASE, expect: { ...CASE.expect, coordinator: ['failed'] as const } };
      assert.deepEqual(allViolated(failed, c), name, 'an expectation does not make it restorable');
      assert.deepEqual(allViolated(failed, withCriu({ limits: { dump: { files: 9 } } })), name, 'a limit of the dump');
    });

    it('does not judge a restore that died, that mktrouble ended, or that follows a failed dump', () => {
      for (const end of [{ signal: 11 }, { exit: 1, timedOut: 5000 }, { exit: 1, flooded: 9 }]) {
        const restore = { of: 'restore', errors: [], ...end } as const;
        assert.ok(!allViolated({ ...failed, restore }).includes(name[0]!), JSON.stringify(end));
      }
      const dump = { of: 'dump', exit: 1, errors: [] } as const;
      assert.ok(!allViolated({ ...failed, dump }).includes(name[0]!));
    });

    it('holds for a fault that fired in the restore', () => {
      assert.deepEqual(allViolated({ ...failed, hits: [{ ...hit, to: 'criu', stage: 'before-restore' }] }), []);
      assert.deepEqual(
        allViolated({ ...failed, stages: ['post-restore'] }, withCriu({ scriptFails: ['post-restore'] })),
        [],
      );
      assert.deepEqual(allViolated(failed, withCriu({ taken: [101] })), []);
      assert.deepEqual(allViolated({ ...failed, edits: [EDITED] }, withCriu({ images: [EDITED] })), []);
    });
  });
});
