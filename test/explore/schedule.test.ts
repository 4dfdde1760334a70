import assert from 'node:assert/strict';
import fc from 'fast-check';
import { walk } from '../../src/backends/walk.ts';
import { follow, describe as inWords } from '../../src/explore/index.ts';
import { SMALL_CASES } from '../backends/simulated/support/cases.ts';
import { drawn, MAX_STEPS } from '../backends/simulated/support/judged.ts';
import { MAIN_PROTOCOLS, openMachine } from '../backends/simulated/support/machines.ts';

const aSchedule = fc.record({
  name: fc.constantFrom(...SMALL_CASES.keys()),
  protocol: fc.constantFrom(...MAIN_PROTOCOLS),
  seed: fc.string({ maxLength: 8 }),
});

function draw({ name, protocol, seed }: { name: string; protocol: string; seed: string }) {
  const machine = openMachine(SMALL_CASES.get(name)!, protocol);
  return { machine, moves: walk(machine, drawn(seed), MAX_STEPS).moves };
}

describe('a schedule in words', function () {
  this.timeout(30_000);

  it('is followed to the very same moves', () => {
    const property = fc.property(aSchedule, (schedule) => {
      const { machine, moves } = draw(schedule);
      const lines = inWords(machine, moves);
      const followed = follow(machine, lines, MAX_STEPS);
      assert.deepEqual(followed, { moves, missed: [] });
    });
    fc.assert(property, { numRuns: 300, seed: 1 });
  });

  it('has a line for each context switch, and one for each event', () => {
    const property = fc.property(aSchedule, (schedule) => {
      const { machine, moves } = draw(schedule);
      const changes = moves.filter((actor, i) => i === 0 || actor !== moves[i - 1] || actor >= machine.firstEvent);
      assert.equal(inWords(machine, moves).length, changes.length);
    });
    fc.assert(property, { numRuns: 100, seed: 2 });
  });

  it('of a prefix continues with the enabled actors, to the end', () => {
    const property = fc.property(aSchedule, fc.nat(), (schedule, cut) => {
      const { machine, moves } = draw(schedule);
      const part = moves.slice(0, cut % moves.length);
      const followed = follow(machine, inWords(machine, part), MAX_STEPS);
      assert.deepEqual(followed.moves.slice(0, part.length), part);
      assert.equal(machine.enabled(new Int32Array(machine.actors.length)), 0);
    });
    fc.assert(property, { numRuns: 100, seed: 3 });
  });

  it('reports the lines that could not be followed, and still ends', () => {
    const machine = openMachine(SMALL_CASES.get('two tasks')!, 'series');
    const lost = ['101: doRestoreTask: a step that is no more', '999: taskMain: state', 'a fault that is no more'];
    const { missed } = follow(machine, lost, MAX_STEPS);
    assert.deepEqual(missed, lost);
    assert.equal(machine.enabled(new Int32Array(machine.actors.length)), 0);
  });
});
