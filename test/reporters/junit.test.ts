import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import JunitReporter from '../../src/mocha/reporters/junit.ts';
import { FAILS, OTHERS, PASSES } from './fixtures/kinds.ts';
import { buildReport, type FakeTest } from './fixtures/run.ts';
import { buildCase, buildRecord, failing, HOSTILE, verdict, violation } from './fixtures/verdicts.ts';

const schema = readFileSync(new URL('./fixtures/junit.xsd', import.meta.url), 'utf8');

const XMLLINT = fileURLToPath(new URL('../support/xmllint.mjs', import.meta.url));

/** What xmllint has to say. It works in a thread of its own, and Node has crashed where the thread has our loader. */
function parseErrors(xml: string): string[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [XMLLINT], {
    input: JSON.stringify({ xml, schema }),
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

async function report(tests: readonly FakeTest[]): Promise<string> {
  const { text } = await buildReport(JunitReporter, tests);
  assert.deepEqual(parseErrors(text), []);
  return text;
}

/** The text of all CDATA sections of an element, joined as a parser does. */
function cdataOf(xml: string, element: string): string {
  const body = new RegExp(`<${element}(?: [^>]*)?>([\\s\\S]*?)</${element}>`).exec(xml)?.[1] ?? '';
  return [...body.matchAll(/<!\[CDATA\[([\s\S]*?)\]\]>/g)].map((m) => m[1]).join('');
}

const every: FakeTest[] = [PASSES, FAILS, ...OTHERS];

describe('junit', () => {
  it('is valid, with every kind of result counted', async () => {
    const xml = await report(every);
    const suite = /<testsuite name="scenarios\/ptrace\/traced\.yaml"[^>]*>/.exec(xml)![0];
    assert.match(suite, /tests="6"/);
    assert.match(suite, /failures="1"/);
    assert.match(suite, /errors="2"/);
    assert.match(suite, /skipped="1"/);
    assert.match(xml, /<testsuites[^>]* tests="8"/);
  });

  it('has an error of its own type for a search that was stopped', async () => {
    assert.match(await report(every), /<error message="stopped at the limit of 1,000 states" type="incomplete">/);
  });

  it('says why a case was skipped', async () => {
    assert.match(await report(every), /<skipped message="no &quot;freezer&quot; here"\/>/);
  });

  it('has a failure for each violation, its type the property', async () => {
    const second = { property: 'first-error-wins', message: 'EIO was reported', expected: 'ENOMEM', actual: 'EIO' };
    const xml = await report([{ title: 'f', verdict: failing({ violations: [violation, second] }) }]);
    assert.match(xml, /<failure[^>]*type="half-restored-never-resumes"/);
    assert.match(xml, /<failure[^>]*type="first-error-wins"/);
    assert.match(xml, /expected: ENOMEM/);
    assert.match(xml, / failures="1"/);
  });

  it('has the properties of its cases, and the timeline in system-out', async () => {
    const xml = await report([{ title: 'f', verdict: failing({ replay: 'x.replay.yaml' }) }]);
    for (const [name, value] of Object.entries({
      backend: 'simulated',
      protocol: 'series',
      seed: '7/3',
      tags: 'ptrace cleanup',
      'matrix.target': '102',
    })) {
      assert.ok(xml.includes(`<property name="${name}" value="${value}"/>`), name);
      assert.ok(cdataOf(xml, 'system-out').includes(`[[PROPERTY|${name}=${value}]]`), name);
    }
    assert.ok(cdataOf(xml, 'system-out').includes('[[PROPERTY|replay=x.replay.yaml]]'));
    assert.match(cdataOf(xml, 'system-out'), /sends SIGKILL to 100/);
  });

  it('rounds times to 3 decimals of a second', async () => {
    const xml = await report([{ title: 'p', verdict: verdict({ duration: 1234.5678 }) }]);
    assert.match(xml, /<testcase [^>]*time="1.235"/);
  });

  it('is valid whatever the text, and loses none of it that XML can hold', async () => {
    const bad = { property: HOSTILE, message: HOSTILE, expected: HOSTILE, actual: HOSTILE };
    const nasty = verdict({
      title: HOSTILE,
      tags: [HOSTILE],
      why: HOSTILE,
      status: 'fail',
      violations: [bad],
      record: buildRecord(),
      case: buildCase({ matrix: { [HOSTILE]: HOSTILE } }),
    });
    const xml = await report([
      { title: HOSTILE, verdict: nasty },
      { title: HOSTILE, verdict: { ...nasty, status: 'skip', reason: HOSTILE } },
      { title: HOSTILE, verdict: { ...nasty, status: 'error', reason: HOSTILE } },
      { title: HOSTILE, throws: new Error(HOSTILE) },
    ]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    assert.doesNotMatch(xml, /[\u0000-\u0008\u000b\u000c\u000e-\u001f]|\p{Surrogate}/u);
    const body = cdataOf(xml, 'failure');
    assert.ok(body.includes(']]> ]]]]>> <![CDATA[ ]]>]]>'), 'CDATA in CDATA is as it was');
    assert.ok(body.includes('🧨👩‍👩‍👧 and ünïcødé'));
    assert.ok(body.includes('red') && !body.includes('[31m'));
  });

  it('takes a text of a megabyte', async () => {
    const message = `${']]>'.repeat(1000)}${'x'.repeat(1_000_000)}`;
    const xml = await report([{ title: 'f', verdict: failing({ violations: [{ ...violation, message }] }) }]);
    assert.ok(cdataOf(xml, 'failure').includes(message));
  });

  it('is valid without a single case', async () => {
    assert.match(await report([]), /<testsuites/);
  });
});
