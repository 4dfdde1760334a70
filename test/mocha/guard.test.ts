import assert from 'node:assert/strict';
import type { Listener } from '../../reporters/shared/listener.ts';
import { Guard } from '../../src/mocha/guard.ts';
import { Multi } from '../../src/mocha/multi.ts';
import { mochaReporter } from '../../src/mocha/reporter.ts';
import { muted, runMocha } from '../reporters/fixtures/run.ts';
import { verdict } from '../reporters/fixtures/verdicts.ts';

const green = [
  { title: 'one', verdict: verdict() },
  { title: 'two', verdict: verdict() },
];

const silent: Listener = { result() {}, end() {} };

function boom(): never {
  throw new Error('the reporter is broken');
}

describe('a reporter that throws', () => {
  const ways: Record<string, () => Listener> = {
    'when it is made': boom,
    'at a result': () => ({ ...silent, result: boom }),
    'when a test begins': () => ({ ...silent, begin: boom }),
    'at the end': () => ({ ...silent, end: boom }),
  };
  for (const [when, create] of Object.entries(ways)) {
    it(`${when} fails a run whose tests all passed`, async () => {
      const { shown, value } = await muted(() => runMocha(mochaReporter('mine', create), green));
      assert.equal(value.failures, 1);
      assert.equal(value.exitCode, 3);
      assert.match(shown, /mine/);
      assert.match(shown, /the reporter is broken/);
    });
  }

  it('still receives every result, and its error is reported once', async () => {
    let results = 0;
    const create = (): Listener => ({
      ...silent,
      result() {
        results += 1;
        boom();
      },
    });
    const { shown } = await muted(() => runMocha(mochaReporter('mine', create), green));
    assert.equal(results, 2);
    assert.equal(shown.split('so this run counts as failed').length, 2);
  });

  it('fails the run when it is not one of ours', async () => {
    const { value } = await muted(() =>
      runMocha(Multi, green, { reporters: [{ name: './test/reporters/fixtures/throwing-reporter.cjs' }] }),
    );
    assert.equal(value.failures, 1);
    assert.equal(value.exitCode, 3);
  });

  it('fails the run when it does not exist, and the others still report', async () => {
    const { shown, value } = await muted(() =>
      runMocha(Multi, green, { reporters: [{ name: './no-such-reporter' }, { name: 'tap' }] }),
    );
    assert.equal(value.failures, 1);

    assert.match(shown, /no-such-reporter/);
    assert.match(shown, /^1\.\.2$/m);
  });

  it('fails the run when its file cannot be written', async () => {
    const { value } = await muted(() =>
      runMocha(
        mochaReporter('mine', () => silent),
        green,
        { output: '/dev/null/x/report' },
      ),
    );
    assert.equal(value.failures, 1);
  });
});

describe('Guard', () => {
  it('counts one failure for any number of errors and keeps the first', async () => {
    const runner = { failures: 0 };
    await muted(async () => {
      const guard = new Guard('g', runner);
      guard.run(() => boom());
      guard.fail('not even an error');
      assert.equal(guard.first?.message, 'the reporter is broken');
    });
    assert.equal(runner.failures, 1);
  });

  it('hands through what it guards', () => {
    const runner = { failures: 0 };
    assert.equal(
      new Guard('g', runner).run(() => 7),
      7,
    );
    assert.equal(runner.failures, 0);
  });
});
