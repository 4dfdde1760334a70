/** A fault that fires in none of a case's runs is a failure of the case, on every backend and for every way to choose schedules. */
import assert from 'node:assert/strict';
import { native } from '../../src/backends/native/index.ts';
import { simulated } from '../../src/backends/simulated/index.ts';
import { KNOWN_NAMES } from '../../src/index.ts';
import { runCase } from '../../src/injector/index.ts';
import { faultsOfSchedule } from '../../src/injector/never-fired.ts';
import type { RunOptions } from '../../src/injector/run-case.ts';
import { Tally } from '../../src/injector/tally.ts';
import type { Case, Fault } from '../../src/model/case.ts';
import type { CriuRecord } from '../../src/record/criu.ts';
import { firedIn } from '../../src/record/criu-fired.ts';
import type { Verdict } from '../../src/record/verdict.ts';
import { parseScenarios } from '../../src/scenario/index.ts';
import { skipWithout } from '../support/available.ts';
import { aBackend, aCase, aRecord } from '../support/builders.ts';

function parseCase(text: string): Case {
  const { cases, diagnostics } = parseScenarios(`scenario: A\n${text}`, 'a.yaml', KNOWN_NAMES);
  assert.deepEqual(diagnostics, []);
  return cases[0]!;
}

const TREE = 'tree: { pid: 100, children: [{ pid: 101 }] }\n';
const backend = simulated();

function run(text: string, options: Partial<RunOptions> = {}): Promise<Verdict> {
  return runCase(parseCase(TREE + text), { backend, ...options });
}

/** The messages about faults that never fired. */
function silent({ violations }: Verdict): string[] {
  return violations.flatMap(({ property, message }) => (property === 'fault-never-fired' ? [message] : []));
}

