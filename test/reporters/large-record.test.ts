/** Runs of very large trees: what a report holds of them has a limit, and no reporter breaks. */
import assert from 'node:assert/strict';
import { Json } from '../../reporters/listeners/json.ts';
import { REPORTERS } from '../../reporters/registry.ts';
import { PLAIN } from '../../reporters/shared/colors.ts';
import type { Output } from '../../reporters/shared/output.ts';
import { parseReport } from '../../reporters/shared/read-report.ts';
import { Tally } from '../../reporters/shared/summary.ts';
import { buildTimeline } from '../../reporters/shared/timeline.ts';
import { UNICODE } from '../../reporters/words/signs.ts';
import { makeResult } from '../../src/mocha/result.ts';
import { failing, recordOfLength } from './fixtures/verdicts.ts';

function outputTo(write: (text: string) => void): Output {
  return {
    colors: PLAIN,
    symbols: UNICODE,
    columns: 100,
    terminal: false,
    live: false,
    write,
    writeRaw: write,
    progress() {},
    close() {},
    discard() {},
  };
}

function reportOf(create: (typeof REPORTERS)[string], events: number): string {
  let text = '';
  const listener = create({
    out: outputTo((more) => {
      text += more;
    }),
    options: {},
    total: 1,
  });
  const verdict = failing({ record: recordOfLength(events) });
  const test = { title: verdict.title, verdict };
  const result = makeResult(test, 'fail', new Error('x'));
  const tally = new Tally(0);
  tally.add(result);
  listener.result(result);
  listener.end(tally.summary(false, 0));
  return text;
}

describe('A record of 200,000 events', () => {
  it('makes a timeline, even when all of it is one turn', () => {
    const { rows } = buildTimeline(recordOfLength(200_000), { keep: 20 });
    assert.ok(rows.length <= 41);
  });

  for (const [name, create] of Object.entries(REPORTERS)) {
    it(`does not fill the report ${name}`, () => {
      const growth = reportOf(create, 200_000).length - reportOf(create, 1).length;
      assert.ok(growth < 10_000, `${growth} characters more`);
    });
  }

  it('is left out of a JSON report, which says so and can be read', () => {
    const text = reportOf((setting) => new Json(setting), 200_000);
    const report = parseReport(text, 'a.json');
    assert.ok(typeof report !== 'string', String(report));
    const [one] = report.cases;
    assert.deepEqual([one?.recordLeftOut, one?.record, one?.case], [true, undefined, undefined]);
  });
});
