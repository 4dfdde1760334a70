import assert from 'node:assert/strict';
import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { UNDONE } from '../../../src/protocol/stacks.ts';
import { SMALL_CASES } from './support/cases.ts';
import { type Choose, firstDifference } from './support/lockstep.ts';
import { MAIN_PROTOCOLS } from './support/machines.ts';

/** Draws evenly, or lets the last actor continue now and then, so that it gets further ahead of the others. */
function drawn(seed: string): Choose {
  const random = seedrandom.alea(seed);
  const stay = random() * 0.9;
  let last = -1;
  return (enabled) => {
    if (!enabled.includes(last) || random() > stay) last = enabled[Math.floor(random() * enabled.length)]!;
    return last;
  };
}

/** Of each case under each protocol. */
const SCHEDULES = 4;

describe('the compiled and the interpreted model', function () {
  this.timeout(60_000);

  for (const protocol of MAIN_PROTOCOLS) {
    it(`do the same, step by step: ${protocol}`, () => {
      for (const [name, c] of SMALL_CASES) {
        for (let i = 0; i < SCHEDULES; i++) {
          assert.equal(firstDifference(c, protocol, drawn(`${name} ${i}`)), undefined, `${name}, schedule ${i}`);
        }
      }
    });
  }

  it('do the same with any item of the changelog undone', () => {
    const property = fc.property(
      fc.constantFrom(...UNDONE),
      fc.constantFrom(...SMALL_CASES.keys()),
      fc.string({ maxLength: 6 }),
      (protocol, name, seed) => {
        assert.equal(firstDifference(SMALL_CASES.get(name)!, protocol, drawn(seed)), undefined);
      },
    );
    fc.assert(property, { numRuns: 400, seed: 1 });
  });
});
