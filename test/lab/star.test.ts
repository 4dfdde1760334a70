/** A star without an object for each task is the star of a case, and runs as it does. */
import assert from 'node:assert/strict';
import { buildStar } from '../../lab/bench/star.ts';
import { FirstRun } from '../../src/backends/simulated/first-run.ts';
import { setUp } from '../../src/backends/simulated/world.ts';
import { type Chooser, walk } from '../../src/backends/walk.ts';
import { buildCase, SMALL_CASES } from '../backends/simulated/support/cases.ts';
import { MAIN_PROTOCOLS, openMachine } from '../backends/simulated/support/machines.ts';

const NO_LIMIT = 1_000_000;
const firstComes: Chooser = (enabled) => enabled[0]!;

function starCase(tasks: number) {
  return buildCase('a star', { tree: { generate: { shape: 'star', tasks } } });
}

describe('a star of any size', () => {
  it('is the world of such a case', () => {
    for (const tasks of [1, 2, 3, 70]) {
      const { memory, world } = setUp(starCase(tasks), 20);
      const star = buildStar(tasks, 20);
      assert.deepEqual(star.memory, memory);
      for (const [name, value] of Object.entries(world)) {
        if (typeof value !== 'function') assert.deepEqual(star.world[name as keyof typeof world], value, name);
      }
      for (const pid of [-1, 0, 1, 2, 99, 100, 101, 99 + tasks, 100 + tasks]) {
        assert.equal(star.world.byPid(pid), world.byPid(pid), `pid ${pid} of ${tasks}`);
        assert.equal(star.world.isNamed(pid), world.isNamed(pid), `pid ${pid} of ${tasks}`);
      }
    }
  });
});

describe('the run in which the first enabled actor continues', () => {
  it('ends as the walk does that looks at every task before each step', () => {
    for (const protocol of MAIN_PROTOCOLS) {
      for (const [name, c] of [...SMALL_CASES, ['a star of 40', starCase(40)] as const]) {
        if (c.faults.length > 0) continue;
        const machine = openMachine(c, protocol);
        const { moves } = walk(machine, firstComes, NO_LIMIT);
        const { memory, world } = setUp(c, machine.world.taskWords);
        assert.equal(new FirstRun(memory, world, machine.compiled).run(), moves.length, `${name} (${protocol})`);
        assert.deepEqual(memory, machine.state, `${name} (${protocol})`);
      }
    }
  });
});
