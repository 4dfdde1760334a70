/** A crun that was built without CRIU: a copy of the unpacked one, with a program that prints what such a crun prints. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Unpacked } from '../../../src/backends/index.ts';
import oci from '../../../src/backends/oci/index.ts';
import { openBackend, toCreateOptions } from '../../../src/injector/backends.ts';
import { KNOWN_NAMES } from '../../../src/injector/known.ts';
import { parseScenarios } from '../../../src/scenario/index.ts';
import { skipWithout } from '../../support/available.ts';
import { type Folder, temporaryFolder } from '../../support/folder.ts';

const WITHOUT = `#!/bin/sh
echo 'crun version 1.21'
echo '+SYSTEMD +SELINUX +APPARMOR +CAP +SECCOMP +EBPF +YAJL'
`;

describe('a crun that was built without CRIU', function () {
  this.timeout(120_000);
  let folder: Folder;
  let unpacked: readonly Unpacked[];
  const options = toCreateOptions({});

  before(async function () {
    const usual = await openBackend('oci');
    await skipWithout(usual, this);
    await usual.dispose();
    unpacked = await options.findUnpacked('crun');
    if (unpacked.length === 0) {
      console.log('      skipped: crun is not here: `npx mktrouble setup crun` fetches it');
      this.skip();
    }
    folder = temporaryFolder();
    const copy = path.join(folder.path, 'crun');
    execFileSync('cp', ['-a', unpacked[0]!.folder, copy]);
    const program = path.join(copy, 'usr/bin/crun');
    rmSync(program);
    writeFileSync(program, WITHOUT);
    chmodSync(program, 0o755);
  });
  after(() => folder?.remove());

  async function describeCrun(found: readonly Unpacked[]) {
    const backend = await oci.create({
      ...options,
      findUnpacked: async (name) => (name === 'crun' ? found : options.findUnpacked(name)),
    });
    try {
      const crun = (await backend.capabilities()).find(({ name }) => name === 'crun');
      const text = 'scenario: A\ntree: { pid: 100 }\nruntime: { name: crun }\n';
      return { crun, reason: backend.refuses(parseScenarios(text, 'a.yaml', KNOWN_NAMES).cases[0]!, 'series') };
    } finally {
      await backend.dispose();
    }
  }

  it('is skipped with that reason', async () => {
    const { crun, reason } = await describeCrun([{ version: '1.21', folder: path.join(folder.path, 'crun') }]);
    assert.deepEqual([crun?.available, crun?.detail], [false, 'crun 1.21 was built without CRIU']);
    assert.equal(reason, 'crun 1.21 was built without CRIU');
  });

  it('is not used where another version has CRIU', async () => {
    const { crun, reason } = await describeCrun([
      { version: '9.99', folder: path.join(folder.path, 'crun') },
      unpacked[0]!,
    ]);
    assert.equal(reason, undefined);
    assert.match(crun!.detail ?? '', new RegExp(`^${unpacked[0]!.version}, by CRIU`));
  });
});
