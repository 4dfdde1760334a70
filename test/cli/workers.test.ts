/** The number of worker processes where the user names none. */
import assert from 'node:assert/strict';
import { chooseWorkers } from '../../src/cli/run/workers.ts';
import { aCase } from '../support/builders.ts';

describe('the number of workers', () => {
  const tests = (n: number, duration?: number, backend = 'simulated') =>
    Array.from({ length: n }, () => ({ c: aCase(), backend, duration }));

  it('is that of the cores for a long run, and 1 for a short one', () => {
    assert.equal(chooseWorkers(tests(100, 1000), 8), 8);
    assert.equal(chooseWorkers(tests(100, 1), 8), 1);
    assert.equal(chooseWorkers([], 8), 1);
  });

  it('is twice that of the cores where most of the time is for CRIU and runtimes, which wait', () => {
    assert.equal(chooseWorkers(tests(100, 1000, 'criu'), 8), 16);
    assert.equal(chooseWorkers(tests(50, undefined, 'oci'), 4), 8);
    assert.equal(chooseWorkers([...tests(100, 1000), ...tests(10, 1000, 'criu')], 8), 8);
  });

  it('is never more than there are cases', () => {
    assert.equal(chooseWorkers(tests(1, 60_000), 8), 1);
    assert.equal(chooseWorkers(tests(3, 60_000), 8), 3);
  });

  it('without a former run depends on what the cases do', () => {
    assert.equal(chooseWorkers(tests(50), 4), 1);
    assert.equal(chooseWorkers(tests(50, undefined, 'native'), 4), 4);
  });
});
