/** Every property matters to the suite: one that never finds anything turns it red. */
import assert from 'node:assert/strict';
import { type FindViolations, shippedProperties } from '../../src/injector/judge.ts';
import { PROPERTIES } from '../../src/properties/index.ts';
import { explore, judgeAgain, suiteCases } from './support.ts';

/** Properties that neither a published protocol nor a variant can violate in the model, and why. */
const INVIOLABLE: Readonly<Record<string, string>> = {
  'no-effect-before-claim':
    'what marks, wakes and kills is called after the claim only, in the patch and in every variant; test/properties has records of a restart that is not so',
  'one-restart-per-task':
    'set_task_ctx() tests and sets under one lock, the walk comes by once, and no child is made during the walk; no item of the changelog was about that',
  'errors-stop-reads':
    'a task looks at the error flag at the end of its wait for its turn, and begins to restore itself in the same step',
  'ghosts-exit': 'a ghost leaves restart by its exit only, and success needs every activation, which is what wakes it',
};

/** The judge with a property that never finds anything. */
function without(property: string): FindViolations {
  return (c, record) => shippedProperties(c, record).filter((violation) => violation.property !== property);
}

describe('the properties, as the suite needs them', function () {
  this.timeout(300_000);

  for (const { name: property } of PROPERTIES) {
    const reason = INVIOLABLE[property];
    if (reason !== undefined) {
      it(`${property} is violated by no scenario: ${reason}`, () => {
        const needing = suiteCases().filter(({ expect }) => expect.violates.includes(property));
        assert.deepEqual(
          needing.map(({ id }) => id),
          [],
        );
      });
      continue;
    }
    it(`the suite turns red without ${property}`, async () => {
      const needing = suiteCases().filter(({ expect }) => expect.violates.includes(property));
      assert.notEqual(needing.length, 0, 'no scenario violates it');
      for (const c of needing) {
        assert.equal(judgeAgain(c, await explore(c), without(property)).status, 'fail', c.id);
      }
    });
  }
});
