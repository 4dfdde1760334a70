import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Json } from '../../reporters/listeners/json.ts';
import type { Setting } from '../../reporters/shared/listener.ts';
import { parseReport, resultFrom } from '../../reporters/shared/read-report.ts';
import JsonReporter from '../../src/mocha/reporters/json.ts';
import type { Environment } from '../../src/record/environment.ts';
import { keysByHeading } from '../support/markdown.ts';
import { criuRecord, failedDump, killedRestore } from './fixtures/criu.ts';
import { realRuns } from './fixtures/real.ts';
import { buildReport, type FakeTest } from './fixtures/run.ts';
import { buildRecord, failing, HOSTILE, incomplete, recordOfLength, verdict, violation } from './fixtures/verdicts.ts';

type Plain = Record<string, unknown>;
interface Document {
  version: number;
  cases: Plain[];
  summary: Plain;
  environments: Plain[];
  shard?: Plain;
}

async function report(tests: readonly FakeTest[], options: Plain = {}): Promise<Document> {
  return JSON.parse((await buildReport(JsonReporter, tests, options)).text) as Document;
}

const position = { file: 'a.yaml', line: 1, column: 2 };
const tried = { strategy: 'exhaustive', schedules: 1, states: 2, transitions: 3, outcomes: 4, complete: true } as const;
const environment: Environment = {
  mktrouble: '1.0.0',
  node: '20.19.2',
  kernel: 'Linux 6.8.0 x86_64',
  user: 'root',
  backend: 'criu',
  tool: { name: 'CRIU', version: '4.1.1', path: '/criu', setting: ['MKTROUBLE_CRIU', '/criu'] },
  capabilities: [{ name: 'criu', available: true, detail: 'as root' }],
};

const every: FakeTest[] = [
  { title: 'passes', verdict: verdict({ title: 'passes', record: buildRecord(), environment }) },
  {
    title: 'fails',
    verdict: failing({
      title: 'fails',
      bucket: {
        id: '0123456789',
        signature: { property: 'ghosts-exit', place: 'ghost at exit', shape: '' },
        state: 'known',
        defect: 'a-ghost-stays',
        title: 'A ghost stays',
        issue: '#1',
      },
      attempts: [{ status: 'fail', violated: ['ghosts-exit'], duration: 1 }],
      tried,
      violations: [{ ...violation, position }],
      differential: [buildRecord(), buildRecord()],
      endings: [
        {
          coordinator: { end: 'returned', result: 0 },
          tasks: { 100: { end: 'killed' } },
          findings: [],
          restores: [],
          references: 0,
          steps: 3,
          violates: [],
        },
      ],
      replay: 'x.replay.yaml',
      shrunk: true,
      shrinking: { tried: 3, tasks: 5, stopped: true },
    }),
  },
  {
    title: 'covered',
    verdict: verdict({
      title: 'covered',
      coverage: {
        points: [{ name: 'claim', reached: true }],
        steps: [{ name: 'doRestart: claim', reached: false }],
        branches: [{ from: 'a', to: 'b', reached: true }],
      },
    }),
  },
  { title: 'skipped', verdict: verdict({ title: 'skipped', status: 'skip', reason: 'no freezer' }) },
  { title: 'incomplete', verdict: incomplete({ title: 'incomplete' }) },
  { title: 'known', verdict: verdict({ title: 'known', known: [violation], record: buildRecord() }) },
  { title: 'ordinary' },
  { title: 'ordinary failure', throws: new Error('6 !== 7') },
  { title: 'is large', verdict: verdict({ title: 'is large', record: recordOfLength(200_000) }) },
];

