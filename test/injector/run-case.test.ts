import assert from 'node:assert/strict';
import { simulated } from '../../src/backends/simulated/index.ts';
import { type FindViolations, runCase } from '../../src/injector/index.ts';
import type { Case } from '../../src/model/case.ts';
import type { Progress } from '../../src/record/progress.ts';
import type { RunRecord } from '../../src/record/record.ts';
import type { Violation } from '../../src/record/verdict.ts';
import { buildCase } from '../backends/simulated/support/cases.ts';
import { aBackend, aCase, anEnd, aRecord } from '../support/builders.ts';

/** A judge for tests: a property `p` is violated in a record that has the log line `p`. */
const byLog: FindViolations = (_c, record) =>
  record.events.flatMap((event): Violation[] =>
    event.kind === 'log' ? [{ property: event.text, message: event.text, step: event.step }] : [],
  );

const showing = (...properties: string[]): RunRecord =>
  aRecord({}, { events: properties.map((text, i) => ({ step: i, actor: 'coordinator', kind: 'log', text })) });

describe('runCase', () => {
  it('passes a case whose only run shows nothing, and keeps that run', async () => {
    const verdict = await runCase(aCase(), { backend: aBackend(), find: byLog });
    assert.equal(verdict.status, 'pass');
    assert.equal(verdict.record?.case, 'test#two tasks');
    assert.deepEqual(verdict.tried, { strategy: 'random', schedules: 1, complete: false });
  });

  it('judges by the shipped properties and expectations by default', async () => {
    const asExpected = await runCase(aCase({ coordinator: ['EBUSY'] }), { backend: aBackend() });
    assert.equal(asExpected.violations.filter(({ property }) => property === 'expectation').length, 0);
    const otherwise = await runCase(aCase({ coordinator: ['ok'] }), { backend: aBackend() });
    assert.equal(otherwise.status, 'fail');
    assert.ok(otherwise.violations.some(({ property }) => property === 'expectation'));
  });

  it('fails with the violations of the first run that has any', async () => {
    const backend = aBackend();
    backend.run.onCall(0).resolves(showing());
    backend.run.onCall(1).resolves(showing('a', 'b'));
    backend.run.onCall(2).resolves(showing('c'));
    const verdict = await runCase(aCase(), { backend, schedules: 3, find: byLog });
    assert.equal(verdict.status, 'fail');
    assert.deepEqual(
      verdict.violations.map(({ property }) => property),
      ['a', 'b'],
    );
    assert.equal(verdict.record?.events.length, 2);
    assert.equal(verdict.tried.schedules, 2);
  });

  it('stops a search at the number of states that the scenario names, unless the caller names one', async () => {
    const c = buildCase('a search', {
      tree: { pid: 100, children: [{ pid: 101 }] },
      explore: { strategy: 'exhaustive', 'max-states': 50 },
      restart: { protocol: 'hardened' },
    });
    const stopped = await runCase(c, { backend: simulated() });
    assert.deepEqual([stopped.status, stopped.tried.stopped], ['incomplete', { by: 'states', limit: 50 }]);
    assert.equal((await runCase(c, { backend: simulated(), maxStates: 1_000_000 })).status, 'pass');
  });

  it('fails a run that had to be cut', async () => {
    const backend = aBackend(aRecord({}, { end: 'cut' }));
    assert.equal((await runCase(aCase(), { backend })).status, 'fail');
  });

  it('says where, and why, in the verdict', async () => {
    const c = aCase({}, { why: 'because', tags: ['x'], position: { file: 'a.yaml', line: 3, column: 1 } });
    const verdict = await runCase(c, { backend: aBackend(), find: byLog });
    const { id, scenario, title, why, tags, position, backend, protocol } = verdict;
    assert.deepEqual(
      { id, scenario, title, why, tags, position, backend, protocol },
      {
        id: c.id,
        scenario: c.scenario,
        title: c.title,
        why: 'because',
        tags: ['x'],
        position: c.position,
        backend: 'simulated',
        protocol: 'series',
      },
    );
    assert.deepEqual(JSON.parse(JSON.stringify(verdict)), verdict, 'a verdict is plain JSON');
  });

  describe('seeds', () => {
    const seedsOf = async (options: { seed?: string; schedules?: number }, exploreSeed?: string) => {
      const backend = aBackend();
      const explore = {
        strategy: 'random' as const,
        schedules: 1,
        depth: 1,
        ...(exploreSeed && { seed: exploreSeed }),
      };
      const c = exploreSeed === undefined ? aCase() : aCase({}, { explore });
      await runCase(c, { backend, find: byLog, ...options });
      return backend.run.args.map(([plan]) => plan.seed);
    };

    it('a single schedule has the seed itself, so that it can be repeated by it', async () => {
      assert.deepEqual(await seedsOf({}), ['0']);
      assert.deepEqual(await seedsOf({ seed: '7/3' }), ['7/3']);
    });

    it('each of several has its own, derived from the seed', async () => {
      assert.deepEqual(await seedsOf({ seed: '7', schedules: 3 }), ['7/0', '7/1', '7/2']);
    });

    it('the caller goes before the file, the file before the default', async () => {
      assert.deepEqual(await seedsOf({}, 'file'), ['file']);
      assert.deepEqual(await seedsOf({ seed: 'caller' }, 'file'), ['caller']);
    });
  });

  describe('a case that the backend cannot do is skipped with the reason', () => {
    it('because the backend refuses it', async () => {
      const backend = aBackend();
      backend.refuses.returns('no ghosts here');
      const verdict = await runCase(aCase(), { backend });
      assert.equal(verdict.status, 'skip');
      assert.equal(verdict.reason, 'no ghosts here');
      assert.ok(backend.run.notCalled);
    });

    it('because the backend does not work on this machine', async () => {
      const backend = aBackend();
      backend.capabilities.resolves([{ name: 'simulated', available: false, detail: 'no compiler' }]);
      const verdict = await runCase(aCase(), { backend });
      assert.equal(verdict.status, 'skip');
      assert.match(verdict.reason ?? '', /no compiler/);
    });

    it('because the scenario is for another backend', async () => {
      const c = aCase();
      const verdict = await runCase({ ...c, restart: { ...c.restart, backends: ['native'] } }, { backend: aBackend() });
      assert.equal(verdict.status, 'skip');
      assert.match(verdict.reason ?? '', /native/);
    });
  });

  /** Five tasks, two faults at any moment, and a pid that no task has: six million states. */
  const LARGE = buildCase('large', {
    tree: {
      pid: 100,
      children: [
        { pid: 101, children: [{ pid: 103, 'traced-by': 'outsider' }] },
        { pid: 102, state: 'zombie' },
        { pid: 104 },
      ],
    },
    image: { pids: [100, 101, 102, 104, 999] },
    faults: [
      { kill: 104, when: 'any' },
      { signal: 'SIGUSR1', to: ['coordinator', 100, 101], when: 'any' },
    ],
    explore: 'exhaustive',
  });
  const on = { backend: simulated() };

  describe('a finding in a large search', () => {
    it('ends the search, and is shrunk to few tasks within the budget', async () => {
      const { status, tried, case: c, shrinking } = await runCase(LARGE, on);
      assert.equal(status, 'fail');
      assert.ok(tried.states! < 50_000, `${tried.states} states`);
      assert.equal(tried.complete, false);
      assert.equal(tried.stopped, undefined);
      assert.ok(c!.tasks.length <= 3, `${c!.tasks.length} tasks`);
      assert.equal(shrinking!.stopped, undefined);
      assert.equal(shrinking!.tasks, 5);
    });

    it('is the same again, and reported before it is shrunk', async () => {
      const shown: (string | undefined)[] = [];
      const onProgress = ({ doing, finding }: Progress) =>
        shown.push(doing === 'shrinking' ? finding!.property : undefined);
      const { duration: _, ...first } = await runCase(LARGE, { ...on, onProgress });
      const { duration: __, ...second } = await runCase(LARGE, on);
      assert.deepEqual(second, first);
      assert.equal(shown.at(-1), first.violations[0]!.property);
    });
  });

  describe("a schedule of the scenario's own", () => {
    const onSchedule = (schedule: readonly string[], protocol = 'hardened'): Case => ({
      ...buildCase('pinned', { tree: { pid: 100 }, restart: { protocol } }),
      explore: { strategy: 'replay', schedules: 1, depth: 1, schedule },
    });

    it('is the one run that is made', async () => {
      const { record } = await runCase(onSchedule([]), on);
      const verdict = await runCase(onSchedule(record!.schedule!), on);
      assert.equal(verdict.status, 'pass', JSON.stringify(verdict.violations));
      assert.deepEqual(verdict.tried, { strategy: 'replay', schedules: 1, complete: false });
      assert.deepEqual(verdict.record!.schedule, record!.schedule);
    });

    it('that cannot be followed is a failure of its own, which names the step', async () => {
      const { record } = await runCase(onSchedule([]), on);
      const [first, ...rest] = record!.schedule!;
      const { status, violations } = await runCase(onSchedule([first!, '100: no_such_function: step', ...rest]), on);
      assert.equal(status, 'fail');
      assert.deepEqual(
        violations.map(({ property }) => property),
        ['schedule-departed'],
      );
      assert.match(violations[0]!.message, /step 2 of \d+: 100: no_such_function: step/);
    });
  });

  describe('a search that was stopped is incomplete', () => {
    const searched = (expect: Parameters<typeof aCase>[0] = {}, protocol = 'hardened'): Case => ({
      ...aCase(expect),
      restart: { ...aCase().restart, protocol },
      explore: { strategy: 'exhaustive', schedules: 1, depth: 1 },
    });

    it('by an interrupt before it found anything', async () => {
      const verdict = await runCase(aCase(), { backend: aBackend(), signal: AbortSignal.abort(), find: byLog });
      assert.equal(verdict.status, 'incomplete');
      assert.deepEqual(verdict.tried.stopped, { by: 'interrupt' });
    });

    it('by its limit of states, and says which limit it was', async () => {
      const verdict = await runCase(searched(), { backend: simulated(), maxStates: 10 });
      assert.equal(verdict.status, 'incomplete');
      assert.deepEqual(verdict.tried.stopped, { by: 'states', limit: 10 });
      assert.match(verdict.reason!, /10 states/);
      assert.equal((await runCase(searched(), { backend: simulated(), maxStates: 10_000 })).status, 'pass');
    });

    it('by its time, also where all of its schedules but the first would take hours', async () => {
      const c: Case = { ...aCase(), explore: { strategy: 'random', schedules: 1_000_000_000, depth: 1 } };
      const verdict = await runCase({ ...c, restart: { ...c.restart, protocol: 'hardened' } }, { ...on, timeout: 50 });
      assert.equal(verdict.status, 'incomplete');
      assert.deepEqual(verdict.tried.stopped, { by: 'time', limit: 50 });
      assert.ok(verdict.tried.schedules > 0);
    });

    it('by its memory', async () => {
      const c = { ...LARGE, restart: { ...LARGE.restart, protocol: 'hardened' }, image: { ...LARGE.image } };
      const { status, tried } = await runCase({ ...c, faults: [] }, { ...on, maxMemory: 10_000_000, find: () => [] });
      assert.equal(status, 'incomplete');
      assert.deepEqual(tried.stopped, { by: 'memory', limit: 10_000_000 });
    });

    it('also where what has to show has not shown yet', async () => {
      const c = searched({ violates: ['context-released'], leftWaiting: [101] });
      const verdict = await runCase(c, { backend: simulated(), maxStates: 10 });
      assert.equal(verdict.status, 'incomplete');
      assert.deepEqual(verdict.violations, []);
      assert.equal((await runCase(c, { backend: simulated(), maxStates: 10_000 })).status, 'fail');
    });
  });

  describe('a defect of the backend is a verdict, not an exception', () => {
    for (const method of ['run', 'capabilities'] as const) {
      it(`when ${method} rejects`, async () => {
        const backend = aBackend();
        backend[method].rejects(new Error('it broke'));
        const verdict = await runCase(aCase(), { backend });
        assert.equal(verdict.status, 'error');
        assert.match(verdict.reason ?? '', /it broke/);
      });
    }

    it('when refuses throws', async () => {
      const backend = aBackend();
      backend.refuses.throws(new Error('it broke'));
      assert.equal((await runCase(aCase(), { backend })).status, 'error');
    });
  });

  describe('violates', () => {
    it('a known defect that shows is no failure', async () => {
      const verdict = await runCase(aCase({ violates: ['a'] }), { backend: aBackend(showing('a')), find: byLog });
      assert.equal(verdict.status, 'pass');
      assert.deepEqual(
        verdict.known.map(({ property }) => property),
        ['a'],
      );
      assert.equal(verdict.record?.events.length, 1, 'the run that shows it is kept');
    });

    it('is enough to be shown by one run of several, and each property by another', async () => {
      const backend = aBackend(showing());
      backend.run.onCall(1).resolves(showing('a'));
      backend.run.onCall(2).resolves(showing('b', 'a'));
      const verdict = await runCase(aCase({ violates: ['a', 'b'] }), { backend, schedules: 4, find: byLog });
      assert.equal(verdict.status, 'pass');
      assert.deepEqual(verdict.known.map(({ property }) => property).sort(), ['a', 'b']);
    });

    it('one that does not show fails the case, at its place in the file', async () => {
      const position = { file: 'a.yaml', line: 9, column: 2 };
      const c = aCase({ violates: ['a', 'b'] }, { positions: { 'expect.violates': position } });
      const verdict = await runCase(c, { backend: aBackend(showing('a')), find: byLog });
      assert.equal(verdict.status, 'fail');
      assert.equal(verdict.violations.length, 1);
      assert.equal(verdict.violations[0]?.property, 'expectation');
      assert.match(verdict.violations[0]?.message ?? '', /\bb\b/);
      assert.deepEqual(verdict.violations[0]?.position, position);
    });

    it('one that only may show does not have to, and is reported when it does', async () => {
      const c = aCase({ mayViolate: ['rare'] });
      const without = await runCase(c, { backend: aBackend(showing()), find: byLog });
      assert.deepEqual([without.status, without.known.length], ['pass', 0]);
      const shown = await runCase(c, { backend: aBackend(showing('rare')), find: byLog });
      assert.deepEqual([shown.status, shown.known.map(({ property }) => property)], ['pass', ['rare']]);
      const otherwise = await runCase(c, { backend: aBackend(showing('rare')), find: byLog, protocol: 'patch' });
      assert.equal(otherwise.status, 'fail');
    });

    it('does not excuse another property', async () => {
      const verdict = await runCase(aCase({ violates: ['a'] }), { backend: aBackend(showing('a', 'x')), find: byLog });
      assert.equal(verdict.status, 'fail');
      assert.deepEqual(
        verdict.violations.map(({ property }) => property),
        ['x'],
      );
    });

    it('is neither required nor excused on another protocol than the one that the file names', async () => {
      const c = aCase({ violates: ['a'], coordinator: ['ok'] });
      const judged: string[] = [];
      const find: FindViolations = (subject, record) => {
        judged.push(subject.restart.protocol);
        assert.deepEqual(subject.expect.coordinator, []);
        return byLog(subject, record);
      };
      const clean = await runCase(c, { backend: aBackend(showing()), protocol: 'hardened', find });
      assert.equal(clean.status, 'pass');
      assert.equal(clean.protocol, 'hardened');
      const dirty = await runCase(c, { backend: aBackend(showing('a')), protocol: 'hardened', find });
      assert.equal(dirty.status, 'fail');
      assert.deepEqual(judged, ['hardened', 'hardened']);
    });
  });

  describe('left-waiting', () => {
    const leaving = (...pids: number[]) =>
      aRecord({
        tasks: Object.fromEntries([100, 101].map((pid) => [pid, anEnd(pids.includes(pid) ? 'waiting' : 'killed')])),
      });

    it('each task named must be left waiting in some run', async () => {
      const backend = aBackend();
      backend.run.onCall(0).resolves(leaving(100));
      backend.run.onCall(1).resolves(leaving(101));
      const verdict = await runCase(aCase({ leftWaiting: [100, 101] }), { backend, schedules: 2, find: byLog });
      assert.equal(verdict.status, 'pass');
    });

    it('one that never is fails the case', async () => {
      const verdict = await runCase(aCase({ leftWaiting: [100, 101] }), {
        backend: aBackend(leaving(100)),
        find: byLog,
      });
      assert.equal(verdict.status, 'fail');
      assert.match(verdict.violations[0]?.message ?? '', /101/);
    });
  });

  describe('explore', () => {
    const explore = { strategy: 'random' as const, schedules: 3, depth: 1 };

    it('tries as many schedules as the file says, or as the caller says instead', async () => {
      const tried = async (options: { schedules?: number }) =>
        (await runCase(aCase({}, { explore }), { backend: simulated(), find: byLog, ...options })).tried;
      assert.equal((await tried({})).schedules, 3);
      assert.equal((await tried({ schedules: 5 })).schedules, 5);
    });

    it('is one run on a backend that cannot be scheduled, unless the caller asks for more', async () => {
      const backend = aBackend();
      const exhaustive = { ...explore, strategy: 'exhaustive' as const };
      const verdict = await runCase(aCase({}, { explore: exhaustive }), { backend, find: byLog });
      assert.equal(backend.run.callCount, 1);
      assert.equal(verdict.tried.complete, false);
    });
  });

  it('gives the same verdict when repeated, but for the time it took', async () => {
    const run = async () => ({
      ...(await runCase(aCase(), { backend: aBackend(), seed: '5', schedules: 4 })),
      duration: 0,
    });
    assert.deepEqual(await run(), await run());
  });
});
