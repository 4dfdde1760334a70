import assert from 'node:assert/strict';
import { searchAll } from '../../src/explore/index.ts';
import { SMALL_CASES } from '../backends/simulated/support/cases.ts';
import { drawnRecord, replayMoves, violated } from '../backends/simulated/support/judged.ts';
import { MAIN_PROTOCOLS, openMachine } from '../backends/simulated/support/machines.ts';

const SCHEDULES = 20;
const MOST_STATES = 1_500;

/**
 * A search keeps one way to each ending and judges that one only. That is right as long as all ways to an ending, what was
 * seen on the way included, violate the same properties.
 */
describe('two ways to the same ending', function () {
  this.timeout(120_000);
  for (const protocol of MAIN_PROTOCOLS) {
    it(`violate the same properties: ${protocol}`, () => {
      for (const [name, c] of SMALL_CASES) {
        const machine = openMachine(c, protocol, { trace: true });
        const known = new Map<string, { readonly violates: string; readonly how: string }>();
        const see = (violates: string, how: string): void => {
          const ending = JSON.stringify(machine.outcome());
          const before = known.get(ending);
          if (!before) known.set(ending, { violates, how });
          else assert.equal(violates, before.violates, `${name} (${protocol}): ${how} and ${before.how}`);
        };
        for (let i = 0; i < SCHEDULES; i++) {
          see(violated(machine, drawnRecord(machine, `${name} ${i}`)).join(), `schedule ${i}`);
        }
        const { endings } = searchAll(openMachine(c, protocol), { maxStates: MOST_STATES });
        for (const { moves } of endings) see(violated(machine, replayMoves(machine, moves)).join(), 'the nearest');
      }
    });
  }
});
