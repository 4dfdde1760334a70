/** On which backends cases run when none is named. */
import assert from 'node:assert/strict';
import { resolveOptions } from '../../src/config/resolve.ts';
import { selectTests, withOwnBackends } from '../../src/mocha/select.ts';
import { parseScenarios } from '../../src/scenario/index.ts';

const DEFAULT_OPTIONS = resolveOptions([]).options;

function parseCases(...documents: readonly string[]) {
  return parseScenarios(documents.join('\n---\n'), 'a.yaml').cases;
}

const PLAIN = 'scenario: Plain\ntree: { pid: 100 }';
const FOR_CRIU = 'scenario: For CRIU\ntags: [real]\ntree: { pid: 100 }\ncriu: {}';
const FOR_TWO = 'scenario: For two\ntree: { pid: 100 }\nrestart: { backends: [native, simulated] }';

function ran(options: typeof DEFAULT_OPTIONS, ...documents: readonly string[]): string[] {
  const cases = parseCases(...documents);
  return selectTests(withOwnBackends(options, cases), cases).map(
    ({ c, project }) => `${c.title} on ${project.backend}`,
  );
}

describe('the backends of a run that names none', () => {
  it('leave out cases that are for others only', () => {
    assert.deepEqual(ran(DEFAULT_OPTIONS, PLAIN, FOR_CRIU, FOR_TWO), ['Plain on simulated', 'For two on simulated']);
  });

  it('are those of the cases when all that are selected are for others', () => {
    assert.deepEqual(ran(DEFAULT_OPTIONS, FOR_CRIU), ['For CRIU on criu']);
    assert.deepEqual(ran({ ...DEFAULT_OPTIONS, tags: ['real'] }, PLAIN, FOR_CRIU), ['For CRIU on criu']);
  });

  it('a scenario with a criu section is for CRIU, unless it says otherwise', () => {
    assert.deepEqual(parseCases(FOR_CRIU)[0]?.restart.backends, ['criu']);
    const both = `${FOR_CRIU}\nrestart: { backends: [criu, native] }`;
    assert.deepEqual(parseCases(both)[0]?.restart.backends, ['criu', 'native']);
  });

  it('when one is named, a case for others is a test all the same, to be skipped with its reason', () => {
    const cases = parseCases(PLAIN, FOR_CRIU);
    assert.equal(selectTests(DEFAULT_OPTIONS, cases).length, 2);
  });
});
