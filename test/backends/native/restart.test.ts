import assert from 'node:assert/strict';
import { native } from '../../../src/backends/native/index.ts';
import { DEPARTED } from '../../../src/injector/departed.ts';
import { runCase } from '../../../src/injector/index.ts';
import { expandCase, judgeRecord, readEnds, runOnce, useNative } from './support.ts';

const hardened = { protocol: 'hardened' };

describe('A restart of real tasks', () => {
  const backend = useNative();

  it('gives every task its own record and its saved value, in the order of the image', async () => {
    const c = expandCase({
      tree: { pid: 100, children: [{ pid: 101 }, { pid: 102, threads: [105] }] },
      restart: hardened,
    });
    const record = await runOnce(backend(), c);
    assert.deepEqual(readEnds(record), {
      coordinator: 'returned 0',
      100: 'returned 1000',
      101: 'returned 1001',
      102: 'returned 1002',
      105: 'returned 1003',
    });
    assert.deepEqual(record.final.restores, [
      [100, 0],
      [101, 1],
      [102, 2],
      [105, 3],
    ]); // prettier-ignore
    assert.equal(record.final.context?.freed, true);
    assert.deepEqual(judgeRecord(c, record), []);
  });

  it('refuses a task that a real tracer holds, kills the tasks that it had marked, and touches no other', async () => {
    for (const tracer of ['outsider', 100] as const) {
      const tree = { pid: 100, children: [{ pid: 101 }, { pid: 102, 'traced-by': tracer }, { pid: 103 }] };
      const c = expandCase({ tree, restart: hardened, expect: { 'left-waiting': [102, 103] } });
      const record = await runOnce(backend(), c);
      assert.deepEqual(readEnds(record), {
        coordinator: 'returned -16',
        100: 'killed',
        101: 'killed',
        102: 'waiting at sync-1',
        103: 'waiting at sync-1',
      });
      // A tracer of the tree may be dead by now, and have let go.
      const traced = record.census?.find(({ pid }) => pid === 102);
      if (tracer === 'outsider') assert.ok((traced?.tracer ?? 0) > 0, 'the kernel reports a tracer');
      assert.deepEqual(judgeRecord(c, record), []);
    }
  });

  it('restores a zombie into a zombie with its exit code, ends ghosts, and freezes the rest', async () => {
    const children = [{ pid: 101, state: 'zombie' as const, 'exit-code': 7 }, { pid: 102, ghost: true }, { pid: 103 }];
    const c = expandCase({ tree: { pid: 100, children }, restart: { ...hardened, flags: ['frozen'] } });
    const record = await runOnce(backend(), c);
    const { tasks } = record.final;
    assert.deepEqual(
      [tasks[100], tasks[101], tasks[102], tasks[103]].map((task) => task?.end),
      ['frozen', 'zombie', 'exited', 'frozen'],
    ); // prettier-ignore
    assert.equal(record.census?.find(({ pid }) => pid === 101)?.state, 'Z');
    assert.deepEqual(judgeRecord(c, record), []);
  });

  it('refuses a task of another owner', async function () {
    const c = expandCase({
      tree: { pid: 100, children: [{ pid: 101, owner: 'stranger' }] },
      restart: hardened,
      expect: { 'left-waiting': [101] },
    });
    const reason = backend().refuses(c, 'hardened');
    if (reason !== undefined) {
      console.log(`      skipped: ${reason}`);
      return this.skip();
    }
    const record = await runOnce(backend(), c);
    assert.deepEqual(readEnds(record), { coordinator: 'returned -1', 100: 'killed', 101: 'waiting at sync-1' });
    assert.deepEqual(judgeRecord(c, record), []);
  });

  it('ends a wait by a real signal, which is -EINTR', async () => {
    const faults = [{ signal: 'SIGUSR1' as const, to: 'coordinator' as const, when: { coordinator: 'wait' as const } }];
    const c = expandCase({ tree: { pid: 100, children: [{ pid: 101 }] }, faults, restart: hardened });
    const record = await runOnce(backend(), c);
    assert.equal(record.final.coordinator.result, -4);
    assert.ok(record.events.some(({ kind }) => kind === 'interrupted'));
    assert.deepEqual(judgeRecord(c, record), []);
  });

  it('kills every task when one is killed before all are done', async () => {
    const faults = [{ kill: 101, when: { task: 101, at: 'sync-2' as const } }];
    const c = expandCase({
      tree: { pid: 100, children: [{ pid: 101 }, { pid: 102, absent: true }] },
      faults,
      restart: hardened,
    });
    const record = await runOnce(backend(), c);
    assert.equal(record.final.tasks[101]?.end, 'killed');
    for (const [pid, { end }] of Object.entries(record.final.tasks)) {
      assert.equal(end, 'killed');
      const seen = record.census?.find((one) => one.pid === Number(pid));
      assert.ok(seen?.state === undefined || seen.state === 'Z', `${pid} is dead for the kernel`);
    }
    assert.deepEqual(judgeRecord(c, record), []);
  });

  it('takes a snapshot from the kernel when a fault fires, while every task is held', async () => {
    const children = [{ pid: 101 }, { pid: 102, state: 'dead' as const }];
    const faults = [{ kill: 101, when: { task: 100, at: 'sync-3' as const } }];
    const c = expandCase({ tree: { pid: 100, children }, image: { pids: [100, 101] }, faults, restart: hardened });
    const { snapshots, findings, census } = await runOnce(backend(), c);
    assert.deepEqual(
      snapshots?.map(({ fault }) => fault),
      ['kill-1'],
    ); // prettier-ignore
    const stateThen = (pid: number) => snapshots![0]!.tasks.find((task) => task.pid === pid)?.state;
    assert.match(stateThen(101)!, /[RS]/, 'alive when it was hit');
    assert.equal(stateThen(102), 'Z');
    assert.equal(census?.find(({ pid }) => pid === 101)?.state ?? 'Z', 'Z');
    assert.deepEqual(findings, []);
  });

  it('shows process groups, sessions and thread groups as declared', async () => {
    const tree = {
      pid: 100,
      children: [
        { pid: 101, session: 101, children: [{ pid: 104, session: 100, pgid: 100 }] },
        { pid: 102, pgid: 102, threads: [106] },
        { pid: 103, pgid: 102 },
        { pid: 107, sibling: true },
      ],
    };
    const c = expandCase({ tree, image: { pids: [100, 101, 104, 102, 106, 103] }, restart: hardened });
    const record = await runOnce(backend(), c);
    const census = new Map(record.census?.map((one) => [one.pid, one]));
    const coordinator = record.census?.find(({ task }) => task === 'coordinator')?.pid;
    assert.deepEqual(
      [101, 102, 103, 104].map((pid) => census.get(pid)?.session),
      [101, 100, 100, 100],
    ); // prettier-ignore
    assert.deepEqual(
      [101, 102, 103, 104].map((pid) => census.get(pid)?.pgid),
      [101, 102, 102, 100],
    ); // prettier-ignore
    assert.deepEqual(
      [101, 104, 106, 107].map((pid) => census.get(pid)?.parent),
      [100, 101, 100, coordinator],
    ); // prettier-ignore
    assert.equal(census.get(106)?.threads, 2);
  });

  it('supports dead tasks, absent tasks and tasks that exit', async () => {
    const children = [
      { pid: 101, state: 'dead' as const, 'exit-code': 3 },
      { pid: 102, exits: true },
      { pid: 103, absent: true },
    ];
    const c = expandCase({ tree: { pid: 100, children }, image: { pids: [100] }, restart: hardened });
    const { tasks } = (await runOnce(backend(), c)).final;
    assert.equal(tasks[101]?.end, 'untouched');
    assert.equal(tasks[102]?.end, 'exited');
    assert.ok(['untouched', 'killed'].includes(tasks[103]!.end));
  });

  it('reports a task that was marked and never called restart, and one that was never forked', async () => {
    const c = expandCase({
      tree: { pid: 100, children: [{ pid: 101, absent: true }] },
      image: { pids: [100, 101] },
      faults: [{ fork: 100, child: 110, when: { coordinator: 'out' } }],
      expect: {
        coordinator: 'blocked',
        tasks: { 101: 'marked', 110: 'never-forked' },
        'left-waiting': [100],
        all: ['outsiders-untouched'],
      },
    });
    assert.deepEqual(judgeRecord(c, await runOnce(backend(), c)), []);
    const otherwise = {
      ...c,
      expect: { ...c.expect, tasks: { 101: [{ outcome: 'untouched' }], 110: [{ outcome: 'resumed' }] } },
    };
    assert.deepEqual(judgeRecord(otherwise as typeof c, await runOnce(backend(), c)), ['expectation', 'expectation']);
  });

  it('reports a pinned schedule that does not fit as departed, and judges nothing else', async function () {
    this.timeout(60_000);
    const pinned = (schedule: readonly string[]) =>
      runCase(
        expandCase({
          tree: { pid: 100 },
          restart: hardened,
          explore: { schedule: [...schedule] },
          expect: { coordinator: 'EPERM' },
        }),
        { backend: backend() },
      );
    const found = async (schedule: readonly string[]) =>
      (await pinned(schedule)).violations.map(({ property }) => property);
    assert.deepEqual(await found(['100: restoreTask: no such step', '100: taskMain: state']), [DEPARTED]);
    assert.deepEqual(await found(['105: taskMain: state']), [DEPARTED]);
    assert.deepEqual(await found(['coordinator: taskMain: state']), ['expectation']);
  });

  it('has children that are forked while the coordinator is at work', async () => {
    const c = expandCase({ tree: { pid: 100, forks: [{ pid: 110 }] }, restart: hardened });
    for (let i = 0; i < 5; i++) {
      const record = await runOnce(backend(), c, { seed: String(i) });
      assert.ok(record.events.some((event) => event.kind === 'fork' && event.child === 110));
      assert.deepEqual(judgeRecord(c, record), []);
    }
  });

  it('lets a single task restart itself', async () => {
    const c = expandCase({ tree: { pid: 100 }, restart: { ...hardened, flags: ['taskself'] } });
    const record = await runOnce(backend(), c);
    assert.deepEqual(readEnds(record), { coordinator: 'returned 1000', 100: 'returned 1000' });
    assert.deepEqual(judgeRecord(c, record), []);
  });

  it('restores a thousand tasks, each step within the time limit', async function () {
    this.timeout(120_000);
    const patient = native({ limit: 2000 });
    const c = expandCase({ tree: { generate: { shape: 'binary', tasks: 1000 } }, restart: hardened });
    const record = await runOnce(patient, c);
    await patient.dispose();
    assert.equal(record.end, 'over');
    assert.equal(record.final.restores.length, 1000);
    assert.ok(Object.values(record.final.tasks).every(({ end }) => end === 'returned'));
  });
});
