/** `hardened` survives every combination of the small matrix: one task and two, one fault of any kind at any moment. */
import assert from 'node:assert/strict';
import { MATRICES } from '../../lab/survey/matrix.ts';
import { survey } from '../../lab/survey/survey.ts';
import type { Case } from '../../src/model/case.ts';

describe('hardened, whatever the schedule', function () {
  this.timeout(120_000);
  // The frozen and the debug builds are left to `npm run survey`, as are three tasks, two faults and most forks.
  const byTree = new Map<string, Case[]>();
  for (const c of MATRICES.small()) {
    const [tree = '', kind, ...build] = c.scenario.split(', ');
    if (build.length === 0 && kind !== 'fork of the last') byTree.set(tree, [...(byTree.get(tree) ?? []), c]);
  }

  for (const [tree, cases] of byTree) {
    it(`${tree}: ${cases.length} cases without a violation`, async () => {
      for (const c of cases) {
        const { verdict, violations } = await survey(c);
        assert.deepEqual(violations, [], c.scenario);
        assert.ok(verdict.tried.complete, c.scenario);
      }
    });
  }
});
