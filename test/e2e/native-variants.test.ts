/** Each variant of the protocol on real tasks: the counterexample that the simulated kernel finds is one there, too. */
import assert from 'node:assert/strict';
import { simulated } from '../../src/backends/simulated/index.ts';
import { runCase, whyNot } from '../../src/injector/index.ts';
import { shippedProperties } from '../../src/injector/judge.ts';
import type { Violation } from '../../src/record/verdict.ts';
import { useNative } from '../backends/native/support.ts';
import { DETECTED } from '../scenarios/detected.ts';
import { expandCase, exploreUnder } from '../scenarios/support.ts';

describe('Variants of the protocol on real tasks', function () {
  this.timeout(60_000);
  const backend = useNative();

  for (const [protocol, [scenario, by]] of Object.entries(DETECTED)) {
    it(`${protocol} violates ${by}`, async function () {
      const c = expandCase(scenario);
      const reason = await whyNot(backend(), c);
      if (reason !== undefined) {
        console.log(`      skipped: ${reason}`);
        this.skip();
      }
      const { records } = await exploreUnder(c, protocol);
      const schedule = records.find((record) => violated(shippedProperties(c, record)).includes(by))?.schedule;
      assert.ok(schedule);
      const [model, real] = await Promise.all(
        [simulated(), backend()].map((one) => runCase(c, { backend: one, protocol, schedule })),
      );
      assert.deepEqual(violated(real!.violations), violated(model!.violations));
      assert.equal(real!.differential, undefined, 'the model ends alike');
    });
  }
});

function violated(violations: readonly Violation[]): string[] {
  return [...new Set(violations.map(({ property }) => property))].sort();
}
