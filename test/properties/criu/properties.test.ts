/** Each property of CRIU: it holds for a healthy run, and is violated by what it is about and by nothing else. Those of one call alone are in dump.test.ts and restore.test.ts. */
import assert from 'node:assert/strict';
import type { Case } from '../../../src/model/case.ts';
import { CRIU_PROPERTIES, explainProperty, judge, PROPERTY_NAMES } from '../../../src/properties/index.ts';
import type { CriuCensus, CriuChange, CriuFacts, CriuRun, CriuTask } from '../../../src/record/criu.ts';
import { parseScenarios } from '../../../src/scenario/index.ts';
import { CASE, hit, treeWith, violated, withCriu, without } from './judged.ts';
import { aCensus, aRecord, aTask, DUMPED, FAILED, NO_TASKS, RESTORED, TREE } from './records.ts';

describe('the properties of CRIU', () => {
  it('have names of their own, and explain themselves', () => {
    for (const { name, statement, source, hint } of CRIU_PROPERTIES) {
      assert.ok(PROPERTY_NAMES.includes(name));
      assert.equal(explainProperty(name)?.statement, statement);
      for (const text of [statement, source, hint]) assert.ok(text.length > 20, text);
    }
    assert.equal(new Set(PROPERTY_NAMES).size, PROPERTY_NAMES.length);
  });

  it('hold for a healthy run', () => assert.deepEqual(violated({}), []));

  it('compare the facts of processes and threads, but for what CRIU documents as not restored', () => {
    const restored = (before: Partial<CriuTask>, after: Partial<CriuTask>) =>
      violated({ before: treeWith(101, before), afterRestore: treeWith(101, after) });
    assert.deepEqual(restored({ facts: { umask: '0077' } }, { facts: { umask: '0022' } }), [
      'restored-tree-matches-dump',
    ]);
    assert.deepEqual(restored({ facts: { umask: '0077' } }, { facts: {} }), ['restored-tree-matches-dump']);
    assert.deepEqual(restored({ facts: { 'clock offsets': 'monotonic 0 0' } }, { facts: {} }), []);
    const [thread] = aTask(101).threads;
    const on = (affinity: string) => ({ threads: [{ ...thread!, facts: { 'CPU affinity': affinity } }] });
    assert.deepEqual(restored(on('0'), on('0-1')), ['restored-tree-matches-dump']);
    assert.deepEqual(restored(on('0'), on('0')), []);
  });

  it('leave out tasks that die with the init of their namespace', () => {
    const dying = { restore: RESTORED, afterRestore: treeWith(101, { state: 'X', parent: 1 }) };
    const killed = [{ ...hit, to: 100, stage: 'post-resume' as const }];
    const own = withCriu({ namespace: 'own' });
    assert.deepEqual(violated({ ...dying, hits: killed }, own), []);
    assert.ok(violated({ ...dying, hits: killed }).includes('restored-tree-matches-dump'));
    const stopped = [{ ...killed[0]!, signal: 19 }];
    assert.ok(violated({ ...dying, hits: stopped }, own).includes('restored-tree-matches-dump'));
  });

  it('compare what a program changes itself only of trees that were held both times', () => {
    const held = (file: string): Partial<CriuTask> => ({ heldFacts: { 'open file 3': file } });
    const restored = (before: Partial<CriuTask>, after: Partial<CriuTask>) =>
      violated({ before: treeWith(101, before), afterRestore: treeWith(101, after) });
    assert.deepEqual(restored(held('/a'), held('/b')), ['restored-tree-matches-dump']);
    assert.deepEqual(restored(held('/a'), {}), []);
  });

  it('judge a failed dump of a program by what it does not change itself', () => {
    const violatedWith = (facts: Record<string, string>, name = 'subject') =>
      violated({
        ownSubject: false,
        dump: { of: 'dump', exit: 1, errors: ['no'] },
        restore: undefined,
        imaged: undefined,
        before: treeWith(101, { facts: { nice: '0', 'flags of /dev/pts/0 3': '02' } }),
        afterDump: treeWith(101, { facts, name }),
        afterRestore: undefined,
      });
    assert.deepEqual(violatedWith({ nice: '0', 'flags of /dev/pts/0 3': '02' }), []);
    assert.deepEqual(violatedWith({ nice: '0', 'flags of /dev/pts/0 3': '04002' }), [
      'failed-dump-leaves-tree-running',
    ]);
    assert.deepEqual(violatedWith({ nice: '5', 'flags of /dev/pts/0 3': '02' }), ['failed-dump-leaves-tree-running']);
    // A file that it has closed, and another program that it has executed.
    assert.deepEqual(violatedWith({ nice: '0' }), []);
    assert.deepEqual(violatedWith({ nice: '5' }, 'other'), []);
  });

  it('judge what a call has left around the tree', () => {
    const change: CriuChange = { kind: 'mounts', added: ['tmpfs / at /tmp'], removed: [] };
    const unlocked: CriuChange = { kind: 'packet filter rules', added: [], removed: ['a rule'] };
    const dump = { of: 'dump', exit: 1, errors: ['no'] } as const;
    const failedDump = { dump, afterDump: TREE, restore: undefined, imaged: undefined, afterRestore: undefined };
    assert.deepEqual(violated({ ...failedDump, surroundings: { dump: [change] } }), [
      'failed-dump-leaves-nothing-behind',
    ]);
    assert.deepEqual(violated({ ...failedDump, dump: { ...dump, timedOut: 5 }, surroundings: { dump: [change] } }), [
      'criu-ends-in-time',
    ]);
    // A dump that returns success leaves the network locked for the restore.
    assert.deepEqual(violated({ surroundings: { dump: [change] } }), []);
    assert.deepEqual(violated({ surroundings: { restore: [change] } }), ['restore-leaves-nothing-behind']);
    const failed = { restore: FAILED, afterRestore: NO_TASKS };
    assert.deepEqual(violated({ ...failed, surroundings: { restore: [change] } }), [
      'failed-restore-leaves-nothing-behind',
    ]);
    assert.deepEqual(violated({ ...failed, surroundings: { restore: [unlocked] } }), []);
  });

  it('say nothing of a record without CRIU', () => {
    const { criu: _, ...record } = aRecord({});
    for (const property of CRIU_PROPERTIES) assert.deepEqual(property.check(CASE, record), [], property.name);
  });

  it('do not judge the runs of other backends', () => {
    const { criu: _, ...record } = aRecord({ afterRestore: NO_TASKS });
    assert.deepEqual(
      judge(CASE, { ...record, backend: 'native' }).filter(({ property }) => property.includes('restore-')),
      [],
    );
  });

  describe('of a program, which runs on', () => {
    const { cases: programs } = parseScenarios(
      'scenario: A\ntree: { pid: 100 }\nsubject: { command: [x] }\n---\nscenario: B\ntree: { pid: 100 }\nsubject: { command: [x], exit-code: 3 }\n',
      'a.yaml',
    );
    const [runsOn, ends] = programs as [Case, Case];
    const output = { stdout: '', stderr: 'it broke\n' };
    const held = (census: CriuCensus): CriuCensus => ({ ...census, held: true });
    /** A healthy run: a child has gone and another has come since the dump, and again since the restore. */
    const program: Parameters<typeof aRecord>[0] = {
      ownSubject: false,
      before: held(TREE),
      restored: held(TREE),
      afterRestore: aCensus(aTask(100), aTask(177)),
      subject: { command: ['x'], output },
    };
    const runs = (over: Parameters<typeof aRecord>[0], c = runsOn) => violated({ ...program, ...over }, c);

    it('what it does while nothing holds it is no violation', () => {
      assert.deepEqual(runs({}), []);
      assert.deepEqual(runs({ subject: { command: ['x'], output, end: { exit: 0 } }, afterRestore: aCensus() }), []);
      const failed = { restore: undefined, afterRestore: undefined, restored: undefined, imaged: undefined };
      const dump = { of: 'dump', exit: 1, errors: [] } as const;
      const before = aCensus(aTask(100), aTask(101));
      assert.deepEqual(runs({ ...failed, before, dump, afterDump: aCensus(aTask(100), aTask(108)) }), []);
      const again = { restore: FAILED, restored: undefined, afterRestore: aCensus(), again: RESTORED };
      assert.deepEqual(runs({ ...again, restoredAgain: held(TREE), afterAgain: aCensus(aTask(100)) }), []);
    });

    it('what differs while it is held is one', () => {
      assert.deepEqual(runs({ restored: held(treeWith(101, { pgid: 101 })) }), ['restored-tree-matches-dump']);
      assert.deepEqual(runs({ restored: held(without(101)) }), ['failed-restore-reports-error']);
      const again = { restore: FAILED, restored: undefined, afterRestore: aCensus(), again: RESTORED };
      assert.deepEqual(runs({ ...again, restoredAgain: held(without(101)), afterAgain: TREE }), [
        'failed-restore-can-be-retried',
      ]);
    });

    it('what the other end of a connection does meanwhile is no violation, unless it was held too', () => {
      const socket = (state: string, ends = '0100007F:1F90 to 0100007F:E62E') =>
        held(treeWith(101, { heldFacts: { 'open file 4': `socket 3 (TCP ${state} ${ends})` } }));
      const closed = { before: socket('established'), restored: socket('close wait') };
      assert.deepEqual(runs(closed), []);
      assert.deepEqual(runs({ before: socket('FIN wait 1'), restored: socket('FIN wait 2') }), []);
      const both = held(
        aCensus(
          aTask(100, { heldFacts: { 'open file 9': 'socket 8 (TCP established 0100007F:E62E to 0100007F:1F90)' } }),
          ...closed.before.tasks.filter(({ pid }) => pid !== 100),
        ),
      );
      assert.ok(runs({ ...closed, before: both }).includes('restored-tree-matches-dump'));
      for (const restored of [socket('established', '0100007F:1F90 to 0100007F:E62F'), socket('FIN wait 1')])
        assert.deepEqual(runs({ before: socket('established'), restored }), ['restored-tree-matches-dump']);
      assert.deepEqual(runs({ before: socket('close wait'), restored: socket('established') }), [
        'restored-tree-matches-dump',
      ]);
    });

    it('a connection that the scenario has ended at its other end is gone, and no other file', () => {
      const file = (text: string) => held(treeWith(101, { heldFacts: { 'open file 4': text } }));
      const before = { ...file('socket 3 (TCP established 0100007F:1F90 to 0100007F:E62E)'), isLeft: true as const };
      for (const now of ['socket 3', 'socket 3 (TCP close wait 0100007F:1F90 to 0100007F:E62E)'])
        assert.deepEqual(runs({ before, restored: file(now) }), []);
      for (const now of ['socket 4', '/dev/null'])
        assert.deepEqual(runs({ before, restored: file(now) }), ['restored-tree-matches-dump']);
    });

    it('what arrives at a connection meanwhile is no violation, what is lost is', () => {
      const arrived = (text: string, name = 'arrived bytes') =>
        held(treeWith(101, { heldFacts: { [`${name} of open file 4`]: text } }));
      const [none, some, more] = ['no bytes', '5 bytes, checksum a', '9 bytes, checksum b'] as const;
      for (const [before, restored] of [
        [none, some],
        [some, more],
      ] as const) {
        assert.deepEqual(runs({ before: arrived(before), restored: arrived(restored) }), []);
        for (const pair of [
          { before: arrived(restored), restored: arrived(before) },
          { before: arrived(before, 'queue'), restored: arrived(restored, 'queue') },
        ])
          assert.deepEqual(runs(pair), ['restored-tree-matches-dump']);
      }
      const other = { before: arrived(some), restored: arrived('5 bytes, checksum c') };
      assert.deepEqual(runs(other), ['restored-tree-matches-dump']);
    });

    it('what a process was asked is compared where it was asked both times', () => {
      const asked = (facts: CriuFacts) => held(treeWith(101, { askedFacts: facts }));
      const [one, two] = [asked({ dumpable: '1' }), asked({ dumpable: '0' })];
      assert.deepEqual(runs({ before: one, restored: two }), ['restored-tree-matches-dump']);
      assert.deepEqual(runs({ before: one, restored: held(treeWith(101, {})) }), []);
    });

    it('a signal that came meanwhile is no violation, one that was lost is', () => {
      const signal = held(treeWith(101, { pending: '200' }));
      assert.deepEqual(runs({ restored: signal }), []);
      assert.deepEqual(runs({ before: signal }), ['restored-tree-matches-dump']);
    });

    it('one that is stopped, traced, gone or dead after the restore is a violation', () => {
      const name = ['restored-program-runs'];
      assert.deepEqual(runs({ afterRestore: aCensus(aTask(100, { state: 'T' })) }), name);
      const threads = [{ ...aTask(100).threads[0]!, tracer: 7 }];
      assert.deepEqual(runs({ afterRestore: aCensus(aTask(100, { threads })) }), name);
      assert.deepEqual(runs({ afterRestore: aCensus(aTask(177)) }), name);
      assert.deepEqual(runs({ subject: { command: ['x'], output, end: { exit: 1 } } }), name);
      assert.deepEqual(runs({ subject: { command: ['x'], output, end: { signal: 11 } } }), name);
      const [violation] = judge(
        runsOn,
        aRecord({ ...program, subject: { command: ['x'], output, end: { signal: 11 } } }),
      );
      assert.match(violation?.message ?? '', /SIGSEGV[\s\S]*it broke/);
    });

    it('one that was stopped before the dump, or that a fault has hit, is none', () => {
      const stopped = aCensus(aTask(100, { state: 'T' }));
      assert.deepEqual(
        runs({ before: held(stopped), restored: held(stopped), afterRestore: stopped, imaged: [100] }),
        [],
      );
      const hits = [{ ...hit, to: 100, stage: 'post-resume' } as const];
      assert.deepEqual(runs({ hits, subject: { command: ['x'], output, end: { signal: 9 } } }), []);
    });

    it('one that has an exit status to end with must end with it', () => {
      assert.deepEqual(runs({ subject: { command: ['x'], output, end: { exit: 3 } } }, ends), []);
      assert.deepEqual(runs({ subject: { command: ['x'], output, end: { exit: 0 } } }, ends), [
        'restored-program-runs',
      ]);
      assert.deepEqual(runs({}, ends), ['restored-program-runs']);
    });

    it('a failed dump that leaves it stopped, or kills it, is one', () => {
      const failed = { restore: undefined, afterRestore: undefined, restored: undefined, imaged: undefined };
      const dump = { of: 'dump', exit: 1, errors: [] } as const;
      for (const afterDump of [
        aCensus(),
        aCensus(aTask(100, { state: 'T' })),
        aCensus(aTask(100), aTask(108, { state: 't' })),
      ]) {
        assert.deepEqual(runs({ ...failed, dump, afterDump }), ['failed-dump-leaves-tree-running']);
      }
    });

    it('a check that fails is one', () => {
      const check = { command: ['y'], output };
      assert.deepEqual(runs({ check: { ...check, exit: 0 } }), []);
      for (const end of [{ exit: 1 }, { signal: 9 }, { timedOut: 5000 }]) {
        assert.deepEqual(runs({ check: { ...check, ...end } }), ['check-succeeds']);
      }
    });
  });

  describe('bystanders-untouched', () => {
    const before = aCensus(aTask(900, { parent: 0 }));
    it('is violated by a process that is gone, stopped, or silent', () => {
      for (const after of [NO_TASKS, aCensus(aTask(900, { parent: 0, state: 'T' })), { ...before, silent: [900] }]) {
        assert.deepEqual(violated({ bystanders: { before, after } }), ['bystanders-untouched']);
      }
    });
  });

  describe('criu-never-crashes', () => {
    const crashed = {
      restore: { of: 'restore', signal: 11, errors: [] },
      afterRestore: NO_TASKS,
      again: RESTORED,
      afterAgain: TREE,
    } as const;
    const name = ['criu-never-crashes'];
    it('is violated by a signal that no process sent, a BUG, or a restorer that crashes', () => {
      assert.deepEqual(violated(crashed), name);
      const failed = { ...crashed, restore: FAILED };
      assert.deepEqual(violated({ ...failed, restore: { ...FAILED, errors: ['a.c:1: BUG at a.c:1'] } }), name);
      const errors = ['cr-restore.c:1: 101 killed by signal 11: Segmentation fault'];
      assert.deepEqual(violated({ ...failed, restore: { ...FAILED, errors } }), name);
    });
    it('does not count a signal that the scenario sent or asked for', () => {
      assert.deepEqual(
        violated({ ...crashed, hits: [{ verb: 'signal', signal: 11, to: 'criu', stage: 'post-restore' }] }),
        [],
      );
      const syscalls = [{ of: 'restore', call: 'all', number: 7, signal: 'SIGSEGV' }] as const;
      const injected = [{ index: 0, call: 'read', signal: 'SIGSEGV', args: [] }] as const;
      assert.deepEqual(violated({ ...crashed, restore: { ...crashed.restore, injected } }, withCriu({ syscalls })), []);
      assert.deepEqual(violated(crashed, withCriu({ syscalls })), name, 'the call was never made');
      const every = [{ of: 'restore', call: 'all', number: 1, every: true, outcomes: ['SIGKILL'] }] as const;
      const killed = { ...crashed.restore, signal: 9, injected: [{ ...injected[0], signal: 'SIGKILL' }] } as const;
      assert.deepEqual(
        violated({ ...crashed, restore: killed }, withCriu({ syscalls: every })),
        [],
        'one of every call',
      );
      const full = { ...crashed, restore: { ...crashed.restore, signal: 25 } };
      assert.deepEqual(violated(full, withCriu({ limits: { restore: { fileSize: 10 } } })), []);
    });
  });

  describe('server-ends-with-call', () => {
    const server = { name: 'page-server', end: { exit: 0 }, errors: [] } as const;
    const dumpWith = (over: object, run: object = {}) =>
      violated({ dump: { ...DUMPED, ...run, server: { ...server, ...over } } });
    const name = ['server-ends-with-call'];
    it('is violated by a server that stays, fails where the call did not, or crashes', () => {
      assert.deepEqual(dumpWith({ end: undefined }), name);
      assert.deepEqual(dumpWith({ end: { exit: 1 } }), name);
      assert.deepEqual(dumpWith({ end: { signal: 11 } }), name);
      assert.deepEqual(dumpWith({ end: { exit: 1 }, hit: 'delay' }), name);
      assert.deepEqual(
        violated({ restore: { ...RESTORED, server: { ...server, name: 'lazy-pages', end: { exit: 1 } } } }),
        name,
      );
    });
    it('holds for one that ends, waits on without a call, or was hit', () => {
      assert.deepEqual(dumpWith({}), []);
      assert.deepEqual(dumpWith({ end: undefined, unused: true }), []);
      assert.deepEqual(dumpWith({ end: { signal: 9 }, hit: 'kill' }), []);
      assert.deepEqual(dumpWith({ end: undefined, hit: 'stop' }), []);
    });
    it('lets a dump wait for a server that was stopped', () => {
      const run = { exit: undefined, signal: 9, timedOut: 5000 };
      assert.ok(!dumpWith({ end: undefined, hit: 'stop' }, run).includes('criu-ends-in-time'));
      assert.ok(dumpWith({ end: undefined, hit: 'delay' }, run).includes('criu-ends-in-time'));
    });
  });

  describe('answer-agrees-with-result', () => {
    const name = ['answer-agrees-with-result'];
    const answered = (...responses: readonly object[]) => violated({ dump: { ...DUMPED, responses } as CriuRun });
    const failed = (response: object) =>
      violated({ restore: { ...FAILED, responses: [response] } as CriuRun, afterRestore: NO_TASKS });
    it('is violated by no answer, two, a false one, and one without or with a foreign reason', () => {
      assert.deepEqual(answered(), name);
      assert.deepEqual(answered({ success: true }, { success: true }), name);
      assert.deepEqual(answered({ success: false, errno: 3 }), name);
      assert.deepEqual(failed({ success: true }), name);
      assert.deepEqual(failed({ success: false }), name);
      assert.deepEqual(failed({ success: false, message: 'files.c:3: other' }), name);
    });
    it('holds for the result, with an errno or an error of the log, and for a call that is no request', () => {
      assert.deepEqual(answered({ success: true }), []);
      assert.deepEqual(failed({ success: false, errno: 3 }), []);
      assert.deepEqual(failed({ success: false, message: FAILED.errors[0] }), []);
      assert.deepEqual(violated({}), []);
      const killed = { of: 'restore', signal: 9, errors: [], responses: [] } as const;
      const hits = [{ ...hit, to: 'criu', stage: 'post-restore' }] as const;
      assert.deepEqual(violated({ restore: killed, afterRestore: NO_TASKS, hits }), []);
    });
  });

  describe('criu-ends-in-time and criu-log-is-bounded', () => {
    it('are violated by a call that had to be ended', () => {
      const dump = { of: 'dump', signal: 9, errors: [] } as const;
      const ended = { restore: undefined, afterRestore: undefined, afterDump: TREE };
      assert.deepEqual(violated({ ...ended, dump: { ...dump, timedOut: 5000 } }), ['criu-ends-in-time']);
      assert.deepEqual(violated({ ...ended, dump: { ...dump, flooded: 1 << 24 } }), ['criu-log-is-bounded']);
    });
    it('do not count a CRIU that the scenario stopped', () => {
      const hits = [{ verb: 'signal', signal: 19, to: 'criu', stage: 'pre-dump' }] as const;
      const dump = { ...DUMPED, timedOut: 5000 };
      assert.deepEqual(violated({ dump, hits }), []);
    });
  });
});
