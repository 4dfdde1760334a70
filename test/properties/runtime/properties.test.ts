/** Each property of container runtimes: it holds for a healthy run, and is violated by what it is about and by nothing else. */
import assert from 'node:assert/strict';
import { explainProperty, judge, PROPERTY_NAMES, RUNTIME_PROPERTIES } from '../../../src/properties/index.ts';
import { signViolation } from '../../../src/properties/signature.ts';
import type { CriuCensus, CriuFacts } from '../../../src/record/criu.ts';
import type { RunRecord } from '../../../src/record/record.ts';
import type { RuntimeContainer, RuntimeRecord, RuntimeRun } from '../../../src/record/runtime.ts';
import { RECORD } from '../../../src/record/schema/record.ts';
import { parseScenarios } from '../../../src/scenario/index.ts';

const { cases } = parseScenarios('scenario: A\ntree: { pid: 100 }\nruntime: { name: runc }\n', 'a.yaml');
const CASE = cases[0]!;

function aContainer(asked: number, over: Partial<RuntimeContainer> = {}): RuntimeContainer {
  return {
    name: 'one',
    status: 'running',
    isThere: true,
    state: 'S',
    isFrozen: false,
    processes: 1,
    answers: { 100: { asked, memory: 'm' } },
    isAsked: true,
    ...over,
  };
}

/** A census of the container: its only task, with these facts. */
function aCensus(facts: CriuFacts, state = 'S', tracer = 0): { census: CriuCensus } {
  const ids = { pid: 100, parent: 0, pgid: 100, session: 100 };
  const thread = { tid: 100, state, blocked: '0', pending: '0', tracer, wchan: '0', facts: {} };
  return { census: { tasks: [{ ...ids, name: 'sh', state, pending: '0', facts, threads: [thread] }], silent: [] } };
}

const GUEST = { ...aCensus({}).census.tasks[0]!, pid: 7 };
const withGuest = ({ census }: { census: CriuCensus }) => ({
  census: { ...census, tasks: [...census.tasks, GUEST] },
});

const GONE: RuntimeContainer = {
  name: 'one',
  isThere: false,
  isFrozen: false,
  processes: 0,
  answers: {},
  isAsked: false,
};

function aRun(over: Partial<RuntimeRun>): RuntimeRun {
  return {
    call: 'checkpoint',
    container: 'one',
    exit: 0,
    message: '',
    duration: 1,
    criuStarts: 1,
    criuErrors: [],
    before: aContainer(1),
    after: GONE,
    added: [],
    hits: [],
    ...over,
  };
}

const CHECKPOINT = aRun({});
const RESTORE = aRun({ call: 'restore', before: GONE, after: aContainer(2) });
const FAILED = { exit: 1, message: 'no' };

function aRecord(runs: readonly RuntimeRun[], over: Partial<RuntimeRecord> = {}): RunRecord {
  const runtime: RuntimeRecord = {
    runtime: 'runc',
    version: '1.1.15',
    runs,
    bystander: { before: aContainer(1), after: aContainer(2) },
    left: [],
    ...over,
  };
  return {
    version: 1,
    backend: 'oci',
    protocol: 'series',
    case: CASE.id,
    seed: '0',
    events: [],
    final: {
      coordinator: { end: 'returned', result: 0 },
      tasks: { 100: { end: 'returned', marked: false } },
      restores: [],
    },
    findings: [],
    end: 'over',
    runtime,
  };
}

function violated(runs: readonly RuntimeRun[], over: Partial<RuntimeRecord> = {}): string[] {
  const record = aRecord(runs, over);
  assert.ok(RECORD.safeParse(record).success);
  return [...new Set(judge(CASE, record).map(({ property }) => property))].sort();
}

