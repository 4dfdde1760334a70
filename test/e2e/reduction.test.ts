/**
 * The reduction leaves nothing out: the trees, images, calls and faults of the survey, searched in full and reduced, for each
 * whose full graph is not larger than a limit. (test/explore has a shorter list for every day.)
 */
import assert from 'node:assert/strict';
import { MATRICES } from '../../lab/survey/matrix.ts';
import { compare, Gain } from '../explore/support/compare.ts';

/** States of a full graph. MOST_STATES=400000 takes the better part of an hour. */
const MOST_STATES = Number(process.env['MOST_STATES'] ?? 20_000);

describe('the reduced search, on the whole survey of two tasks', function () {
  this.timeout(3_600_000);

  for (const protocol of ['series', 'hardened']) {
    it(`ends as the full one does, and violates the same: ${protocol}`, () => {
      const gain = new Gain();
      const cases = [...MATRICES.small(), ...MATRICES.damaged().filter(({ tasks }) => tasks.length < 3)];
      for (const c of cases) {
        const both = compare(c, protocol, MOST_STATES);
        if (both) gain.add(both);
      }
      console.log(`      ${gain}, of ${cases.length}`);
      assert.ok(gain.cases > cases.length / 4, 'hardly any case was small enough');
    });
  }
});
