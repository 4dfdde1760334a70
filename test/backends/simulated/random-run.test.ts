import assert from 'node:assert/strict';
import { Draws } from '../../../src/backends/draws.ts';
import { SMALL_CASES } from './support/cases.ts';
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
        if (!randomWalk) continue;
        const draws = new Draws(name);
        const enabled = new Int32Array(machine.actors.length);
        for (let i = 0; i < SCHEDULES; i++) {
          draws.goTo(i);
          assert.equal(randomWalk.run(draws, LENGTH, NO_LIMIT), true, name);
          const final = machine.state.slice();
          machine.reset();
          for (const actor of randomWalk.moves.subarray(0, randomWalk.length)) {
            assert.ok(enabled.subarray(0, machine.enabled(enabled)).includes(actor), `${name}, schedule ${i}`);
            machine.step(actor);
          }
          assert.deepEqual(machine.state, final, `${name}, schedule ${i}`);
          assert.equal(machine.enabled(enabled), 0, `${name}, schedule ${i}`);
        }
      }
    });
  }

  it('exist for every case except those with a delay', () => {
    const without = [...SMALL_CASES].filter(([, c]) => !openMachine(c, 'series').randomWalk).map(([name]) => name);
    assert.deepEqual(without, ['a delay']);
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
