import assert from 'node:assert/strict';
import { type SearchResult, searchAll, searchInSlices, toEnd } from '../../src/explore/index.ts';
import type { Case } from '../../src/model/case.ts';
import { SMALL_CASES } from '../backends/simulated/support/cases.ts';
import { MAIN_PROTOCOLS, openMachine } from '../backends/simulated/support/machines.ts';

const TINY = [
  'one task',
  'a ghost',
  'a dead child',
  'a signal before anything',
  'taskself',
  'no memory',
  'a bogus root',
];
const MOST_STATES = 6_000;

/** A plain breadth-first search over whole states: for each outcome the fewest steps. Undefined when it is too large. */
function nearest(c: Case, protocol: string): { steps: Map<string, number>; states: number } | undefined {
  const machine = openMachine(c, protocol);
  const enabled = new Int32Array(machine.actors.length);
  const seen = new Set([machine.state.join()]);
  const steps = new Map<string, number>();
  let level: Int32Array[] = [machine.state.slice()];
  for (let depth = 0; level.length > 0; depth++) {
    const next: Int32Array[] = [];
    for (const state of level) {
      machine.state.set(state);
      const actors = [...enabled.subarray(0, machine.enabled(enabled))];
      if (actors.length === 0) {
        const outcome = JSON.stringify(machine.outcome());
        if (!steps.has(outcome)) steps.set(outcome, depth);
      }
      for (const actor of actors) {
        machine.state.set(state);
        machine.step(actor);
        const key = machine.state.join();
        if (seen.has(key)) continue;
        seen.add(key);
        next.push(machine.state.slice());
      }
    }
    if (seen.size > MOST_STATES) return undefined;
    level = next;
  }
  return { steps, states: seen.size };
}

function lengths({ endings }: SearchResult): Map<string, number> {
  return new Map(endings.map(({ outcome, moves }) => [JSON.stringify(outcome), moves.length]));
}

describe('the search of all that can happen', function () {
  this.timeout(30_000);
  for (const protocol of MAIN_PROTOCOLS) {
    it(`finds what a plain search of whole states finds, by as few steps: ${protocol}`, () => {
      for (const name of TINY) {
        const c = SMALL_CASES.get(name)!;
        const plain = nearest(c, protocol);
        if (!plain) continue;
        const full = searchAll(openMachine(c, protocol), { reduce: false });
        assert.ok(full.complete);
        assert.equal(full.states, plain.states, name);
        assert.deepEqual(lengths(full), plain.steps, name);
      }
    });

    it(`with reduction is never more than a twentieth from the fewest steps: ${protocol}`, () => {
      for (const name of TINY) {
        const c = SMALL_CASES.get(name)!;
        const full = lengths(searchAll(openMachine(c, protocol), { reduce: false }));
        for (const [outcome, steps] of lengths(searchAll(openMachine(c, protocol)))) {
          const { coordinator } = JSON.parse(outcome);
          if (coordinator.end === 'stopped') continue;
          assert.ok(steps <= full.get(outcome)! * 1.05, `${name}: ${steps} and ${full.get(outcome)}`);
        }
      }
    });
  }

  it('gives moves that lead to the outcome, the nearest first', () => {
    for (const [name, c] of SMALL_CASES) {
      const machine = openMachine(c, 'hardened');
      const { endings } = searchAll(machine, { maxStates: 3_000 });
      const steps = endings.map(({ moves }) => moves.length);
      assert.deepEqual(
        steps,
        steps.toSorted((a, b) => a - b),
        name,
      );
      for (const { outcome, moves } of endings) {
        machine.reset();
        for (const actor of moves) machine.step(actor);
        assert.deepEqual(machine.outcome(), outcome, name);
      }
    }
  });

  it('says when it gave up', () => {
    const { complete, states } = searchAll(openMachine(SMALL_CASES.get('two tasks')!, 'series'), { maxStates: 100 });
    assert.equal(complete, false);
    assert.ok(states < 1_000);
  });

  it('gives the same in slices between which another machine moves', () => {
    const c = SMALL_CASES.get('a signal to any task')!;
    const once = searchAll(openMachine(c, 'series'));
    const other = openMachine(SMALL_CASES.get('two tasks')!, 'patch');
    const slices = searchInSlices(openMachine(c, 'series'));
    const between = (function* () {
      for (;;) {
        const { done, value } = slices.next();
        if (done) return value;
        searchAll(other, { maxStates: 50 });
        yield;
      }
    })();
    assert.deepEqual(toEnd(between), once);
  });
});
