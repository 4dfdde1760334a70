import assert from 'node:assert/strict';
import { Github } from '../../reporters/listeners/github.ts';
import { Json } from '../../reporters/listeners/json.ts';
import { Junit } from '../../reporters/listeners/junit.ts';
import { Spec } from '../../reporters/listeners/spec.ts';
import { Tap } from '../../reporters/listeners/tap.ts';
import { diffReports } from '../../reporters/shared/diff.ts';
import { diffLines, diffMarkdown } from '../../reporters/shared/diff-text.ts';
import type { ListenerFactory } from '../../reporters/shared/listener.ts';
import { mergeReports } from '../../reporters/shared/merge.ts';
import { type JsonReport, resultFrom } from '../../reporters/shared/read-report.ts';
import type { CaseResult } from '../../reporters/shared/result.ts';
import { environmentChanges } from '../../reporters/words/environment.ts';
import type { Environment } from '../../src/record/environment.ts';
import { failedDump } from './fixtures/criu.ts';
import { buildSummary, ordinary, resultFor } from './fixtures/results.ts';
import { screen } from './fixtures/screen.ts';
import { failing, verdict } from './fixtures/verdicts.ts';

const HERE: Environment = {
  mktrouble: '9.8.7',
  node: '20.19.2',
  kernel: 'Linux 6.8.0 x86_64',
  user: 'uid 1000',
  backend: 'criu',
  tool: { name: 'CRIU', version: '4.1.1', path: '/opt/criu/criu', setting: ['MKTROUBLE_CRIU', '/opt/criu/criu'] },
  capabilities: [
    { name: 'criu', available: true, detail: 'as an ordinary user' },
    { name: 'criu system calls that fail', available: false, detail: 'needs strace' },
  ],
};
const THERE: Environment = { ...HERE, kernel: 'Linux 5.10.0 aarch64', tool: { ...HERE.tool!, version: '4.2' } };

const failed = (environment: Environment, title = 'a case'): CaseResult =>
  resultFor(failing({ title, id: title, backend: 'criu', record: failedDump(), environment, kept: 'kept/a.criu.1' }));

const REPORTERS: Readonly<Record<string, ListenerFactory>> = {
  spec: (setting) => new Spec(setting),
  junit: (setting) => new Junit(setting),
  github: (setting) => new Github(setting, {}),
  tap: (setting) => new Tap(setting),
  json: (setting) => new Json(setting),
};

function shown(reporter: string, ...results: readonly CaseResult[]): string {
  const on = screen({ columns: 400 });
  const listener = REPORTERS[reporter]!({ out: on.out, options: {} });
  for (const result of results) listener.result(result);
  listener.end(buildSummary(results));
  return on.text();
}

const reportOf = (...results: readonly CaseResult[]): JsonReport => JSON.parse(shown('json', ...results));

describe('the environment of a run', () => {
  for (const reporter of Object.keys(REPORTERS)) {
    it(`is in the report of ${reporter}, with the program and with what is kept`, () => {
      const text = shown(reporter, failed(HERE));
      for (const part of [
        '9.8.7',
        '20.19.2',
        'Linux 6.8.0 x86_64',
        'uid 1000',
        '4.1.1',
        '/opt/criu/criu',
        'kept/a.criu.1',
      ])
        assert.ok(text.includes(part), `${part} is missing in\n${text}`);
    });
  }

  it('is printed by spec once, and not for a run of the model in which everything passed', () => {
    assert.equal(shown('spec', failed(HERE), failed(HERE)).split('Node 20.19.2').length, 2);
    const simulated: Environment = { ...HERE, backend: 'simulated', capabilities: [] };
    assert.doesNotMatch(shown('spec', resultFor(verdict({ environment: simulated }))), /Node 20/);
  });

  it('says what the backend cannot do there', () => {
    for (const reporter of ['spec', 'junit', 'tap'])
      assert.match(shown(reporter, failed(HERE)), /system calls.*strace/);
  });

  it('is in the JSON report once, and each case has its number', () => {
    const { environments, cases } = reportOf(failed(HERE), failed(THERE), failed({ ...HERE }), ordinary('a test'));
    assert.deepEqual(environments, [HERE, THERE]);
    assert.deepEqual(
      cases.map(({ environment }) => environment),
      [0, 1, 0, null],
    );
  });

  it('is kept when reports are merged', () => {
    const merged = mergeReports([reportOf(failed(HERE, 'a')), reportOf(failed(THERE, 'b'), failed(HERE, 'c'))]);
    const results = merged.cases.map((one) => resultFrom(one, merged.environments));
    assert.deepEqual(
      results.map((result) => result.verdict?.environment?.kernel),
      [HERE.kernel, THERE.kernel, HERE.kernel],
    );
    const again = reportOf(...results);
    assert.deepEqual(again.environments, [HERE, THERE]);
    assert.deepEqual(again.cases, merged.cases);
  });

  it('is compared when reports are: what differs is said', () => {
    const diff = diffReports(reportOf(failed(HERE)), reportOf(failed(THERE)));
    for (const text of [diffLines(diff, screen().out).join('\n'), diffMarkdown(diff).join('\n')]) {
      assert.match(text, /kernel.*6\.8\.0.*5\.10\.0/);
      assert.match(text, /4\.1\.1.*4\.2/);
      assert.doesNotMatch(text, /Node/);
    }
    const same = diffReports(reportOf(failed(HERE)), reportOf(failed(HERE)));
    assert.doesNotMatch(diffLines(same, screen().out).join('\n'), /differs/);
  });

  it('is not compared with a report that has none, nor between backends', () => {
    assert.deepEqual(environmentChanges([], [HERE]), []);
    assert.deepEqual(environmentChanges([{ ...THERE, backend: 'native' }], [HERE]), []);
  });
});
