import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';
import type { Listener } from '../../reporters/shared/listener.ts';
import type { CaseResult } from '../../reporters/shared/result.ts';
import type { Summary } from '../../reporters/shared/summary.ts';
import { mochaReporter } from '../../src/mocha/reporter.ts';
import { muted } from '../reporters/fixtures/run.ts';
import { buildRecord, VIOLATING_STEP } from '../reporters/fixtures/verdicts.ts';

/** Workers take their time to start: Node, tsx, Mocha. */
const WORKERS_START = 30_000;

async function runParallel(Reporter: unknown): Promise<number> {
  const mocha = new Mocha({
    parallel: true,
    jobs: 2,
    require: ['tsx'],
    reporter: Reporter as Mocha.ReporterConstructor,
  } as Mocha.MochaOptions);
  mocha.addFile(fileURLToPath(new URL('./fixtures/parallel-cases.ts', import.meta.url)));
  return new Promise((resolve) => {
    mocha.run(resolve);
  });
}

describe('reporters in parallel mode', function () {
  this.timeout(WORKERS_START);

  it('get the same results from workers, verdicts with their records included', async () => {
    const results: CaseResult[] = [];
    let summary: Summary | undefined;
    const Keep = mochaReporter('keep', () => ({
      result: (result) => results.push(result),
      end: (shown) => {
        summary = shown;
      },
    }));
    const { value: failures } = await muted(() => runParallel(Keep));
    assert.equal(failures, 2);
    assert.deepEqual(
      results.map((r) => r.kind),
      ['pass', 'fail', 'skip', 'pass', 'fail'],
    );
    const [passed, failed, skipped, ordinary, broken] = results as [
      CaseResult,
      CaseResult,
      CaseResult,
      CaseResult,
      CaseResult,
    ];
    assert.equal(passed.verdict?.status, 'pass');
    assert.deepEqual(failed.verdict?.record, buildRecord());
    assert.equal(failed.verdict?.violations[0]?.step, VIOLATING_STEP);
    assert.equal(skipped.reason, 'no freezer here');
    assert.equal(ordinary.verdict, undefined);
    assert.deepEqual(ordinary.path, ['a file', 'deeper']);
    assert.match(broken.error!.message, /plainly wrong/);
    assert.equal(summary?.cases, 5);
  });

  it('fail the run when they throw', async () => {
    const broken: Listener = {
      result() {
        throw new Error('broken');
      },
      end() {},
    };
    const { value: failures } = await muted(() => runParallel(mochaReporter('mine', () => broken)));
    assert.equal(failures, 3);
  });
});