describe('json', () => {
  it('of real runs is the same when it is read and written again', async () => {
    const runs = await realRuns(['series', 'hardened'], ['1', '2']);
    const others = [criuRecord(), failedDump(), killedRestore()].map((record) => failing({ record, environment }));
    const verdicts = [...runs.map((run) => run.verdict), ...others];
    const tests = [...every, ...verdicts.map((one) => ({ title: one.title, verdict: one }))];
    const { text } = await buildReport(JsonReporter, tests, { records: 'all' });
    const read = parseReport(text, 'a.json');
    assert.ok(typeof read !== 'string', 'the report is read');
    let again = '';
    const write = (more: string): void => {
      again += more;
    };
    const json = new Json({ out: { write }, options: { records: 'all' } } as unknown as Setting);
    for (const one of read.cases) json.result(resultFrom(one, read.environments));
    if (read.coverage) json.coverage(read.coverage);
    json.end(read.summary);
    // Lines, so that a failure names the case that differs.
    assert.deepEqual(again.split('\n'), text.split('\n'));
  });

  it('has an object for each case, and a summary', async () => {
    const { version, cases, summary } = await report(every);
    assert.equal(version, 1);
    assert.deepEqual(
      cases.map((c) => [c['title'], c['result']]),
      [
        ['passes', 'pass'],
        ['fails', 'fail'],
        ['covered', 'pass'],
        ['skipped', 'skip'],
        ['incomplete', 'incomplete'],
        ['known', 'pass'],
        ['ordinary', 'pass'],
        ['ordinary failure', 'fail'],
        ['is large', 'pass'],
      ],
    );
    assert.equal(cases[3]!['reason'], 'no freezer');
    assert.equal((cases[7]!['error'] as Plain)['message'], '6 !== 7');
    assert.equal(summary['cases'], 9);
    assert.equal(summary['failed'], 2);
    assert.equal(summary['incomplete'], 1);
    assert.equal(summary['known'], 1);
    assert.equal(summary['interrupted'], false);
  });

  it('has records of failed cases, or as requested', async () => {
    const withRecord = async (options: Plain): Promise<unknown[]> => {
      const { cases } = await report(every, options);
      return cases.filter((c) => c['record']).map((c) => c['title']);
    };
    assert.deepEqual(await withRecord({}), ['fails', 'known']);
    assert.deepEqual(await withRecord({ records: 'all' }), ['passes', 'fails', 'known']);
    assert.deepEqual(await withRecord({ records: 'none' }), []);
  });

  it('holds the record as it is', async () => {
    const { cases } = await report(every);
    assert.deepEqual(cases[1]!['record'], JSON.parse(JSON.stringify(buildRecord())));
  });

  it('survives any text', async () => {
    const { cases } = await report([{ title: HOSTILE, verdict: failing({ title: HOSTILE, why: HOSTILE }) }]);
    assert.equal(cases[0]!['title'], HOSTILE);
  });

  it('names an engine that cannot dump at all', async () => {
    const one = every.find(({ verdict }) => verdict)!;
    const results = ['old', 'new'].flatMap((project) =>
      [1, 2, 3, 4, 5].map((n): FakeTest => {
        const record = project === 'old' ? failedDump() : criuRecord();
        return { ...one, verdict: verdict({ id: `case-${n}`, backend: 'criu', project, record }) };
      }),
    );
    const { engines } = (await report(results)) as unknown as { engines: { broken: string[]; cases: unknown[] } };
    assert.equal(engines.broken.length, 1);
    assert.match(engines.broken[0]!, /^old /);
    assert.deepEqual(engines.cases, []);
  });

  it('is whole without a case', async () => {
    assert.deepEqual((await report([])).cases, []);
  });

  it('is whole when the process ends in the middle of the run', function () {
    this.timeout(20_000);
    const folder = mkdtempSync(join(tmpdir(), 'mktrouble-json-'));
    try {
      const output = join(folder, 'report.json');
      const script = fileURLToPath(new URL('./fixtures/exits-in-the-middle.ts', import.meta.url));
      const { status } = spawnSync(process.execPath, ['--import', 'tsx', script, output], { encoding: 'utf8' });
      assert.equal(status, 130);
      const { cases, summary } = JSON.parse(readFileSync(output, 'utf8')) as Document;
      assert.equal(cases.length, 1);
      assert.equal(summary['interrupted'], true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has the keys that docs/json-report.md names, and no others', async () => {
    const documented = keysByHeading(readFileSync(new URL('../../docs/json-report.md', import.meta.url), 'utf8'));
    const one = every.find(({ verdict }) => verdict)!;
    const named = every.find(({ verdict }) => verdict?.environment?.tool)!.verdict!.environment!;
    const environment = { ...named, otherTools: [named.tool!] };
    const engines = ['old', 'new'].map((project, projectNumber) => ({
      ...one,
      verdict: { ...one.verdict!, project, projectNumber, environment },
    }));
    const document = await report([...every, ...engines], {
      records: 'all',
      shard: { index: 1, of: 2, plan: 'abc', tests: 3 },
    });
    const cases = document.cases;
    const all = (pick: (c: Plain) => unknown): Plain[] =>
      cases.flatMap((c) => pick(c) ?? []).filter(Boolean) as Plain[];
    const actual: Record<string, Plain[]> = {
      'The document': [document as unknown as Plain],
      'A case': cases,
      'A position': all((c) => c['position']),
      'A violation': all((c) => [...(c['violations'] as Plain[]), ...(c['known'] as Plain[])]),
      'A bucket': all((c) => c['bucket']),
      'What was tried': all((c) => c['tried']),
      'What stopped a search': all((c) => (c['tried'] as Plain | null)?.['stopped']),
      'An attempt': all((c) => c['attempts']),
      'A shard': [document.shard!],
      Shrinking: all((c) => c['shrinking']),
      'An ending': all((c) => c['endings']),
      'An error': all((c) => c['error']),
      'The summary': [document.summary],
      'An environment': document.environments,
      'The program of a backend': document.environments.flatMap((e) => e['tool'] ?? []) as Plain[],
      'A capability': document.environments.flatMap((e) => e['capabilities'] ?? []) as Plain[],
      Coverage: Object.values((document as unknown as { coverage: Record<string, Plain> }).coverage),
      'Several reports': [],
    };
    assert.deepEqual([...documented.keys()].sort(), Object.keys(actual).sort());
    for (const [heading, objects] of Object.entries(actual)) {
      const keys = new Set(objects.flatMap((o) => Object.keys(o)));
      assert.deepEqual([...keys].sort(), documented.get(heading)!.sort(), heading);
    }
  });
});
