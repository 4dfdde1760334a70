/** A case that failed and passed when it was run again: visible in every report, never as passed. */
import assert from 'node:assert/strict';
import { REPORTERS } from '../../reporters/registry.ts';
import { mergeReports } from '../../reporters/shared/merge.ts';
import { type JsonReport, parseReport } from '../../reporters/shared/read-report.ts';
import { mochaReporter } from '../../src/mocha/reporter.ts';
import { buildReport } from './fixtures/run.ts';
import { flaky, verdict, violation } from './fixtures/verdicts.ts';

/** It reports what of a protocol was reached, and no results. */
const WITHOUT_RESULTS = ['coverage'];

describe('a flaky case', () => {
  const write = async (name: string): Promise<string> =>
    (
      await buildReport(mochaReporter(name, REPORTERS[name]!), [
        { title: 'races', verdict: flaky({ title: 'races' }) },
        { title: 'passes', verdict: verdict({ title: 'passes' }) },
      ])
    ).text;

  for (const name of Object.keys(REPORTERS).filter((one) => !WITHOUT_RESULTS.includes(one))) {
    it(`is a finding in ${name}, and is called flaky`, async () => {
      const text = await write(name);
      if (name !== 'html') assert.ok(text.includes(violation.property), 'the finding');
      assert.match(text, name === 'html' ? /flaky/ : /flaky|1 of 2 attempts/);
    });
  }

  it('is not among the passed ones of a report that has counts', async () => {
    const { summary } = JSON.parse(await write('json')) as JsonReport;
    assert.deepEqual([summary.passed, summary.failed, summary.flaky], [1, 0, 1]);
    const junit = await write('junit');
    assert.match(junit, /failures="1"/);
    const ctrf = JSON.parse(await write('ctrf'));
    assert.deepEqual(
      [ctrf.results.summary.failed, ctrf.results.tests[0].flaky, ctrf.results.tests[0].retries],
      [1, true, 1],
    );
    assert.match(await write('tap'), /^not ok 1 - races/m);
  });

  it('is worse than a pass, and better than a failure, where reports are merged', async () => {
    const of = async (one: ReturnType<typeof verdict>): Promise<JsonReport> => {
      const { text } = await buildReport(mochaReporter('json', REPORTERS['json']!), [{ title: 'races', verdict: one }]);
      return parseReport(text, 'a.json') as JsonReport;
    };
    const [passed, races, failed] = [await of(verdict()), await of(flaky()), await of(flaky({ status: 'fail' }))];
    assert.deepEqual(
      [mergeReports([passed, races]), mergeReports([races, failed])].map(({ cases }) =>
        cases.map(({ result }) => result),
      ),
      [['flaky'], ['fail']],
    );
  });
});
