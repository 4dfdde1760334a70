/** The backend of container runtimes: what it refuses, and real containers, where runc and CRIU are unpacked. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { Backend } from '../../../src/backends/index.ts';
import { listCgroupFolders } from '../../../src/backends/oci/sandbox.ts';
import { criuScript, quote } from '../../../src/backends/oci/scripts.ts';
import { openBackend } from '../../../src/injector/backends.ts';
import { runCase } from '../../../src/injector/index.ts';
import { KNOWN_NAMES } from '../../../src/injector/known.ts';
import type { Case } from '../../../src/model/case.ts';
import { parseScenarios } from '../../../src/scenario/index.ts';
import { skipWithout } from '../../support/available.ts';

function parseCase(runtime: string, more = ''): Case {
  const text = `scenario: A\ntree: { pid: 100, children: [{ pid: 101 }] }\nruntime: ${runtime}\n${more}`;
  const { cases, diagnostics } = parseScenarios(text, 'a.yaml', KNOWN_NAMES);
  assert.deepEqual(diagnostics, []);
  return cases[0]!;
}

describe('the backend of container runtimes', function () {
  this.timeout(120_000);

  it('quotes every word of a command', () => assert.equal(quote("it's"), "'it'\\''s'"));

  it('puts CRIU on the PATH with the faults of its starts', () => {
    const script = criuScript(['/criu/ld.so', '/criu/criu'], ['/other'], 'export A=1');
    for (const part of ["criu=('/criu/ld.so' '/criu/criu')", 'export A=1', 'strace -D'])
      assert.ok(script.includes(part));
  });

  describe('where runc works', () => {
    let backend: Backend;
    before(async function () {
      backend = await openBackend('oci');
      await skipWithout(backend, this);
      const runc = (await backend.capabilities()).find(({ name }) => name === 'runc');
      if (runc?.available) return;
      console.log(`      skipped: runc: ${runc?.detail}`);
      this.skip();
    });
    after(() => backend.dispose());

    const run = (c: Case) => runCase(c, { backend });
    const violated = (verdict: Awaited<ReturnType<typeof runCase>>) =>
      verdict.violations.map(({ property }) => property).sort();

    it('refuses, with a reason, what it cannot do', () => {
      const refused = [
        parseCase('{ name: runc, version: "<0.1" }'),
        parseCase('{ name: runc, rounds: [leave-running, restore-renamed] }'),
        parseCase('{ name: runc }', 'faults: [{ kill: 100 }]'),
      ];
      for (const c of refused) assert.ok(backend.refuses(c, c.restart.protocol), JSON.stringify(c.runtime));
      assert.equal(backend.refuses(parseCase('{ name: runc }'), 'series'), undefined);
    });

    it('restores a container under another name, with the memory of its tasks', async () => {
      const c = parseCase(
        '{ name: runc, rounds: [checkpoint, restore-renamed, exec] }',
        'expect: { coordinator: ok, tasks: { all: resumed } }',
      );
      const { status, violations, record, reason } = await run(c);
      assert.deepEqual([status, violations, reason], ['pass', [], undefined]);
      const [saved, restored] = record!.runtime!.runs;
      assert.deepEqual(saved!.before.answers[101], { asked: 2, memory: 'memory-of-101' });
      assert.equal(restored!.container, 'two');
      assert.deepEqual(restored!.after.answers[101], { asked: 3, memory: 'memory-of-101' });
    });

    it('reports CRIU that is missing as a failed checkpoint of a container that runs on', async () => {
      const c = parseCase(
        '{ name: runc, rounds: [checkpoint], faults: { criu: missing, of: checkpoint } }',
        'expect: { coordinator: failed, tasks: { all: untouched } }',
      );
      const { status, violations, record } = await run(c);
      assert.deepEqual([status, violations], ['pass', []]);
      assert.deepEqual(record!.fired, ['runtime.faults.0']);
    });

    it('finds what a runtime leaves that was killed in a restore', async () => {
      const c = parseCase('{ name: runc, faults: { kill: runtime, of: restore, call: openat, number: 30 } }');
      const verdict = await run(c);
      assert.equal(verdict.record!.runtime!.runs[1]!.signal, 9);
      assert.ok(violated(verdict).includes('failed-container-restore-leaves-nothing'), verdict.reason);
    });

    it('leaves no cgroup, in any hierarchy', async () => {
      await run(parseCase('{ name: runc, faults: { kill: runtime, of: restore } }'));
      for (const folder of listCgroupFolders()) {
        const own = readdirSync(folder).filter(
          (name) => name.startsWith('mktrouble-oci-') && name.includes(`-${process.pid}-`),
        );
        assert.deepEqual(own, [], folder);
      }
    });
  });
});
