import assert from 'node:assert/strict';
import seedrandom from 'seedrandom';
import type { Machine, Outcome } from '../../src/backends/backend.ts';
import { type Chooser, walk } from '../../src/backends/walk.ts';
import { countSwitches, pctBound, pctWalk, sample } from '../../src/explore/index.ts';
import { SMALL_CASES } from '../backends/simulated/support/cases.ts';
import { MAX_STEPS } from '../backends/simulated/support/judged.ts';
import { MAIN_PROTOCOLS, openMachine } from '../backends/simulated/support/machines.ts';

/** Two actors with `steps` steps each. It is a bug when actor 1 does step `b` after actor 0 has done `a` of its steps, and before `a + 1`. */
class Race implements Machine {
  readonly actors = ['0', '1'];
  readonly firstEvent = 2;
  readonly state = new Int32Array(3);
  private readonly steps: number;
  private readonly a: number;
  private readonly b: number;

  constructor(steps: number, a: number, b: number) {
    this.steps = steps;
    this.a = a;
    this.b = b;
  }

  reset(): void {
    this.state.fill(0);
  }

  enabled(out: Int32Array): number {
    let n = 0;
    for (const actor of [0, 1]) if (this.state[actor]! < this.steps) out[n++] = actor;
    return n;
  }

  step(actor: number): void {
    if (actor === 1 && this.state[1] === this.b && this.state[0] === this.a) this.state[2] = 1;
    this.state[actor]!++;
  }

  label(): string {
    return 'step';
  }

  alone(): boolean {
    return false;
  }

  outcome(): Outcome {
    return { coordinator: { end: 'x' }, tasks: {}, restores: [], context: null, findings: [], seen: this.state[2]! };
  }

  record(): never {
    throw new Error('this machine keeps no record');
  }
}

/** The strategy as it is published: among the enabled actors the one with the highest priority, looked for before each step. */
function published(machine: Machine, random: () => number, steps: number, depth: number): Chooser {
  const n = machine.actors.length;
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const priority = new Map(order.map((actor, i) => [actor, depth + i]));
  const falls = new Map<number, number>();
  for (let i = 1; i < depth; i++) falls.set(Math.floor(random() * steps), depth - i);
  const highest = (enabled: Int32Array): number => [...enabled].sort((a, b) => priority.get(b)! - priority.get(a)!)[0]!;
  return (enabled, count, step) => {
    const fall = falls.get(step);
    if (fall !== undefined) priority.set(highest(enabled.subarray(0, count)), fall);
    return highest(enabled.subarray(0, count));
  };
}

describe('pct', function () {
  this.timeout(60_000);

  it('makes the schedules of the strategy as it is published, in every case', () => {
    for (const protocol of MAIN_PROTOCOLS) {
      for (const [name, c] of SMALL_CASES) {
        const machine = openMachine(c, protocol);
        for (let seed = 0; seed < 5; seed++) {
          const depth = 1 + (seed % 5);
          const random = (): (() => number) => seedrandom.alea(`${seed}`);
          const expected = walk(machine, published(machine, random(), 150, depth), MAX_STEPS);
          const made = pctWalk(machine, random(), { steps: 150, depth, maxSteps: MAX_STEPS });
          assert.deepEqual(made, expected, `${name}, ${protocol}, seed ${seed}`);
        }
      }
    }
  });

  it('states the published bound', () => {
    assert.equal(pctBound(3, 10, 1), 1 / 3);
    assert.equal(pctBound(3, 10, 3), 1 / 300);
  });

  it('finds a bug of depth 2 at least as often as its bound says', () => {
    const runs = 20_000;
    for (const [a, b] of [
      [3, 0],
      [7, 5],
      [10, 9],
    ] as const) {
      const machine = new Race(10, a, b);
      const random = seedrandom.alea(`${a} ${b}`);
      let hits = 0;
      for (let i = 0; i < runs; i++) {
        pctWalk(machine, random, { steps: 20, depth: 2, maxSteps: 100 });
        hits += machine.state[2]!;
      }
      /* three standard deviations of so many runs */
      assert.ok(hits >= 0.87 * runs * pctBound(2, 20, 2), `${hits} of ${runs}`);
    }
  });

  it('of depth 1 has one order of priorities, from begin to end', () => {
    const machine = openMachine(SMALL_CASES.get('a signal to any of two')!, 'series');
    const enabled = new Int32Array(machine.actors.length);
    for (let seed = 0; seed < 20; seed++) {
      const wins = new Set<string>();
      const { moves } = pctWalk(machine, seedrandom.alea(`${seed}`), { steps: 100, depth: 1, maxSteps: MAX_STEPS });
      machine.reset();
      for (const chosen of moves) {
        for (const other of enabled.subarray(0, machine.enabled(enabled)))
          if (other !== chosen) wins.add(`${chosen} ${other}`);
        machine.step(chosen);
      }
      for (const win of wins) assert.ok(!wins.has(win.split(' ').reverse().join(' ')), `seed ${seed}: ${win}`);
    }
  });

  it('switches less often than the random strategy', () => {
    const machine = openMachine(SMALL_CASES.get('two tasks')!, 'hardened');
    const options = { schedules: 60, seed: '0', depth: 2, maxSteps: MAX_STEPS };
    const average = (strategy: 'pct' | 'random'): number => {
      const { endings } = sample(machine, { ...options, strategy });
      return endings.reduce((sum, { moves }) => sum + countSwitches(moves), 0) / endings.length;
    };
    assert.ok(average('pct') < average('random'));
  });
});
