import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Github } from '../../reporters/listeners/github.ts';
import type { CaseResult } from '../../reporters/shared/result.ts';
import { buildSummary, ordinary, resultFor } from './fixtures/results.ts';
import { screen } from './fixtures/screen.ts';
import { failing, HOSTILE, incomplete, verdict, violation } from './fixtures/verdicts.ts';

interface Annotation {
  readonly properties: Record<string, string>;
  readonly message: string;
}

const plain = (text: string): string =>
  text.replace(/%(25|0D|0A|3A|2C)/g, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));

/** Reads workflow commands the way a runner does. */
function annotations(text: string): Annotation[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const parts = /^::error ([^:]*)::(.*)$/.exec(line);
      assert.ok(parts, `not an annotation: ${line}`);
      const pairs = parts[1]!
        .split(',')
        .map((pair) => [pair.slice(0, pair.indexOf('=')), plain(pair.slice(pair.indexOf('=') + 1))]);
      return { properties: Object.fromEntries(pairs) as Record<string, string>, message: plain(parts[2]!) };
    });
}

function show(results: readonly CaseResult[], env: Record<string, string> = {}): { text: string; summary: string } {
  const folder = mkdtempSync(join(tmpdir(), 'mktrouble-github-'));
  try {
    const on = screen();
    const file = join(folder, 'summary.md');
    const github = new Github({ out: on.out, options: {} }, { GITHUB_STEP_SUMMARY: file, ...env });
    for (const result of results) github.result(result);
    github.end(buildSummary(results));
    return { text: on.text(), summary: readFileSync(file, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('github', () => {
  it('annotates the scenario with what is violated', () => {
    const [annotation] = annotations(show([resultFor(verdict()), resultFor(failing())]).text) as [Annotation];
    assert.equal(annotation.properties['file'], 'scenarios/ptrace/traced.yaml');
    assert.equal(annotation.properties['line'], '3');
    assert.equal(annotation.properties['col'], '1');
    assert.match(annotation.properties['title']!, /A traced descendant/);
    assert.ok(annotation.message.includes(violation.message));
    assert.ok(annotation.message.includes(violation.expected!));
  });

  it('annotates a search that was stopped, and does not say that all passed', () => {
    const { text, summary } = show([resultFor(verdict()), resultFor(incomplete())]);
    const [annotation] = annotations(text) as [Annotation];
    assert.match(annotation.message, /limit of 1,000 states/);
    assert.match(summary, /1 incomplete/);
    assert.doesNotMatch(summary, /all cases passed/);
  });

  it('annotates the line that expects otherwise', () => {
    const position = { file: 'scenarios/ptrace/traced.yaml', line: 17, column: 5 };
    const [annotation] = annotations(show([resultFor(failing({ violations: [{ ...violation, position }] }))]).text) as [
      Annotation,
    ];
    assert.equal(annotation.properties['line'], '17');
  });

  it('annotates each mistake of a broken file at its own place', () => {
    const broken = new Error('a/b.yaml:3:7: unknown signal SIGUSER1\n  3 | x\n\na/b.yaml:9:1: unknown key trees');
    const list = annotations(show([ordinary('is a scenario file', broken)]).text);
    assert.deepEqual(
      list.map((a) => a.properties['line']),
      ['3', '9'],
    );
  });

  it('gives paths from the root of the repository', () => {
    const position = { file: join(process.cwd(), 'scenarios/x.yaml'), line: 1, column: 1 };
    const [annotation] = annotations(
      show([resultFor(failing({ position }))], { GITHUB_WORKSPACE: process.cwd() }).text,
    ) as [Annotation];
    assert.equal(annotation.properties['file'], 'scenarios/x.yaml');
  });

  it('lets no text forge another command', () => {
    const bad = { property: HOSTILE, message: HOSTILE };
    const position = { file: 'a,b:c%0A::error::.yaml', line: 1, column: 1 };
    const list = annotations(
      show([resultFor(failing({ title: HOSTILE, position, violations: [bad] })), ordinary(HOSTILE, new Error(HOSTILE))])
        .text,
    );
    assert.equal(list.length, 2);
    assert.equal(list[0]!.properties['file'], position.file);
    assert.ok(list[0]!.message.includes('::error file=x::forged%0Aline'));
  });

  it('sums up for the page of the job', () => {
    const { summary } = show([
      resultFor(verdict()),
      resultFor(failing({ title: 'a | b <b>bold</b>' })),
      resultFor(verdict({ status: 'skip', reason: 'no freezer' })),
    ]);
    assert.match(summary, /1 passed, 1 failed/);
    assert.match(summary, /no freezer/);
    assert.match(summary, /a \\\| b &lt;b&gt;bold/);
    assert.match(summary, /npx mktrouble/);
  });

  it('keeps the summary below what a job may have', () => {
    const { summary } = show(Array.from({ length: 5000 }, () => resultFor(failing({ title: 'x'.repeat(1000) }))));
    assert.ok(Buffer.byteLength(summary) < 1024 * 1024);
    assert.match(summary, /and 4900 more/);
  });
});