describe('fault-never-fired', () => {
  /* The coordinator fails at tree with ESRCH: no task is ever marked, none leaves sync-1. */
  const unreached = 'image: { pids: [100, 101, 999] }\nrestart: { protocol: hardened }\n';
  const late = `${unreached}faults: [{ kill: 100, when: { task: 101, at: sync-3 } }]\n`;

  for (const explore of ['exhaustive', '{ strategy: random, schedules: 20 }', '{ strategy: pct, schedules: 20 }']) {
    it(`fails the case under explore: ${explore}, at the fault, with what did happen`, async () => {
      const verdict = await run(`${late}explore: ${explore}\nexpect: { coordinator: ESRCH }`);
      assert.equal(verdict.status, 'fail');
      const [violation] = verdict.violations;
      assert.equal(violation?.property, 'fault-never-fired');
      assert.deepEqual(violation.position, { file: 'a.yaml', line: 5, column: 10 });
      assert.match(violation.message, /kill-1.*task 101.*sync-3/);
      assert.match(violation.message, /task 101 reached .*sync-1/, 'the points that the task did reach');
      assert.match(violation.message, /coordinator ended as ESRCH/);
      assert.deepEqual(verdict.fired ?? [], []);
    });
  }

  it('is what optional: true allows', async () => {
    const text = late.replace('sync-3 }', 'sync-3 }, optional: true');
    assert.equal((await run(`${text}expect: { coordinator: ESRCH }`)).status, 'pass');
  });

  it('is not said of a fault that fired on one schedule of many, or on a way to an end that others reach too', async () => {
    const verdict = await run(
      'restart: { protocol: hardened }\nfaults: [{ wake: [100, 101], when: { task: 101, at: sync-2 } }]\nexplore: exhaustive\nexpect: { coordinator: ok }',
    );
    assert.equal(verdict.status, 'pass', JSON.stringify(verdict.violations));
    assert.deepEqual(verdict.fired, ['wake-1']);
  });

  it('names each of several faults that never fired, and what a follower waited for', async () => {
    const verdict = await run(
      `${unreached}faults:
  - { kill: 100, when: start, name: first }
  - { kill: 100, when: { task: 101, at: sync-3 }, name: second }
  - { kill: 101, when: { after: second }, name: third }
`,
      { find: () => [] },
    );
    assert.deepEqual(verdict.fired, ['first']);
    const messages = silent(verdict);
    assert.equal(messages.length, 2);
    assert.match(messages[1]!, /third.*second did not fire either/);
  });

  describe('a call that is to fail', () => {
    const fails = (fault: string) =>
      run(
        `restart: { protocol: hardened }\nfaults: [{ ${fault} }]\nexplore: exhaustive\nexpect: { coordinator: [ok, EIO, ENOMEM] }`,
      );

    it('has fired once the call has failed', async () => {
      for (const fault of [
        'fail: image-read, call: 3',
        'fail: image-read, when: { coordinator: tree }',
        'fail: kmalloc',
        'fail: image-read, when: any',
      ]) {
        assert.deepEqual(silent(await fails(fault)), [], fault);
      }
    });

    it('has not fired when there are too few calls, or none after it was due', async () => {
      const few = [
        'fail: image-read, call: 300',
        'fail: kmalloc, when: { coordinator: tail }',
        'fail: image-read, call: 9, when: { coordinator: tail }',
      ];
      for (const fault of few) assert.equal(silent(await fails(fault)).length, 1, fault);
    });
  });

  it('is asked last: a failure of a run goes before it', async () => {
    const verdict = await run(`${late}expect: { coordinator: ok }`);
    assert.deepEqual(
      verdict.violations.filter(({ property }) => property === 'fault-never-fired'),
      [],
    );
    assert.equal(verdict.status, 'fail');
  });

  describe('of a schedule that is followed', () => {
    const two =
      'restart: { protocol: hardened }\nfaults: [{ wake: 100, when: any, name: one }, { wake: 101, when: any, name: other }]\n';

    it('is said of the faults that the schedule names', async () => {
      const missed = await run(two, { schedule: ['one', 'other'] });
      assert.deepEqual(silent(missed).length, 2, 'neither sleeps at the start, so neither can be woken');
    });

    it('knows a fault by its name, also with one of several targets', () => {
      const c = parseCase(TREE + two);
      const named = (...schedule: string[]) => [...faultsOfSchedule(c, schedule)];
      assert.deepEqual(named('one'), ['one']);
      assert.deepEqual(named('100: taskMain: state', 'other 101'), ['other']);
      assert.deepEqual(named('ones', 'one-2'), []);
    });

    it('is not said of the others', async () => {
      assert.deepEqual(silent(await run(two, { schedule: [] })), []);
    });
  });

  describe('on a backend that chooses for itself', () => {
    const fault: Fault = { verb: 'kill', name: 'kill-1', targets: [101], times: 1, when: { kind: 'any' } };
    const find = () => [];

    it('is decided by what its records say, over all runs', async () => {
      const double = aBackend(aRecord({}, { fired: [] }));
      const c = aCase({}, { faults: [fault] });
      assert.equal((await runCase(c, { backend: double, schedules: 3, find })).status, 'fail');
      double.run.onCall(4).resolves(aRecord({}, { fired: ['kill-1'] }));
      assert.equal((await runCase(c, { backend: double, schedules: 3, find })).status, 'pass');
    });

    it('is decided by the events of records that do not say', async () => {
      const event = {
        step: 1,
        actor: 'environment',
        kind: 'fault',
        fault: 'kill-1',
        verb: 'kill',
        target: 101,
      } as const;
      const c = aCase({}, { faults: [fault] });
      assert.equal((await runCase(c, { backend: aBackend(aRecord({}, { events: [event] })), find })).status, 'pass');
      assert.equal((await runCase(c, { backend: aBackend(), find })).status, 'fail');
    });
  });

  it('is looked for by the tally of the runs, but for those that may miss', () => {
    const fault = (name: string, optional?: true): Fault => ({
      verb: 'kill',
      name,
      targets: [101],
      times: 1,
      when: { kind: 'any' },
      ...(optional && { optional }),
    });
    const c = aCase({}, { faults: [fault('a'), fault('b'), fault('c', true)] });
    const tally = new Tally(() => ({ failures: [], known: [] }));
    tally.add(aRecord({}, { fired: ['a'] }));
    assert.deepEqual(tally.silent(c), ['b']);
  });

  it('is decided on real tasks by what the agent counted', async function () {
    this.timeout(120_000);
    // The limit is for a machine that has much else to do.
    const real = native({ limit: 60_000 });
    try {
      await skipWithout(real, this);
      const c = parseCase(
        `${TREE}restart: { protocol: hardened }
faults:
  - { signal: SIGUSR1, to: 100, when: start, name: comes }
  - { kill: 101, when: { coordinator: tail }, name: misses, optional: true }
image: { pids: [100, 101, 999] }
`,
      );
      const { fired, reason } = await runCase(c, { backend: real, find: () => [] });
      assert.deepEqual(fired, ['comes'], reason);
    } finally {
      await real.dispose();
    }
  });

  describe('with CRIU', () => {
    const nothing = { tasks: [], silent: [] };
    const ok = { exit: 0, errors: [] };
    const failed = { exit: 1, errors: ['cr-dump.c:1: no'] };
    const record = (more: Partial<CriuRecord>): CriuRecord => ({
      version: '4.1.1',
      before: nothing,
      dump: { of: 'dump', ...ok },
      afterDump: nothing,
      bystanders: { before: nothing, after: nothing },
      hits: [],
      stages: [],
      ownSubject: true,
      ...more,
    });
    const restored = { restore: { of: 'restore' as const, ...ok } };

    /** What a case says, a run in which it fired, and one in which it did not. */
    const KINDS: Record<string, [string, Partial<CriuRecord>, Partial<CriuRecord>]> = {
      'a signal at a stage': [
        'criu: {}\nfaults: [{ kill: 101, when: { criu: pre-resume } }]',
        { hits: [{ verb: 'signal', to: 101, signal: 9, stage: 'pre-resume', fault: 'kill-1' }] },
        {
          ...restored,
          stages: ['pre-resume'],
          hits: [{ verb: 'signal', to: 101, signal: 9, stage: 'pre-resume', fault: 'other' }],
        },
      ],
      'an action script that fails': [
        'criu: { script-fails: post-restore }',
        { ...restored, stages: ['pre-dump', 'post-restore'] },
        { ...restored, stages: ['pre-dump', 'pre-restore'] },
      ],
      'a fault point that ends the call': [
        'criu: { fault-point: { of: dump, number: 1 } }',
        { dump: { of: 'dump', ...failed } },
        restored,
      ],
      'a fault point that changes how CRIU works': [
        'criu: { fault-point: { of: restore, number: 130 } }',
        restored,
        { dump: { of: 'dump', ...failed } },
      ],
      'a change of the images': [
        'criu: { images: { file: core-101, missing: true } }',
        { ...restored, edits: [{ kind: 'missing', file: 'core-101' }] },
        { dump: { of: 'dump', ...failed } },
      ],
      'a pid that is taken': ['criu: { taken: 101 }', restored, { dump: { of: 'dump', ...failed } }],
      'limits of the restore': ['criu: { restore-limits: { pids: 3 } }', restored, { dump: { of: 'dump', ...failed } }],
    };

    for (const [kind, [text, fires, misses]] of Object.entries(KINDS)) {
      it(`knows when ${kind} has fired`, async () => {
        const c = parseCase(TREE + text);
        const verdictOn = (seen: CriuRecord) => {
          const double = aBackend(aRecord({}, { backend: 'criu', criu: seen, fired: firedIn(c, seen) }));
          return runCase(c, { backend: Object.assign(double, { name: 'criu' as const }), find: () => [] });
        };
        assert.deepEqual(silent(await verdictOn(record(fires))), []);
        const missed = await verdictOn(record(misses));
        assert.equal(silent(missed).length, 1);
        assert.equal(missed.violations[0]?.position?.file, 'a.yaml');
        assert.ok((missed.violations[0]?.position?.line ?? 0) > 2, 'the place of the fault, not of the scenario');
      });
    }

    it('knows which of several system calls was met', () => {
      const call = (of: string, name: string) => `{ of: ${of}, call: ${name}, errno: ENOMEM }`;
      const calls = [call('restore', 'clone3'), call('dump', 'openat'), call('dump', 'mmap'), call('restore', 'mmap')];
      const c = parseCase(`${TREE}criu: { syscalls: [${calls.join(', ')}] }`);
      const hit = (index: number) => ({ index, call: 'x', args: [] });
      const seen = record({
        dump: { of: 'dump', ...ok, injected: [hit(1)] },
        restore: { of: 'restore', ...ok, injected: [hit(0)] },
      });
      assert.deepEqual(firedIn(c, seen), ['criu.syscalls.0', 'criu.syscalls.2']);
    });

    it('names the stages that were reached, and why the calls ended', async () => {
      const c = parseCase(`${TREE}criu: { script-fails: post-restore }`);
      const seen = record({ dump: { of: 'dump', ...failed }, stages: ['pre-dump'] });
      const double = Object.assign(aBackend(aRecord({}, { backend: 'criu', criu: seen, fired: [] })), {
        name: 'criu' as const,
      });
      const [message] = silent(await runCase(c, { backend: double, find: () => [] }));
      assert.match(message!, /post-restore/);
      assert.match(message!, /pre-dump.*dump failed.*cr-dump\.c:1/);
    });
  });
});
