import assert from 'node:assert/strict';
import { Draws } from '../../src/backends/draws.ts';
import { type SampleOptions, Schedules, sample, searchAll } from '../../src/explore/index.ts';
import { SMALL_CASES } from '../backends/simulated/support/cases.ts';
import { MAX_STEPS } from '../backends/simulated/support/judged.ts';
import { MAIN_PROTOCOLS, openMachine } from '../backends/simulated/support/machines.ts';

const NAMES = ['two tasks', 'a signal to any of two', 'two threads', 'a late child', 'a ghost', 'no memory', 'a delay'];
const OPTIONS: readonly SampleOptions[] = (['random', 'pct'] as const).map((strategy) => ({
  strategy,
  schedules: 30,
  seed: 'seven',
  depth: 3,
  maxSteps: MAX_STEPS,
}));

describe('sampling', function () {
  this.timeout(30_000);
  for (const options of OPTIONS) {
    it(`gives the same for the same seed, whatever else was run: ${options.strategy}`, () => {
      for (const protocol of MAIN_PROTOCOLS) {
        for (const name of NAMES) {
          const c = SMALL_CASES.get(name)!;
          const machine = openMachine(c, protocol);
          const first = sample(machine, options);
          sample(openMachine(c, protocol), { ...options, seed: 'other' });
          assert.deepEqual(sample(machine, options), first, `${name}: again`);
          assert.deepEqual(sample(openMachine(c, protocol), options), first, `${name}: on another machine`);
        }
      }
    });

    it(`has each schedule by its number, in any order: ${options.strategy}`, () => {
      const c = SMALL_CASES.get('a signal to any of two')!;
      const schedules = new Schedules(openMachine(c, 'series'), options);
      const run = (index: number): number[] => {
        const { moves, length } = schedules.run(index);
        return Array.from(moves).slice(0, length);
      };
      const forth = Array.from({ length: 10 }, (_, i) => run(i));
      const back = Array.from({ length: 10 }, (_, i) => run(9 - i)).reverse();
      assert.deepEqual(back, forth);
      assert.ok(new Set(forth.map(String)).size > 5, 'the schedules are hardly different');
    });

    it(`finds only endings that a search finds, each by moves that lead there: ${options.strategy}`, () => {
      for (const protocol of MAIN_PROTOCOLS) {
        const c = SMALL_CASES.get('a signal to any task')!;
        const machine = openMachine(c, protocol);
        const all = new Set(
          searchAll(machine, { reduce: false }).endings.map(({ outcome }) => JSON.stringify(outcome)),
        );
        for (const { outcome, moves } of sample(machine, options).endings) {
          assert.ok(all.has(JSON.stringify(outcome)));
          machine.reset();
          for (const actor of moves) machine.step(actor);
          assert.deepEqual(machine.outcome(), outcome);
        }
      }
    });
  }

  it('stops at a run that does not end within its limit, and reports it', () => {
    const { cut, schedules } = sample(openMachine(SMALL_CASES.get('two tasks')!, 'series'), {
      ...OPTIONS[0]!,
      maxSteps: 20,
    });
    assert.equal(schedules, 1);
    assert.equal(cut?.length, 20);
  });

  it('by the fast way makes steps that could be made one by one, and ends in the same state', () => {
    const enabled = new Int32Array(32);
    for (const protocol of MAIN_PROTOCOLS) {
      for (const name of NAMES) {
        const c = SMALL_CASES.get(name)!;
        const fast = openMachine(c, protocol);
        const slow = openMachine(c, protocol);
        const walk = fast.randomWalk;
        if (!walk) continue;
        const draws = new Draws(name);
        for (let i = 0; i < 20; i++) {
          draws.goTo(i);
          assert.ok(walk.run(draws, 100, MAX_STEPS));
          slow.reset();
          for (const actor of walk.moves.subarray(0, walk.length)) {
            assert.ok(enabled.subarray(0, slow.enabled(enabled)).includes(actor), `${name} ${i}: ${actor} can't move`);
            slow.step(actor);
          }
          assert.equal(slow.enabled(enabled), 0);
          assert.deepEqual(fast.state, slow.state);
        }
      }
    }
  });
});
