/** Attempts at a case on real tasks. */
import assert from 'node:assert/strict';
import { simulated } from '../../src/backends/simulated/index.ts';
import { type FindViolations, runCase } from '../../src/injector/index.ts';
import type { Violation } from '../../src/record/verdict.ts';
import { buildCase } from '../backends/simulated/support/cases.ts';
import { aBackend, aCase, aRecord } from '../support/builders.ts';

/** A judge that finds one violation in each of the first runs, so many. */
const failingFirst = (times: number): FindViolations => {
  let runs = 0;
  return (): Violation[] => (runs++ < times ? [{ property: 'p', message: `run ${runs}` }] : []);
};

describe('a case that fails on real tasks', () => {
  const attempt = (times: number, retries?: number) => {
    const backend = aBackend();
    backend.run.callsFake(async () => aRecord());
    return runCase(aCase(), { backend, find: failingFirst(times), ...(retries !== undefined && { retries }) });
  };

  it('is not run again by default', async () => {
    const verdict = await attempt(1);
    assert.deepEqual([verdict.status, verdict.attempts], ['fail', undefined]);
  });

  it('is flaky when a further attempt passes: its finding, and each attempt, stay', async () => {
    const verdict = await attempt(2, 3);
    assert.equal(verdict.status, 'flaky');
    assert.deepEqual(
      verdict.violations.map(({ message }) => message),
      ['run 1'],
    );
    assert.deepEqual(
      verdict.attempts?.map(({ status, violated }) => [status, violated.length]),
      [
        ['fail', 1],
        ['fail', 1],
        ['pass', 0],
      ],
    );
    assert.match(verdict.reason ?? '', /2 of 3/);
  });

  it('fails when no attempt passes, after so many retries', async () => {
    const verdict = await attempt(100, 2);
    assert.deepEqual([verdict.status, verdict.attempts?.length], ['fail', 3]);
  });

  it('is not run again once the run is interrupted', async () => {
    const backend = aBackend();
    const verdict = await runCase(aCase(), {
      backend,
      retries: 5,
      signal: AbortSignal.abort(),
      find: failingFirst(100),
    });
    assert.equal(verdict.attempts, undefined);
  });

  it('on a backend that follows schedules is not run again: it would fail again', async () => {
    const c = buildCase('a case', { tree: { pid: 100 }, restart: { protocol: 'hardened' } });
    const verdict = await runCase(c, { backend: simulated(), retries: 5, find: failingFirst(100) });
    assert.deepEqual([verdict.status, verdict.attempts], ['fail', undefined]);
  });
});

describe('a case that its scenario skips', () => {
  it('is skipped with the reason of the scenario, on any backend', async () => {
    const backend = aBackend();
    const verdict = await runCase(aCase({}, { skip: 'not here' }), { backend });
    assert.deepEqual([verdict.status, verdict.reason, backend.run.callCount], ['skip', 'not here', 0]);
  });
});
