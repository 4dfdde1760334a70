/** A mutant of each rule of a verdict, which the tests of the rule notice. `npm run mutants:verdict` has all of them. */
import assert from 'node:assert/strict';
import { ruleMutants } from '../../lab/mutants/verdict/mutants.ts';
import { Workshop, whyNoCriu } from '../../lab/mutants/verdict/workshop.ts';

const SAMPLE = [
  '1 src/injector/verdict.ts decide: negate-condition: violations',
  '1 src/injector/never-fired.ts faultsThatNeverFired: negate-condition: !fired.has',
  '2 src/backends/criu/subject.ts mustRun: negate-condition',
  '3 src/properties/rules/criu/failed-dump-has-a-cause.ts check: negate-condition',
  '3 src/properties/rules/criu/dumped-tree-can-be-restored.ts check: negate-condition',
  '4 src/backends/criu/held.ts findRoot: negate-condition',
  '5 src/backends/host/names.ts sweepFolder: negate-condition',
];

describe('A changed rule of the verdict turns its tests red', function () {
  this.timeout(280_000);
  let workshop: Workshop;
  let noCriu: string | undefined;
  before(async () => {
    noCriu = await whyNoCriu();
    workshop = await Workshop.open();
  });
  after(() => workshop?.close());

  const mutants = [...ruleMutants()];
  for (const begin of SAMPLE) {
    const mutant = mutants.find(({ name }) => name.startsWith(begin));
    it(mutant?.name ?? begin, async function () {
      if (mutant?.rule.needsCriu && noCriu !== undefined) {
        console.log(`      skipped: ${noCriu}`);
        this.skip();
      }
      assert.ok(mutant, 'there is no such mutant any more');
      assert.ok((await workshop.run(mutant.rule.tests, mutant)).failed);
    });
  }
});
