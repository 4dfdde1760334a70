/** The error of a case that did not pass, for reporters and editors that know nothing of a verdict. */
import assert from 'node:assert/strict';
import { toFailure } from '../../src/mocha/failure.ts';
import { criuRecord, failedDump } from '../reporters/fixtures/criu.ts';
import { failing } from '../reporters/fixtures/verdicts.ts';

describe('the failure of a case', () => {
  it('has the reason of CRIU: which call, how it ended and its first error', () => {
    const record = failedDump();
    const { exit, errors } = record.criu!.dump;
    const { message } = toFailure(failing({ record }));
    assert.ok(message.includes(`CRIU: the dump failed (exit ${exit}): ${errors[0]}`), message);
  });

  it('says nothing of calls that succeeded', () => {
    assert.doesNotMatch(toFailure(failing({ record: criuRecord() })).message, /CRIU: the dump/);
  });
});
