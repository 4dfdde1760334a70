import assert from 'node:assert/strict';
import { parse } from 'yaml';
import TapReporter from '../../src/mocha/reporters/tap.ts';
import { buildReport, type FakeTest } from './fixtures/run.ts';
import { failing, HOSTILE, incomplete, verdict, violation } from './fixtures/verdicts.ts';

interface Point {
  readonly ok: boolean;
  readonly number: number;
  readonly description: string;
  readonly directive?: string;
  readonly facts?: Record<string, unknown>;
}

/** Reads TAP 14 as its specification says, and rejects what it does not allow. */
function read(text: string): { points: Point[]; plan: number } {
  const lines = text.split('\n');
  assert.equal(lines.shift(), 'TAP version 14');
  const points: { -readonly [K in keyof Point]: Point[K] }[] = [];
  let plan = -1;
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i]!;
    const point = /^(not )?ok (\d+) - ((?:\\.|[^\\#])*?)(?: # (.*))?$/.exec(line);
    if (point) {
      points.push({
        ok: point[1] === undefined,
        number: Number(point[2]),
        description: point[3]!.replace(/\\(.)/g, '$1'),
        ...(point[4] !== undefined && { directive: point[4] }),
      });
    } else if (line === '  ---') {
      const end = lines.indexOf('  ...', i);
      assert.ok(end > i, 'a YAML block has an end');
      points.at(-1)!.facts = parse(
        lines
          .slice(i + 1, end)
          .map((l) => l.replace(/^ {2}/, ''))
          .join('\n'),
      ) as Record<string, unknown>;
      i = end;
    } else if (/^1\.\.\d+$/.test(line)) {
      plan = Number(line.slice(3));
    } else {
      assert.ok(line === '' || line.startsWith('# '), `not TAP: ${line}`);
    }
  }
  return { points, plan };
}

async function report(tests: readonly FakeTest[]): Promise<ReturnType<typeof read>> {
  return read((await buildReport(TapReporter, tests)).text);
}

describe('tap', () => {
  it('numbers the cases and has the plan at the end', async () => {
    const { points, plan } = await report([
      { title: 'a', verdict: verdict({ title: 'a' }) },
      { title: 'b', verdict: failing({ title: 'b' }) },
      { title: 'ordinary' },
    ]);
    assert.equal(plan, 3);
    assert.deepEqual(
      points.map((p) => [p.number, p.ok, p.description]),
      [
        [1, true, 'a'],
        [2, false, 'b'],
        [3, true, 'scenarios ordinary'],
      ],
    );
  });

  it('says why a case was skipped, and does nothing with TODO', async () => {
    const { points } = await report([{ title: 's', verdict: verdict({ status: 'skip', reason: 'no freezer\nhere' }) }]);
    assert.equal(points[0]!.ok, true);
    assert.equal(points[0]!.directive, 'SKIP no freezer here');
  });

  it('is not ok for a search that was stopped', async () => {
    const { points } = await report([{ title: 'i', verdict: incomplete() }]);
    assert.equal(points[0]!.ok, false);
    assert.equal(points[0]!.facts!['severity'], 'incomplete');
    assert.match(String(points[0]!.facts!['message']), /limit of 1,000 states/);
  });

  it('says what went wrong as YAML', async () => {
    const { points } = await report([{ title: 'f', verdict: failing() }]);
    const facts = points[0]!.facts!;
    assert.equal(facts['message'], violation.message);
    assert.equal(facts['at'], 'scenarios/ptrace/traced.yaml:3:1');
    assert.equal((facts['violations'] as Record<string, unknown>[])[0]!['property'], violation.property);
    assert.match(facts['replay'] as string, /npx mktrouble/);
  });

  it('stays TAP whatever the text', async () => {
    const bad = { property: HOSTILE, message: HOSTILE, expected: HOSTILE };
    const { points, plan } = await report([
      { title: HOSTILE, verdict: failing({ title: HOSTILE, violations: [bad] }) },
      { title: HOSTILE, verdict: verdict({ title: HOSTILE, status: 'skip', reason: HOSTILE }) },
      { title: HOSTILE, throws: new Error(HOSTILE) },
    ]);
    assert.equal(plan, 3);
    assert.deepEqual(
      points.map((p) => p.ok),
      [false, true, false],
    );
    assert.equal(points[0]!.directive, undefined);
    assert.ok((points[0]!.facts!['message'] as string).includes('ünïcødé'));
  });
});
