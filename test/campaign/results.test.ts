import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Results, type UnitResult } from '../../src/campaign/results.ts';

const UNITS = 40;
const signature = (property: string) => ({ property, place: 'here', shape: '' });

/** The result of a unit, the same each time. */
function resultOf(unit: number): UnitResult {
  const id = `f${unit % 3}`;
  const found = {
    id,
    signature: signature(id),
    state: 'new',
    times: 1 + (unit % 2),
    case: `case ${unit}`,
    seed: '0',
  } as const;
  return {
    unit,
    duration: 10,
    counts: { pass: unit, fail: 1 },
    found: unit % 4 === 0 ? [found] : [],
    ...(unit % 7 === 0 && { broken: `unit ${unit} broke` }),
  };
}

const describeResults = (results: Results) => {
  const { done, runs, counts, findings, broken, duration } = results;
  return { done, runs, counts: { ...counts }, findings, broken, duration };
};

describe('the results of a campaign', () => {
  const all = Array.from({ length: UNITS }, (_, i) => i);
  const expected = new Results('p', UNITS);
  for (const unit of all) expected.add(resultOf(unit));

  it('are the same in any order, with units that were done several times, and through snapshots', () => {
    const order = fc.shuffledSubarray([...all, ...all, ...all], { minLength: 3 * UNITS });
    fc.assert(
      fc.property(order, fc.integer({ min: 0, max: 3 * UNITS }), (units, cut) => {
        let results = new Results('p', UNITS);
        for (const [i, unit] of units.entries()) {
          if (i === cut) results = Results.fromSnapshot(results.toSnapshot({}), 'p', UNITS)!.results;
          results.addLine(JSON.stringify(resultOf(unit)));
        }
        assert.deepEqual(describeResults(results), describeResults(expected));
      }),
    );
  });

  it('take no notice of torn lines, and of units that the plan does not have', () => {
    const results = new Results('p', UNITS);
    for (const line of ['', '{"unit":1,"dura', '[]', JSON.stringify(resultOf(UNITS))]) results.addLine(line);
    assert.equal(results.done, 0);
  });

  it('take no snapshot of another plan', () => {
    const text = expected.toSnapshot({});
    assert.equal(Results.fromSnapshot(text, 'other', UNITS), undefined);
    assert.equal(Results.fromSnapshot(text, 'p', UNITS + 8), undefined);
    assert.equal(Results.fromSnapshot('{', 'p', UNITS), undefined);
  });

  it('name the next unit that is left, around the end', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(UNITS - 1)), fc.nat(UNITS - 1), (done, from) => {
        const results = new Results('p', UNITS);
        for (const unit of done) results.add(resultOf(unit));
        const wanted = [...all.slice(from), ...all.slice(0, from)].find((unit) => !done.includes(unit));
        assert.equal(
          results.next(from, () => true),
          wanted,
        );
      }),
    );
  });
});
