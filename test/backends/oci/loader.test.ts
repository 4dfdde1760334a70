/** How many system calls come before a program's own, against what strace sees of programs that make none, or have no loader. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { countLoaderCalls } from '../../../src/backends/oci/loader.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { HERE } from './here.ts';

/** By its path: shells have one of their own. */
const PROGRAM = '/bin/true';

describe('the system calls of the loader', () => {
  before(function () {
    if (spawnSync('strace', ['true']).status === 0) return;
    console.log('      skipped: strace is not here, or cannot trace (apt-get install strace)');
    this.skip();
  });

  it('are all that a program makes which makes none of its own', async () => {
    const shown = spawnSync('strace', ['-e', 'trace=openat,read', PROGRAM], { encoding: 'utf8' }).stderr;
    for (const call of ['openat', 'read']) {
      const all = shown.split('\n').filter((line) => line.startsWith(`${call}(`)).length;
      assert.ok(all > 0, shown);
      assert.equal(await countLoaderCalls(HERE, PROGRAM, call), all);
    }
  });

  it('are none of those that it makes to list libraries', async () => {
    assert.equal(await countLoaderCalls(HERE, PROGRAM, 'write'), 0);
  });

  it('are none of a program without a loader, which is not started', async () => {
    const folder = temporaryFolder({ started: '#!/bin/sh\ntouch "$0.started"\n' });
    const program = `${folder.path}/started`;
    execFileSync('chmod', ['+x', program]);
    assert.equal(await countLoaderCalls(HERE, program, 'openat'), 0);
    assert.equal(execFileSync('ls', [folder.path], { encoding: 'utf8' }), 'started\n');
    folder.remove();
  });
});
