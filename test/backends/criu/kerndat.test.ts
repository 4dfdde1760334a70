/** What CRIU knows of the kernel when a case begins. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type CriuBackend, criu } from '../../../src/backends/criu/index.ts';
import { locateCriu } from '../../../src/backends/criu/locate.ts';
import type { Case } from '../../../src/model/case.ts';
import { parseScenarios } from '../../../src/scenario/index.ts';
import { type Folder, temporaryFolder } from '../../support/folder.ts';

describe('The kernel that CRIU has looked at', function () {
  this.timeout(60_000);
  let folder: Folder;
  let backend: CriuBackend;

  /** CRIU behind a script that writes down, for each call, whether there is a file with what was found out. */
  before(async function () {
    folder = temporaryFolder();
    const found = await locateCriu();
    const probe = criu();
    const [itself] = await probe.capabilities();
    await probe.dispose();
    if (!itself?.available || typeof found === 'string') {
      console.log(`      skipped: ${itself?.detail}`);
      return this.skip();
    }
    const script = path.join(folder.path, 'criu');
    const note = `test -e /run/criu.kdat && echo known >> ${seen()} || echo unknown >> ${seen()}`;
    writeFileSync(script, `#!/bin/sh\n${note}\nexec ${found.command.join(' ')} "$@"\n`, { mode: 0o700 });
    backend = criu({ criu: script });
  });
  after(async () => {
    await backend?.dispose();
    folder.remove();
  });

  const seen = (): string => path.join(folder.path, 'seen');

  function parseCase(setup: string): Case {
    const { cases, diagnostics } = parseScenarios(`scenario: A\ntree: { pid: 100 }\ncriu: ${setup}`, 'a.yaml');
    assert.deepEqual(diagnostics, []);
    return cases[0]!;
  }

  /** What is known at each call of a case. */
  async function callsOf(setup: string): Promise<string[]> {
    rmSync(seen(), { force: true });
    await backend.run({ case: parseCase(setup), protocol: 'series', seed: '0', maxSteps: 1 });
    assert.ok(existsSync(seen()), 'CRIU was called');
    return readFileSync(seen(), 'utf8').trim().split('\n');
  }

  it('is known to every case after the first', async () => {
    assert.equal((await callsOf('{}'))[0], 'unknown');
    assert.deepEqual(await callsOf('{}'), ['known', 'known']);
    assert.deepEqual(await callsOf('{ images: { file: pstree, missing: true } }'), ['known', 'known']);
  });

  it('is looked at again where a fault may be meant for that', async () => {
    await callsOf('{}');
    for (const setup of [
      '{ syscalls: { of: dump, call: openat, number: 1, errno: ENOMEM } }',
      '{ fault-point: { of: dump, number: 1 } }',
      '{ dump-limits: { files: 64 } }',
    ])
      assert.equal((await callsOf(setup))[0], 'unknown', setup);
    for (const setup of ['{ fault-point: { of: restore, number: 1 } }', '{}'])
      assert.equal((await callsOf(setup))[0], 'known', setup);
  });

  it('does not change which system calls a fault can be meant for', async () => {
    const calls = async (of: CriuBackend) => (await of.systemCalls(parseCase('{}'))).map(({ call }) => call);
    const fresh = criu();
    const first = await calls(fresh);
    await callsOf('{}');
    const later = await calls(backend);
    await fresh.dispose();
    assert.ok(Math.abs(first.length - later.length) < first.length / 20, `${first.length} and ${later.length}`);
  });
});
