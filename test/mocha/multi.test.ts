import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPORTER_NAMES } from '../../reporters/registry.ts';
import { Multi } from '../../src/mocha/multi.ts';
import { muted, runMocha } from '../reporters/fixtures/run.ts';
import { failing, verdict } from '../reporters/fixtures/verdicts.ts';

const tests = [
  { title: 'one', verdict: verdict() },
  { title: 'two', verdict: failing() },
];

describe('several reporters at once', () => {
  it('each report the same run, to files and to the terminal', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mktrouble-multi-'));
    try {
      const file = (name: string): string => join(folder, name);
      const reporters = [
        { name: 'spec' },
        { name: 'json', output: file('r.json') },
        { name: 'junit', output: file('r.xml') },
        { name: 'dot' },
      ];
      const { shown, value } = await muted(() => runMocha(Multi, tests, { reporters }));
      assert.equal(value.failures, 1);
      assert.equal(value.exitCode, 0);
      assert.match(shown, /1 passed, 1 failed/);
      assert.equal((JSON.parse(readFileSync(file('r.json'), 'utf8')) as { cases: unknown[] }).cases.length, 2);
      assert.match(readFileSync(file('r.xml'), 'utf8'), /<testsuites/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is spec when nothing is said', async () => {
    const { shown } = await muted(() => runMocha(Multi, tests));
    assert.match(shown, /1 passed, 1 failed/);
  });

  for (const name of [...REPORTER_NAMES, 'multi']) {
    it(`${name} can be required by Mocha as a module`, () => {
      const required: unknown = createRequire(import.meta.url)(`../../src/mocha/reporters/${name}.ts`);
      assert.equal(typeof required, 'function');
    });
  }
});
