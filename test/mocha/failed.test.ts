/** What failed tests mean for the exit code. */
import assert from 'node:assert/strict';
import { EXIT } from '../../src/boundary/exit-code.ts';
import { type Accepting, FailedTests } from '../../src/mocha/failed.ts';
import type { Bucket } from '../../src/model/signature.ts';
import type { Verdict } from '../../src/record/verdict.ts';
import { failing, flaky, incomplete } from '../reporters/fixtures/verdicts.ts';

const known: Bucket = { id: '0', signature: { property: 'p', place: '', shape: '' }, state: 'known' };

function exitOf(verdicts: readonly (Verdict | undefined)[], accepting: Partial<Accepting> = {}) {
  const failed = new FailedTests({ failOn: 'any', allowFlaky: false, ...accepting });
  for (const one of verdicts) failed.add(one);
  return failed.chooseExitCode(verdicts.length, 0);
}

describe('the exit code', () => {
  it('is 1 for a flaky case, unless flaky cases are allowed; that allows no other finding', () => {
    assert.equal(exitOf([flaky()]), EXIT.finding);
    assert.equal(exitOf([flaky()], { allowFlaky: true }), EXIT.ok);
    assert.equal(exitOf([flaky(), failing()], { allowFlaky: true }), EXIT.finding);
    assert.equal(exitOf([flaky(), incomplete()], { allowFlaky: true }), EXIT.incomplete);
  });

  it('with --fail-on new is 1 for a flaky case of a defect that is not known', () => {
    assert.equal(exitOf([flaky()], { failOn: 'new' }), EXIT.finding);
    assert.equal(exitOf([flaky({ bucket: known })], { failOn: 'new' }), EXIT.ok);
  });

  it('is 3 for a failed test that is none of these', () => {
    assert.equal(exitOf([failing(), undefined]), EXIT.defect);
  });
});
