import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hashPlan, type Plan, parsePlan, printPlan, readPlan, Units } from '../../src/campaign/plan.ts';

const plan = (groups: Plan['groups'], unitTime = 1000): Plan => ({
  version: 1,
  kind: 'run',
  work: {},
  files: {},
  firstSeed: 0,
  groups,
  unitTime,
});

describe('the plan of a campaign', () => {
  const group = fc.record({
    name: fc.string(),
    runs: fc.integer({ min: 1, max: 500 }),
    cost: fc.double({ min: 0.1, max: 5000, noNaN: true }),
  });

  it('is cut into units that have each run once, in order, and take no longer than asked where a run does not', () => {
    fc.assert(
      fc.property(fc.array(group, { minLength: 1, maxLength: 20 }), (groups) => {
        const units = new Units(plan(groups));
        const seen: string[] = [];
        for (let unit = 0; unit < units.count; unit++) {
          const runs = units.list(unit);
          const time = runs.reduce((sum, one) => sum + one.count * groups[one.group]!.cost, 0);
          const size = runs.reduce((sum, one) => sum + one.count, 0);
          assert.equal(size, units.size(unit));
          assert.ok(size === 1 || time <= 1000.001, `unit ${unit} takes ${time}`);
          for (const one of runs) for (let i = 0; i < one.count; i++) seen.push(`${one.group} ${one.from + i}`);
        }
        const all = groups.flatMap(({ runs }, i) => Array.from({ length: runs }, (_, run) => `${i} ${run}`));
        assert.deepEqual(seen, all);
        assert.equal(units.runs, all.length);
      }),
    );
  });

  it('has an id that its content decides', () => {
    const one = plan([{ name: 'a', runs: 3, cost: 1 }]);
    assert.equal(hashPlan(readPlan(printPlan(one), 'plan.json')), hashPlan(one));
    assert.notEqual(hashPlan(plan([{ name: 'a', runs: 4, cost: 1 }])), hashPlan(one));
  });

  it('has a million units in a few lines', () => {
    const large = plan([{ name: 'a', runs: 1_000_000, cost: 1000 }]);
    assert.equal(new Units(large).count, 1_000_000);
    assert.ok(printPlan(large).length < 1000);
  });

  it('refuses what is no plan, and more units than can be held', () => {
    for (const text of ['', '{', '[]', '{"version": 2}']) assert.equal(typeof parsePlan(text), 'string');
    assert.throws(() => new Units(plan([{ name: 'a', runs: 11_000_000, cost: 1000 }])), RangeError);
  });
});
