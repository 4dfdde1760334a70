import assert from 'node:assert/strict';
import fc from 'fast-check';
import { walk } from '../../src/backends/walk.ts';
import { countSwitches, shrinkMoves, smallerCases } from '../../src/explore/index.ts';
import { smallerCriuCases } from '../../src/explore/smaller-criu.ts';
import { smallerRuntimeCases } from '../../src/explore/smaller-runtime.ts';
import { type Case, USUAL_MEMORY } from '../../src/model/case.ts';
import { PLAIN_CRIU } from '../../src/model/criu.ts';
import { parseScenarios } from '../../src/scenario/index.ts';
import { SMALL_CASES } from '../backends/simulated/support/cases.ts';
import { drawn, MAX_STEPS, replayMoves, violated } from '../backends/simulated/support/judged.ts';
import { MAIN_PROTOCOLS, openMachine } from '../backends/simulated/support/machines.ts';

const aSchedule = fc.record({
  name: fc.constantFrom(...SMALL_CASES.keys()),
  protocol: fc.constantFrom(...MAIN_PROTOCOLS),
  seed: fc.string({ maxLength: 8 }),
});

describe('shrinking a schedule', function () {
  this.timeout(60_000);

  it('keeps the violation, and never makes it longer', () => {
    let shrunk = 0;
    const property = fc.property(aSchedule, ({ name, protocol, seed }) => {
      const machine = openMachine(SMALL_CASES.get(name)!, protocol, { trace: true });
      const { moves } = walk(machine, drawn(seed), MAX_STEPS);
      const [wanted] = violated(machine, replayMoves(machine, moves));
      if (wanted === undefined) return;
      const shows = (candidate: readonly number[]): boolean =>
        violated(machine, replayMoves(machine, candidate)).includes(wanted);
      const small = shrinkMoves(machine, moves, shows);
      assert.ok(shows(small), `${wanted} is gone`);
      const [before, after] = [countSwitches(moves), countSwitches(small)];
      assert.ok(after < before || (after === before && small.length <= moves.length), `${before} became ${after}`);
      assert.deepEqual(shrinkMoves(machine, small, shows), small, 'shrinks on when asked again');
      shrunk++;
    });
    fc.assert(property, { numRuns: 60, seed: 4 });
    assert.ok(shrunk >= 15, `only ${shrunk} schedules violated anything`);
  });

  it('gives runs that come to their end', () => {
    const machine = openMachine(SMALL_CASES.get('two tasks')!, 'series');
    const { moves } = walk(machine, drawn('7'), MAX_STEPS);
    const small = shrinkMoves(machine, moves, () => true);
    machine.reset();
    for (const actor of small) machine.step(actor);
    assert.equal(machine.enabled(new Int32Array(machine.actors.length)), 0);
    assert.ok(countSwitches(small) < countSwitches(moves));
  });
});

describe('smaller cases', () => {
  it('are smaller, and sound', () => {
    for (const [name, c] of SMALL_CASES) {
      for (const smaller of smallerCases(c)) {
        assert.ok(sizeOf(smaller) < sizeOf(c), name);
        const pids = new Set(smaller.tasks.map(({ pid }) => pid));
        const named = [
          ...smaller.tasks.flatMap(({ parent, creator, leader }) => [parent, creator, leader]),
          ...smaller.faults.flatMap(({ targets }) => targets),
        ];
        for (const id of named) assert.ok(id === 'coordinator' || pids.has(id), `${name}: ${id} is gone`);
        assert.equal(walk(openMachine(smaller, 'series'), drawn('1'), MAX_STEPS).end, 'over', name);
      }
    }
  });
});

/** Tasks, what is special about them, faults, their targets, the image, and words of the call. */
function sizeOf(c: Case): number {
  const special = c.tasks.filter(
    ({ tracedBy, owner, flags }) => tracedBy !== undefined || owner !== 'self' || flags > 0,
  );
  const zombies = c.tasks.filter(({ state }) => state === 'zombie');
  const targets = c.faults.reduce((sum, fault) => sum + fault.targets.length, 0);
  const { debug, flags } = c.restart;
  return (
    special.length +
    zombies.length +
    c.tasks.length +
    c.faults.length +
    targets +
    c.image.pids.length +
    (debug ? 1 : 0) +
    flags
  );
}

/** Leaves out the first word that can be left out, again and again: the case that is left, and how many words that took. */
function leaveOut(text: string, list: (c: Case) => Generator<Case>): { c: Case; steps: number } {
  const { cases, diagnostics } = parseScenarios(text, 'full.yaml');
  assert.deepEqual(diagnostics, []);
  let c = cases[0]!;
  for (let steps = 0; steps < 100; steps++) {
    const [next] = list(c);
    if (!next) return { c, steps };
    c = next;
  }
  assert.fail('it does not end');
}

describe('smaller cases for CRIU', () => {
  const FULL = `scenario: All words
tree: { pid: 100, stopped: true, memory: 8, blocked: [SIGUSR1], pending: [SIGUSR2], resources: [pipe, file] }
criu:
  namespace: own
  namespaces: [ipc, uts]
  rounds: [dump, restore, dump, restore]
  parallel: 2
  taken: [200]
  cgroup: { pids: 40 }
  freezer: { fault: thaw, after: pre-dump }
  script-fails: [post-restore]
  fault-point: { of: restore, number: 2 }
  dump-limits: { files: 100, pids: 30 }
  restore-options: { link-remap: true, shell-job: true }
  syscalls: { of: restore, call: openat, errno: ENOMEM }
  images: [{ file: core-100.img, truncate: 9 }, { file: mm-100.img, missing: true }]
`;

  it('leave out one word after the other, until the plain dump and restore of a plain task is left', () => {
    const { c, steps } = leaveOut(FULL, smallerCriuCases);
    assert.ok(steps > 15, `only ${steps} words are left out`);
    assert.deepEqual({ ...c.criu, limits: {}, options: {} }, PLAIN_CRIU);
    assert.deepEqual(c.tasks[0]!.criu, {
      stopped: false,
      blocked: [],
      pending: [],
      memory: USUAL_MEMORY,
      resources: [],
    });
  });
});

describe('smaller cases of container runtimes', () => {
  const FULL = `scenario: A full case of a runtime
tree: { pid: 100 }
runtime:
  name: podman
  network: bridge
  low-level: crun
  images: kept
  mounts: [{ tmpfs: /a }, { bind: /b, read-only: true }]
  limits: { memory: 67108864, pids: 30 }
  settings: [nice, umask]
  rounds: [leave-running, checkpoint, restore, exec]
  checkpoint-options: [--tcp-established]
  faults: [{ kill: criu, of: restore }, { disk: full, of: checkpoint }]
`;

  it('leave out one word after the other, until a plain container and one call are left', () => {
    const { c, steps } = leaveOut(FULL, smallerRuntimeCases);
    assert.ok(steps > 8, `only ${steps} words are left out`);
    const { repeat: _, ...left } = c.runtime!;
    assert.deepEqual(left, {
      name: 'podman',
      network: 'own',
      rounds: ['leave-running'],
      options: { checkpoint: [], restore: [] },
      faults: [],
    });
  });
});