describe('the properties of container runtimes', () => {
  it('have names of their own, and explain themselves', () => {
    for (const { name, statement, source, hint } of RUNTIME_PROPERTIES) {
      assert.ok(PROPERTY_NAMES.includes(name));
      assert.equal(explainProperty(name)?.statement, statement);
      for (const text of [statement, source, hint]) assert.ok(text.length > 10, text);
    }
  });

  it('hold for healthy runs', () => {
    assert.deepEqual(violated([CHECKPOINT, RESTORE]), []);
    assert.deepEqual(violated([aRun({ ...FAILED, after: aContainer(2) })]), []);
    assert.deepEqual(violated([CHECKPOINT, aRun({ call: 'restore', ...FAILED, before: GONE })]), []);
    const frozen = aContainer(1, { isFrozen: true, isAsked: false, answers: {}, status: 'paused' });
    assert.deepEqual(
      violated([
        aRun({ call: 'pause', after: frozen }),
        aRun({ call: 'resume', before: frozen, after: aContainer(2) }),
      ]),
      [],
    );
  });

  it('container-survives-failed-checkpoint', () => {
    const left = (over: Partial<RuntimeContainer>) => violated([aRun({ ...FAILED, after: aContainer(2, over) })]);
    const one = ['container-survives-failed-checkpoint'];
    assert.deepEqual(left({ answers: {} }), one);
    assert.deepEqual(left({ answers: { 100: { asked: 2, memory: 'x' } } }), one);
    assert.deepEqual(left({ state: 'T', isAsked: false, answers: {} }), one);
    assert.deepEqual(left({ processes: 0 }), one);
    assert.deepEqual(left({ isFrozen: true, isAsked: false, answers: {}, status: 'paused' }), one);
    assert.deepEqual(violated([aRun({ ...FAILED, after: GONE })]), one);
    const changed = (after: { census: CriuCensus }) =>
      violated([aRun({ ...FAILED, before: aContainer(1, aCensus({ umask: '022' })), after: aContainer(2, after) })]);
    assert.deepEqual(changed(aCensus({ umask: '022' })), []);
    assert.deepEqual(changed(aCensus({ umask: '077' })), one);
    assert.deepEqual(changed(aCensus({ umask: '022' }, 'S', 4)), one);
    assert.deepEqual(violated([aRun({ ...FAILED, after: GONE, hits: ['init'] })]), []);
    assert.deepEqual(violated([aRun({ ...FAILED, after: GONE, hits: ['runtime'] })]), []);
  });

  it('failed-container-restore-leaves-nothing', () => {
    const failed = aRun({ call: 'restore', ...FAILED, before: GONE, after: GONE, added: ['cgroup /one'] });
    assert.deepEqual(violated([CHECKPOINT, failed]), ['failed-container-restore-leaves-nothing']);
  });

  it('failed-container-restore-frees-name', () => {
    const ok = { exit: 0, message: '' };
    const reuse = (deleted: object, created: object) =>
      violated([CHECKPOINT], { reuse: { deleted: { ...ok, ...deleted }, created: { ...ok, ...created } } });
    assert.deepEqual(reuse({}, {}), []);
    assert.deepEqual(reuse(FAILED, {}), ['failed-container-restore-frees-name']);
    assert.deepEqual(reuse({}, FAILED), ['failed-container-restore-frees-name']);
  });

  it('runtime-reports-truth', () => {
    const one = ['runtime-reports-truth'];
    assert.deepEqual(violated([aRun({ after: aContainer(2) })]), one);
    assert.deepEqual(violated([aRun({ call: 'leave-running', after: GONE })]), one);
    assert.deepEqual(violated([aRun({ call: 'restore', before: GONE })]), one);
    assert.deepEqual(violated([aRun({ call: 'pause', after: aContainer(2) })]), one);
    assert.deepEqual(violated([aRun({ after: { ...GONE, status: 'running' } })]), one);
    assert.deepEqual(violated([aRun({ after: { ...GONE, unknown: true } })]), one);
    assert.deepEqual(violated([aRun({ exit: 1, after: aContainer(2) })]), one);
  });

  it('container-continues-after-restore', () => {
    const restored = (over: Partial<RuntimeContainer>) =>
      violated([CHECKPOINT, { ...RESTORE, after: aContainer(2, over) }]);
    assert.deepEqual(restored({ answers: {} }), ['container-continues-after-restore']);
    assert.deepEqual(restored({ answers: { 100: { asked: 1, memory: 'm' } } }), ['container-continues-after-restore']);
  });

  it('restored-container-matches-checkpoint', () => {
    const one = ['restored-container-matches-checkpoint'];
    const restored = (before: { census: CriuCensus }, after: { census: CriuCensus }, hits: string[] = []) =>
      violated([
        { ...CHECKPOINT, before: aContainer(1, before) },
        { ...RESTORE, after: aContainer(2, after), hits },
      ]);
    assert.deepEqual(restored(aCensus({ umask: '022' }), aCensus({ umask: '022' })), []);
    assert.deepEqual(restored(aCensus({ umask: '022' }), aCensus({ umask: '0' })), one);
    assert.deepEqual(restored(aCensus({ umask: '022' }), aCensus({ umask: '0' }), ['init']), []);
    assert.deepEqual(restored(aCensus({}), aCensus({}, 'T')), one);
    assert.deepEqual(restored(aCensus({ 'clock offsets': '1' }), aCensus({ 'clock offsets': '2' })), []);
    assert.deepEqual(restored(withGuest(aCensus({})), aCensus({})), one);
    assert.deepEqual(restored(withGuest(aCensus({})), aCensus({}), ['guest']), []);
  });

  it('are found as different defects where other state of processes differs', () => {
    const sign = (after: CriuFacts) => {
      const before = aContainer(1, aCensus({ umask: '022', nice: '0' }));
      const record = aRecord([
        { ...CHECKPOINT, before },
        { ...RESTORE, after: aContainer(2, aCensus(after)) },
      ]);
      return signViolation(CASE, record, judge(CASE, record)[0]!).shape;
    };
    assert.equal(sign({ umask: '077', nice: '0' }), 'returned success, umask');
    assert.equal(sign({ umask: '022', nice: '5' }), 'returned success, nice');
  });

  it('kept-container-is-unchanged', () => {
    const kept = (call: RuntimeRun['call'], after: { census: CriuCensus }) =>
      violated([aRun({ call, before: aContainer(1, aCensus({ nice: '5' })), after: aContainer(2, after) })]);
    for (const call of ['leave-running', 'exec'] as const) {
      assert.deepEqual(kept(call, aCensus({ nice: '5' })), []);
      assert.deepEqual(kept(call, aCensus({ nice: '0' })), ['kept-container-is-unchanged']);
      assert.deepEqual(kept(call, aCensus({ nice: '5' }, 'S', 9)), ['kept-container-is-unchanged']);
    }
    assert.deepEqual(kept('exec-detached', withGuest(aCensus({ nice: '5' }))), []);
  });

  it('container-keeps-its-limits', () => {
    const limited = (value: string) => ({ limits: [{ file: 'pids.max', asked: '50', value }] });
    const seen = (before: string, after: string) =>
      violated([
        { ...CHECKPOINT, before: aContainer(1, limited(before)) },
        { ...RESTORE, after: aContainer(2, limited(after)) },
      ]);
    assert.deepEqual(seen('50', '50'), []);
    for (const lost of [seen('50', 'max'), seen('max', '50'), seen('50', '')])
      assert.deepEqual(lost, ['container-keeps-its-limits']);
  });

  it('runtime-names-first-error', () => {
    const failed = (message: string, ...criuErrors: string[]) =>
      violated([aRun({ exit: 1, message, criuErrors, after: aContainer(2) })]);
    assert.deepEqual(failed('criu failed', 'a.c:1: no memory'), ['runtime-names-first-error']);
    assert.deepEqual(failed('criu failed: no memory', 'a.c:1: no memory'), []);
    assert.deepEqual(failed('criu failed', "util.c:1533: rlimit: Can't setup"), []);
    const byRuntime = aRun({
      exit: 1,
      message: 'no answer',
      criuErrors: ['a.c:1: no peer'],
      hits: ['runtime-call'],
      after: aContainer(2),
    });
    assert.deepEqual(violated([byRuntime]), []);
  });

  it('other-containers-untouched', () => {
    const left = (over: Partial<RuntimeContainer>) =>
      violated([CHECKPOINT], { bystander: { before: aContainer(1), after: aContainer(2, over) } });
    assert.deepEqual(left({ answers: {} }), ['other-containers-untouched']);
    assert.deepEqual(left({ status: 'stopped' }), ['other-containers-untouched']);
    const bystander = { before: aContainer(1, aCensus({ nice: '0' })), after: aContainer(2, aCensus({ nice: '5' })) };
    assert.deepEqual(violated([CHECKPOINT], { bystander }), ['other-containers-untouched']);
  });

  it('deleted-containers-leave-nothing', () =>
    assert.deepEqual(violated([CHECKPOINT], { left: ['mount /x'] }), ['deleted-containers-leave-nothing']));

  it('runtime-ends-in-time', () => {
    const { exit: _, ...late } = aRun({ timedOut: 100, after: aContainer(2) });
    assert.deepEqual(violated([late]), ['runtime-ends-in-time']);
    assert.deepEqual(violated([{ ...late, hits: ['runtime'] }]), []);
  });
});
