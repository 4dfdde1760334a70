import assert from 'node:assert/strict';
import type { Machine } from '../../../src/backends/backend.ts';
import { simulated } from '../../../src/backends/simulated/index.ts';
import { follow, describe as inWords } from '../../../src/explore/index.ts';
import { endOfOutcome, endOfRecord } from '../../../src/injector/ends.ts';
import type { Case } from '../../../src/model/case.ts';
import type { ScenarioDocument } from '../../../src/scenario/index.ts';
import { expandCases, judgeRecord, runOnce, useNative } from './support.ts';

type Document = Omit<ScenarioDocument, 'scenario'>;
const two: Document['tree'] = { pid: 100, children: [{ pid: 101 }] };
const any = 'any' as const;

/** One of each kind of thing that scenarios can say. */
const DOCUMENTS: Readonly<Record<string, Document>> = {
  'two tasks': { tree: two },
  'a signal': { tree: two, faults: [{ signal: 'SIGUSR1', to: [100, 101, 'coordinator'], when: any }] },
  'a kill': { tree: two, faults: [{ kill: [100, 101, 'coordinator'], when: any }] },
  'a stop': { tree: two, faults: [{ stop: [101, 'coordinator'], when: any }] },
  'a stop, and a kill': {
    tree: { pid: 100 },
    faults: [
      { stop: 100, when: any },
      { kill: 100, when: any },
    ],
  },
  'a tracer that attaches': { tree: two, faults: [{ ptrace: [100, 101], when: any }] },
  'a tracer from the start': { tree: { pid: 100, children: [{ pid: 101, 'traced-by': 100 }] } },
  'a thread that is killed': { tree: { pid: 100, threads: [101] }, faults: [{ kill: 101, when: any }] },
  'a ghost': { tree: { pid: 100, children: [{ pid: 101, ghost: true }] }, faults: [{ kill: [100, 101], when: any }] },
  'a zombie': { tree: { pid: 100, children: [{ pid: 101, state: 'zombie' }] }, faults: [{ kill: 101, when: any }] },
  'a fork': { tree: { pid: 100, forks: [{ pid: 110 }] }, faults: [{ signal: 'SIGTERM', to: 100, when: any }] },
  'a fork by a fault': { tree: two, faults: [{ fork: 101, when: any }] },
  'an exit': { tree: two, faults: [{ exit: 101, when: any }] },
  'a delay': { tree: two, faults: [{ delay: 101, when: any }] },
  'a wake-up for nothing': { tree: two, faults: [{ wake: 101, when: any }] },
  'no memory': { tree: two, faults: [{ fail: 'kmalloc', when: any }], restart: { debug: true } },
  'an unreadable image': { tree: two, faults: [{ fail: 'image-read', when: any }] },
  'a truncated image': { tree: two, image: { truncate: 'tail' } },
  'the same pid twice': { tree: two, image: { pids: [100, 100] } },
  'too few tasks': { tree: two, image: { pids: [100, 101, 102] } },
  'an absent task': { tree: { pid: 100, children: [{ pid: 101, absent: true }] } },
  'a nested coordinator': { tree: { pid: 100, children: [{ pid: 101, 'restarting-itself': true }] } },
  'a frozen tree': { tree: two, restart: { flags: ['frozen'] }, faults: [{ kill: 101, when: any }] },
  'a task alone': { tree: { pid: 100 }, restart: { flags: ['taskself'] }, faults: [{ kill: 100, when: any }] },
};

/** The coordinator freezes a tree in which task 101 may not have had a processor yet. */
const FREEZES_EARLY = [
  '100: task_main: state',
  'coordinator: set_task_ctx: spin_lock alloc_lock x3',
  '100: get_task_ctx: spin_lock alloc_lock',
  'coordinator: restore_activate_next: wake_up_process state',
  '100: restore_task_done: load nr_total',
  'kill-1',
  'coordinator: wait_all_tasks_finish: wait_for_completion_interruptible complete',
  '100: restore_notify_error: complete complete',
  'coordinator: wait_all_tasks_finish: wait_for_completion_interruptible complete',
  '100: restore_notify_error: wake_up_all ghostq',
  'coordinator: ckpt_kread: _ckpt_kread file',
  '100: do_exit: load checkpoint_ctx',
  'coordinator: task_main: state',
];

/** Schedules that are imposed on real tasks for each case and protocol. */
const WALKS = 3;
/** Runs of a case, left to itself, that the model has to be able to follow. */
const FREE_RUNS = 4;

/**
 * A random schedule, the same for the same number. With an even number an actor continues for a while, and faults that may
 * fire at any moment are drawn seldom, so that they fire late.
 */
