import assert from 'node:assert/strict';
import { UNDONE } from '../../src/protocol/stacks.ts';
import { buildCase, SMALL_CASES } from '../backends/simulated/support/cases.ts';
import { MAIN_PROTOCOLS } from '../backends/simulated/support/machines.ts';
import { compare, Gain, listOutcomes, searchBoth } from './support/compare.ts';
import { TRAPS } from './support/traps.ts';

/** Cases whose full graph is larger are left to test/e2e, or to the reduced search alone. */
const MOST_STATES = 12_000;
const MOST_STATES_OF_TRAPS = 60_000;

describe('the reduced search', function () {
  this.timeout(120_000);
  const gain = new Gain();
  after(() => console.log(`      ${gain}`));

  for (const protocol of MAIN_PROTOCOLS) {
    it(`ends as the full one does, and violates the same: ${protocol}`, () => {
      for (const c of SMALL_CASES.values()) {
        const both = compare(c, protocol, MOST_STATES);
        if (both) gain.add(both);
      }
      assert.ok(gain.cases >= 60, `only ${gain.cases} cases were small enough`);
    });
  }

  it('does so where a rule is easily too bold', () => {
    for (const [name, { protocol, ...words }] of Object.entries(TRAPS)) {
      const both = compare(buildCase(name, words), protocol, MOST_STATES_OF_TRAPS);
      assert.ok(both, `${name}: too large`);
      gain.add(both);
    }
  });

  it('does so where a reference is counted after the last one may have been dropped', () => {
    for (const name of ['a root that exits', 'debug build, two tasks', 'debug build, a zombie']) {
      const both = compare(SMALL_CASES.get(name)!, 'hardened-tasks-take-context', MOST_STATES_OF_TRAPS);
      assert.ok(both, `${name}: too large`);
      gain.add(both);
    }
  });

  it('does so with any item of the changelog undone', () => {
    for (const variant of UNDONE) {
      const both = searchBoth(SMALL_CASES.get('a signal to any task')!, variant, MOST_STATES_OF_TRAPS)!;
      assert.deepEqual(listOutcomes(both.reduced), listOutcomes(both.full), variant);
    }
  });
});
