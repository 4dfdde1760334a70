/** What CRIU knows of the kernel when a case begins. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type CriuBackend, criu } from '../../../src/backends/criu/index.ts';
import { type Criu, locateCriu } from '../../../src/backends/criu/locate.ts';
import { skipWhereNone } from '../../support/available.ts';
import { type Folder, temporaryFolder } from '../../support/folder.ts';
import { parseCriu, wrapCriu } from './programs.ts';

describe('The kernel that CRIU has looked at', function () {
  this.timeout(60_000);
  let folder: Folder;
  let backend: CriuBackend;

  /** CRIU behind a script that writes down, for each call, whether there is a file with what was found out. */
  before(async function () {
    folder = temporaryFolder();
    await skipWhereNone(criu, this);
    const note = `test -e /run/criu.kdat && echo known >> ${seen()} || echo unknown >> ${seen()}`;
    const itself = (await locateCriu()) as Criu;
    backend = criu({ criu: wrapCriu(itself, path.join(folder.path, 'criu'), note) });
  });
  after(async () => {
    await backend?.dispose();
    folder.remove();
  });

  const seen = (): string => path.join(folder.path, 'seen');

  /** What is known at each call of a case. */
  async function callsOf(words: string): Promise<string[]> {
    rmSync(seen(), { force: true });
    await backend.run({ case: parseCriu(words), protocol: 'series', seed: '0', maxSteps: 1 });
    assert.ok(existsSync(seen()), 'CRIU was called');
    return readFileSync(seen(), 'utf8').trim().split('\n');
  }

  it('is known to every case after the first', async () => {
    assert.equal((await callsOf(''))[0], 'unknown');
    assert.deepEqual(await callsOf(''), ['known', 'known']);
    assert.deepEqual(await callsOf('images: { file: pstree, missing: true }'), ['known', 'known']);
  });

  it('is looked at again where a fault may be meant for that', async () => {
    await callsOf('');
    for (const words of [
      'syscalls: { of: dump, call: openat, number: 1, errno: ENOMEM }',
      'fault-point: { of: dump, number: 1 }',
      'dump-limits: { files: 64 }',
    ])
      assert.equal((await callsOf(words))[0], 'unknown', words);
    for (const words of ['fault-point: { of: restore, number: 1 }', ''])
      assert.equal((await callsOf(words))[0], 'known', words);
  });

  it('does not change which system calls a fault can be meant for', async () => {
    const calls = async (of: CriuBackend) => (await of.systemCalls(parseCriu(''))).map(({ call }) => call);
    const fresh = criu();
    const first = await calls(fresh);
    await callsOf('');
    const later = await calls(backend);
    await fresh.dispose();
    assert.ok(Math.abs(first.length - later.length) < first.length / 20, `${first.length} and ${later.length}`);
  });
});
