/** Several engines side by side: what is new, fixed, still there, or differs by chance. */
import assert from 'node:assert/strict';
import {
  type EngineCase,
  EngineTally,
  listEngineProperties,
  summarizeChanges,
} from '../../reporters/shared/engines.ts';

const CRASH = 'criu-never-crashes';
const HANG = 'criu-ends-in-time';

function compare(was: Partial<EngineCase>, is: Partial<EngineCase>) {
  const tally = new EngineTally();
  const usual = { id: 'it', title: 'It', backend: 'criu', result: 'pass', properties: [], isRace: false };
  tally.add({ ...usual, project: 'old', ...was });
  tally.add({ ...usual, project: 'new', ...is });
  return tally.rows()[0]?.change;
}

describe('a comparison of engines', () => {
  it('names what becomes of a finding', () => {
    assert.equal(compare({ properties: [CRASH] }, {}), 'fixed');
    assert.equal(compare({}, { properties: [CRASH] }), 'new');
    assert.equal(compare({ properties: [CRASH] }, { properties: [CRASH] }), 'still there');
    assert.equal(compare({ properties: [HANG, CRASH] }, { properties: [CRASH] }), 'still there');
    assert.equal(compare({ properties: [CRASH] }, { properties: [CRASH, HANG] }), 'new');
    assert.equal(compare({}, {}), undefined);
  });

  it('goes by the order of the engines, in whatever order their cases end', () => {
    const tally = new EngineTally();
    const usual = { id: 'it', title: 'It', backend: 'criu', result: 'pass', isRace: false };
    tally.add({ ...usual, project: 'new', number: 1, properties: [CRASH] });
    tally.add({ ...usual, project: 'old', number: 0, properties: [] });
    assert.deepEqual(tally.projects(), ['old', 'new']);
    assert.equal(tally.rows()[0]?.change, 'new');
  });

  it('does not take chance for a repair or a regression', () => {
    assert.equal(compare({ properties: [CRASH], isRace: true }, { isRace: true }), 'flaky');
    assert.equal(compare({ isRace: true }, { properties: [CRASH], isRace: true }), 'flaky');
    assert.equal(compare({}, { properties: [CRASH], result: 'flaky' }), 'flaky');
  });

  it('says nothing of a case that did not run on both', () => {
    assert.equal(compare({ properties: [CRASH] }, { result: 'error' }), undefined);
    assert.equal(compare({ result: 'skip' }, { properties: [CRASH] }), undefined);
  });

  it('does not count that an expectation of a scenario is not met', () => {
    const violations = ['expectation', 'fault-never-fired', CRASH, CRASH].map((property) => ({ property }));
    assert.deepEqual(listEngineProperties(violations), [CRASH]);
  });

  it('compares the engines of one backend only, the first with the last', () => {
    const tally = new EngineTally();
    const one = { id: 'it', title: 'It', result: 'pass', properties: [], isRace: false };
    tally.add({ ...one, backend: 'simulated', project: 'model' });
    tally.add({ ...one, backend: 'criu', project: 'a' });
    assert.deepEqual(tally.projects(), []);
    tally.add({ ...one, backend: 'criu', project: 'b', properties: [HANG] });
    tally.add({ ...one, backend: 'criu', project: 'c', properties: [CRASH] });
    assert.deepEqual(tally.projects(), ['a', 'b', 'c']);
    assert.equal(tally.rows()[0]!.cells.length, 3);
    assert.match(summarizeChanges(tally.projects(), tally.rows()), /^a against c: 1 new$/);
  });

  it('says once that an engine cannot dump at all, and does not compare it', () => {
    const tally = new EngineTally();
    const fill = (project: string, dumped: boolean, cases: number) => {
      for (let i = 0; i < cases; i++)
        tally.add({
          id: `case ${i}`,
          title: 'It',
          backend: 'criu',
          result: dumped ? 'pass' : 'fail',
          properties: dumped ? [] : [CRASH],
          isRace: false,
          project,
          dumped,
          ...(!dumped && { dumpError: 'kerndat failed' }),
        });
    };
    fill('old', true, 6);
    fill('new', false, 6);
    assert.deepEqual(tally.broken(), [{ project: 'new', dumps: 6, error: 'kerndat failed' }]);
    assert.deepEqual(tally.rows(), []);
    const few = new EngineTally();
    few.add({
      id: 'a',
      title: 'It',
      backend: 'criu',
      result: 'pass',
      properties: [],
      isRace: false,
      project: 'old',
      dumped: true,
    });
    few.add({
      id: 'a',
      title: 'It',
      backend: 'criu',
      result: 'fail',
      properties: [CRASH],
      isRace: false,
      project: 'new',
      dumped: false,
    });
    assert.deepEqual(few.broken(), []);
    assert.equal(few.rows()[0]!.change, 'new');
  });
});
