import assert from 'node:assert/strict';
import { Draws } from '../../../src/backends/draws.ts';
import { randomChooser, walk } from '../../../src/backends/walk.ts';
import { buildCase, SMALL_CASES } from './support/cases.ts';
import { MAIN_PROTOCOLS, openMachine } from './support/machines.ts';

/** Of each case under each protocol. */
const SCHEDULES = 5;
const LENGTH = 60;
const NO_LIMIT = 100_000;

describe('random runs without polling the actors', function () {
  this.timeout(60_000);

  for (const protocol of MAIN_PROTOCOLS) {
    it(`take only steps of enabled actors, to the end: ${protocol}`, () => {
      for (const [name, c] of SMALL_CASES) {
        const machine = openMachine(c, protocol);
        const { randomWalk } = machine;
        const draws = new Draws(name);
        const enabled = new Int32Array(machine.actors.length);
        for (let i = 0; i < SCHEDULES; i++) {
          draws.goTo(i);
          assert.equal(randomWalk!.run(draws, LENGTH, NO_LIMIT), true, name);
          const final = machine.state.slice();
          machine.reset();
          for (const actor of randomWalk!.moves.subarray(0, randomWalk!.length)) {
            assert.ok(enabled.subarray(0, machine.enabled(enabled)).includes(actor), `${name}, schedule ${i}`);
            machine.step(actor);
          }
          assert.deepEqual(machine.state, final, `${name}, schedule ${i}`);
          assert.equal(machine.enabled(enabled), 0, `${name}, schedule ${i}`);
        }
      }
    });
  }

  it('are the same when coverage is marked, and mark what the runs reach', () => {
    for (const [name, c] of SMALL_CASES) {
      const plain = openMachine(c, 'series');
      const covered = openMachine(c, 'series', { coverage: true });
      const stepped = openMachine(c, 'series', { coverage: true });
      const draws = [new Draws(name), new Draws(name)] as const;
      for (let i = 0; i < SCHEDULES; i++) {
        for (const one of draws) one.goTo(i);
        plain.randomWalk!.run(draws[0], LENGTH, NO_LIMIT);
        covered.randomWalk!.run(draws[1], LENGTH, NO_LIMIT);
        const moves = plain.randomWalk!.moves.slice(0, plain.randomWalk!.length);
        assert.deepEqual(covered.randomWalk!.moves.slice(0, covered.randomWalk!.length), moves, name);
        stepped.reset();
        for (const actor of moves) stepped.step(actor);
      }
      assert.deepEqual(covered.coverage(), stepped.coverage(), name);
    }
  });

  it('let delayed tasks move as evenly as step by step', () => {
    const c = buildCase('held back', {
      tree: { pid: 100, children: [{ pid: 101 }] },
      faults: [{ delay: [100, 101], when: 'start', times: 1 }],
    });
    const machine = openMachine(c, 'series');
    const ends = (run: (draws: Draws) => void): Map<string, number> => {
      const counts = new Map<string, number>();
      for (let i = 0; i < 3_000; i++) {
        const draws = new Draws('delayed');
        draws.goTo(i);
        run(draws);
        const key = JSON.stringify(machine.outcome());
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      return counts;
    };
    const fast = ends((draws) => machine.randomWalk!.run(draws, LENGTH, NO_LIMIT));
    const slow = ends((draws) =>
      walk(
        machine,
        randomChooser(machine, () => draws.fraction(), LENGTH),
        NO_LIMIT,
      ),
    );
    for (const [end, times] of slow)
      assert.ok(Math.abs((fast.get(end) ?? 0) - times) < 250, `${times} times and ${fast.get(end)}: ${end}`);
  });

  it('of a tree in which most tasks wait for a lock only do what can be done, to the end', () => {
    // All 200 are killed at once, and want the task list lock for their exit.
    const c = buildCase('a crowd', {
      tree: { generate: { shape: 'random', tasks: 200 } },
      faults: [
        { kill: 100, when: { coordinator: 'wait' } },
        { delay: [101, 102, 103], when: 'any' },
      ],
    });
    for (const protocol of MAIN_PROTOCOLS) {
      const machine = openMachine(c, protocol);
      const enabled = new Int32Array(machine.actors.length);
      const draws = new Draws('crowd');
      for (let i = 0; i < 3; i++) {
        draws.goTo(i);
        assert.ok(machine.randomWalk!.run(draws, 3_000, NO_LIMIT));
        const moves = machine.randomWalk!.moves.slice(0, machine.randomWalk!.length);
        const final = machine.state.slice();
        machine.reset();
        for (const actor of moves) {
          assert.ok(enabled.subarray(0, machine.enabled(enabled)).includes(actor));
          machine.step(actor);
        }
        assert.deepEqual(machine.state, final);
        assert.equal(machine.enabled(enabled), 0);
      }
    }
  });

  it('stop at the limit', () => {
    const { randomWalk } = openMachine(SMALL_CASES.get('two tasks')!, 'series');
    assert.equal(randomWalk!.run(new Draws(''), LENGTH, 17), false);
    assert.equal(randomWalk!.length, 17);
  });

  it('draw evenly among the enabled tasks', () => {
    const { randomWalk } = openMachine(SMALL_CASES.get('two tasks')!, 'series');
    const draws = new Draws('even');
    const first = [0, 0, 0];
    for (let i = 0; i < 30_000; i++) {
      draws.goTo(i);
      randomWalk!.run(draws, LENGTH, 1);
      first[randomWalk!.moves[0]!]!++;
    }
    for (const times of first) assert.ok(Math.abs(times - 10_000) < 400, String(first));
  });
});

describe('draws', () => {
  it('are the same for the same seed and schedule, in whatever order these come', () => {
    const draws = new Draws('a');
    const of = (schedule: number): number[] => {
      draws.goTo(schedule);
      return Array.from({ length: 20 }, () => draws.below(1_000_000));
    };
    const seventh = of(7);
    assert.notDeepEqual(of(8), seventh);
    assert.deepEqual(of(7), seventh);
    assert.notDeepEqual(new Draws('b').below(1_000_000), seventh[0]);
  });

  it('are within their bounds, and reach them', () => {
    const draws = new Draws('bounds');
    const seen = new Set(Array.from({ length: 1000 }, () => draws.below(5)));
    assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4]);
    for (let i = 0; i < 1000; i++) assert.ok(draws.fraction() < 1);
  });
});
