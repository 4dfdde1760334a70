import assert from 'node:assert/strict';
import { diffLines, diffMarkdown, diffReports, isWorse, type JsonReport, mergeReports } from '../../reporters/merge.ts';
import { caseReport } from '../../reporters/shared/case-report.ts';
import { terminalOutput } from '../../reporters/shared/output.ts';
import { parseReport, resultFrom } from '../../reporters/shared/read-report.ts';
import type { Verdict } from '../../src/record/verdict.ts';
import { buildSummary, ordinary, resultFor } from './fixtures/results.ts';
import { buildRecord, failing, HOSTILE, incomplete, verdict, violation } from './fixtures/verdicts.ts';

function buildReport(...verdicts: readonly Verdict[]): JsonReport {
  const results = verdicts.map((one) => resultFor({ ...one, id: one.title }));
  const cases = results.map((result) => caseReport(result, true));
  return JSON.parse(JSON.stringify({ version: 1, cases, summary: buildSummary(results) }));
}

const pass = (title: string, more: Partial<Verdict> = {}) => verdict({ title, ...more });
const fail = (title: string, ...properties: readonly string[]) =>
  failing({ title, violations: properties.map((property) => ({ ...violation, property })) });
const skip = (title: string) => verdict({ title, status: 'skip', reason: 'no freezer' });

describe('reports that are merged', () => {
  it('have the cases of all, and their durations', () => {
    const merged = mergeReports([buildReport(pass('a'), fail('b', 'x')), buildReport(pass('c'))]);
    assert.deepEqual(
      merged.cases.map(({ title }) => title),
      ['a', 'b', 'c'],
    );
    assert.equal(merged.duration, 2468);
    assert.equal(merged.repeated, 0);
  });

  it('keep the worst result of a duplicate case; on another backend it is another case', () => {
    const merged = mergeReports([
      buildReport(pass('a'), skip('b')),
      buildReport(fail('a', 'x'), pass('b'), pass('a', { backend: 'native' })),
      buildReport(pass('a')),
    ]);
    assert.deepEqual(
      merged.cases.map(({ title, backend, result }) => [title, backend, result]),
      [
        ['a', 'simulated', 'fail'],
        ['b', 'simulated', 'pass'],
        ['a', 'native', 'pass'],
      ],
    );
    assert.equal(merged.repeated, 3);
  });

  it('add up their coverage', () => {
    const sum = (n: number) => ({ hardened: { cases: n, points: { claim: n }, steps: { 'f: s': 0 }, branches: {} } });
    const merged = mergeReports([
      { ...buildReport(), coverage: sum(2) },
      { ...buildReport(), coverage: sum(3) },
    ]);
    assert.deepEqual(merged.coverage, {
      hardened: { cases: 5, points: { claim: 5 }, steps: { 'f: s': 0 }, branches: {} },
    });
  });

  it('lose nothing on the way through a reporter', () => {
    const results = [
      resultFor(failing({ differential: [buildRecord(), buildRecord()], replay: 'x.replay.yaml' })),
      resultFor(verdict({ known: [violation], record: buildRecord() })),
      resultFor(skip('s')),
      ordinary('an ordinary test', new Error('6 !== 7')),
    ];
    for (const result of results) {
      const report = JSON.parse(JSON.stringify(caseReport(result, true)));
      const again = resultFrom(report);
      assert.deepEqual(caseReport(again, true), report);
      assert.equal(again.kind, result.kind);
      assert.deepEqual(
        again.verdict?.record,
        result.verdict?.record && JSON.parse(JSON.stringify(result.verdict.record)),
      );
      assert.equal(caseReport(again, false).record, undefined);
    }
  });
});

describe('what is no report', () => {
  for (const [what, text] of Object.entries({
    'no JSON': '{',
    'another document': '{"a":1}',
    nothing: 'null',
    'a later version': '{"version":2,"cases":[],"summary":{}}',
    'a case that is none': '{"version":1,"cases":[null],"summary":{}}',
  })) {
    it(`${what} is reported, by the name of its file`, () => {
      const shown = parseReport(text, 'x.json');
      assert.equal(typeof shown, 'string');
      assert.match(shown as string, /^x\.json/);
    });
  }
});

describe('two reports compared', () => {
  const changes = (before: Verdict, after: Verdict) => diffReports(buildReport(before), buildReport(after));
  const kindOf = (before: Verdict, after: Verdict): string => {
    const diff = changes(before, after);
    return (['worse', 'better', 'added', 'gone'] as const).find((kind) => diff[kind].length > 0) ?? 'same';
  };

  for (const [before, after, kind] of [
    [pass('a'), fail('a', 'x'), 'worse'],
    [fail('a', 'x'), pass('a'), 'better'],
    [pass('a'), pass('a'), 'same'],
    [pass('a'), skip('a'), 'worse'],
    [fail('a', 'x'), skip('a'), 'worse'],
    [skip('a'), pass('a'), 'better'],
    [skip('a'), fail('a', 'x'), 'worse'],
    [skip('a'), skip('a'), 'same'],
    [pass('a'), incomplete({ title: 'a' }), 'worse'],
    [incomplete({ title: 'a' }), pass('a'), 'better'],
    [incomplete({ title: 'a' }), fail('a', 'x'), 'worse'],
    [fail('a', 'x'), fail('a', 'x', 'y'), 'worse'],
    [fail('a', 'x', 'y'), fail('a', 'x'), 'better'],
    [fail('a', 'x'), fail('a', 'y'), 'worse'],
    [fail('a', 'x'), verdict({ title: 'a', status: 'error', reason: 'broken' }), 'worse'],
  ] as const) {
    const words = (v: Verdict) => [v.status, ...v.violations.map(({ property }) => property)].join(' ');
    it(`${words(before)}, then ${words(after)}: ${kind}`, () => assert.equal(kindOf(before, after), kind));
  }

  it('list new and removed cases; a new case is worse only when it fails', () => {
    const diff = diffReports(buildReport(pass('old'), pass('both')), buildReport(pass('both'), pass('new')));
    assert.deepEqual([diff.added.length, diff.gone.length, diff.same], [1, 1, 1]);
    assert.equal(isWorse(diff), false);
    assert.equal(isWorse(diffReports(buildReport(), buildReport(fail('new', 'x')))), true);
    assert.equal(isWorse(diffReports(buildReport(), buildReport(incomplete()))), true);
  });

  it('name every change, as text and as Markdown, whatever titles do', () => {
    const old = buildReport(pass('a'), fail('b', 'y'), pass('c'));
    const diff = diffReports(old, buildReport(fail('a', 'x'), pass('b'), fail(HOSTILE, 'z')));
    const text = diffLines(diff, terminalOutput(process.stdout, { LANG: 'C.UTF-8', NO_COLOR: '1' })).join('\n');
    for (const word of ['Worse', 'Better', 'New', 'Gone', 'pass -> fail: x', 'fail -> pass'])
      assert.ok(text.includes(word), word);
    const markdown = diffMarkdown(diff).join('\n');
    assert.match(markdown, /### Worse \(1\)/);
    assert.match(markdown, /pass → fail: x/);
    assert.doesNotMatch(markdown, /<script/);
    for (const row of markdown.split('\n').filter((line) => line.startsWith('|')))
      assert.equal(row.replaceAll('\\|', '').split('|').length, 5, row);
  });
});
