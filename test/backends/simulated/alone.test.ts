/** `firstAlone` returns the actor that a query of each actor in turn would return. */
import assert from 'node:assert/strict';
import { walk } from '../../../src/backends/walk.ts';
import { SMALL_CASES } from './support/cases.ts';
import { drawn, MAX_STEPS } from './support/judged.ts';
import { MAIN_PROTOCOLS, openMachine } from './support/machines.ts';

describe('the actor that may be taken alone', () => {
  it('is the same as by asking every actor that can move', () => {
    for (const protocol of MAIN_PROTOCOLS) {
      for (const [name, c] of SMALL_CASES) {
        const machine = openMachine(c, protocol);
        const choose = drawn(name);
        const check = (enabled: Int32Array, n: number, step: number): number => {
          const asked = enabled.subarray(0, n).find((actor) => machine.alone(actor)) ?? -1;
          assert.equal(machine.firstAlone(), asked, `${name} (${protocol}), step ${step}`);
          return choose(enabled, n, step);
        };
        walk(machine, check, MAX_STEPS);
      }
    }
  });
});
