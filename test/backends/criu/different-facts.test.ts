/** A record keeps of the facts of tasks those that differ. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { keepDifferentFacts } from '../../../src/backends/criu/different-facts.ts';
import { differences } from '../../../src/properties/criu-census.ts';
import type { CriuFacts } from '../../../src/record/criu.ts';
import { aCensus, aRecord, aTask } from '../../properties/criu/records.ts';

const FACTS = fc.dictionary(
  fc.constantFrom('umask', 'nice', 'open file 3', 'flags of file 3'),
  fc.constantFrom('1', '2'),
);

function censusWith(facts: CriuFacts) {
  return aCensus(aTask(100, { facts, heldFacts: facts }), aTask(101));
}

describe('the facts of a record', () => {
  it('show the same differences as all facts, and none that was the same everywhere', () => {
    fc.assert(
      fc.property(FACTS, FACTS, FACTS, (first, second, third) => {
        const { criu } = aRecord({
          before: censusWith(first),
          afterRestore: censusWith(second),
          afterAgain: censusWith(third),
        });
        const kept = keepDifferentFacts(criu!);
        for (const name of ['afterRestore', 'afterAgain'] as const)
          assert.deepEqual(
            differences(kept.before, kept[name]!).sort(),
            differences(criu!.before, criu![name]!).sort(),
          );
        for (const name of Object.keys(kept.before.tasks[0]!.facts!)) {
          assert.ok([second, third].some((other) => other[name] !== first[name]));
        }
      }),
    );
  });
});