function walk(machine: Machine, number: number): number[] {
  const enabled = new Int32Array(machine.actors.length);
  const moves: number[] = [];
  let chance = 7919 * number + 17;
  const choose = (options: number): number => {
    chance = (Math.imul(chance, 1103515245) + 12345) & 0x7fffffff;
    return (chance >> 8) % options;
  };
  machine.reset();
  for (let n = machine.enabled(enabled); n > 0; n = machine.enabled(enabled)) {
    const able = [...enabled.subarray(0, n)];
    const tasks = able.filter((actor) => actor < machine.firstEvent);
    const among = number % 2 === 0 && tasks.length > 0 && choose(24) > 0 ? tasks : able;
    const last = moves.at(-1)!;
    const goesOn = number % 2 === 0 && among.includes(last) && choose(6) > 0;
    const actor = goesOn ? last : among[choose(among.length)]!;
    machine.step(actor);
    moves.push(actor);
  }
  return moves;
}

describe('Real tasks and the simulated kernel', () => {
  const backend = useNative();
  const model = simulated();

  function openMachine(c: Case, protocol: string): Machine {
    return model.open({ case: c, protocol, seed: '0', maxSteps: 100_000 });
  }

  for (const [name, document] of Object.entries(DOCUMENTS)) {
    for (const protocol of ['series', 'hardened', 'patch']) {
      it(`end alike under the same schedule: ${name}, ${protocol}`, async function () {
        this.timeout(30_000);
        const [c] = expandCases(document);
        const machine = openMachine(c!, protocol);
        for (let i = 0; i < WALKS; i++) {
          const moves = walk(machine, i);
          const expected = endOfOutcome(machine.outcome());
          const schedule = inWords(machine, moves);
          const record = await runOnce(backend(), c!, { protocol, schedule });
          assert.equal(endOfRecord(record), expected, schedule.join('\n'));
        }
      });
    }
  }

  for (const protocol of ['series', 'hardened', 'patch']) {
    it(`do, left to themselves, step by step what the model can do: ${protocol}`, async function () {
      this.timeout(60_000);
      for (const [name, document] of Object.entries(DOCUMENTS)) {
        const [c] = expandCases(document);
        const machine = openMachine(c!, protocol);
        for (let i = 0; i < FREE_RUNS; i++) {
          const record = await runOnce(backend(), c!, { protocol, seed: String(i * 7) });
          const { missed } = follow(machine, record.schedule!, 100_000);
          assert.deepEqual(missed, [], `${name}, seed ${i * 7}`);
          assert.equal(endOfRecord(record), endOfOutcome(machine.outcome()), `${name}, seed ${i * 7}`);
        }
      }
    });
  }

  it('agree on a task that never calls restart, however late it gets a processor', async function () {
    this.timeout(60_000);
    const protocol = 'hardened-reads-continue-after-error';
    const [c] = expandCases({
      tree: { pid: 100, children: [{ pid: 101, absent: true }] },
      image: { pids: [100] },
      faults: [{ kill: 100, when: { task: 100, at: 'sync-3' } }],
      restart: { flags: ['frozen'], protocol },
    });
    const machine = openMachine(c!, protocol);
    follow(machine, FREEZES_EARLY, 100_000);
    const expected = endOfOutcome(machine.outcome());
    assert.match(expected, /101 frozen/);
    for (let i = 0; i < 60; i++) {
      const record = await runOnce(backend(), c!, { protocol, schedule: FREEZES_EARLY });
      assert.equal(endOfRecord(record), expected, `run ${i}`);
    }
  });

  it('show the counterexamples of the published protocol', async function () {
    this.timeout(60_000);
    const shown: string[] = [];
    for (const [name, document] of Object.entries(DOCUMENTS)) {
      const [c] = expandCases({ ...document, restart: { ...document.restart, protocol: 'series' } });
      const machine = model.open({ case: c!, protocol: 'series', seed: '0', maxSteps: 100_000 }, { trace: true });
      const found = new Set<string>();
      for (let i = 0; i < 12; i++) {
        const moves = walk(machine, i);
        const expected = judgeRecord(c!, machine.record('0', [], 'over'));
        if (expected.every((property) => found.has(property))) continue;
        const record = await runOnce(backend(), c!, { schedule: inWords(machine, moves) });
        assert.deepEqual(new Set(judgeRecord(c!, record)), new Set(expected), `${name}, walk ${i}`);
        for (const property of expected) found.add(property);
      }
      for (const property of found) shown.push(`${property}: ${name}`);
    }
    assert.ok(shown.length >= 5, `violated on real processes: ${shown.join('; ')}`);
    assert.ok(new Set(shown.map((one) => one.split(':')[0])).size >= 3, shown.join('; '));
  });
});
