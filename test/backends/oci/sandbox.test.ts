/** The sandbox of containers: it ends what it has started, and leaves no cgroup, whatever happens to its parts. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sandbox } from '../../../src/backends/oci/sandbox.ts';
import { openBackend, toCreateOptions } from '../../../src/injector/backends.ts';
import { RUNTIME_NAMES } from '../../../src/model/runtime.ts';
import { skipWithout } from '../../support/available.ts';
import { ownCgroups } from './own-cgroups.ts';

/** The first child of a process. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ')[0]);
}

/** The child of a process that is to sleep: once its shell has ended, and it is a child. */
async function findSleeper(parent: number): Promise<number> {
  for (;;) {
    const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'latin1').trim().split(' ');
    const found = children.find((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('sleep\0');
      } catch {
        return false;
      }
    });
    if (found !== undefined) return Number(found);
    await sleep(20);
  }
}

/** The shell that this program has started for a sandbox. */
function findWarden(): number {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1').trim().split(' ');
  const isWarden = (pid: string) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('mkdir $CGROUPS');
  return Number(children.find(isWarden));
}

/** The root of a sandbox; the test is skipped where there is none. */
async function findTree(context: Mocha.Context): Promise<string> {
  await skipWithout(await openBackend('oci'), context);
  const { findUnpacked } = toCreateOptions({});
  const found = await Promise.all(RUNTIME_NAMES.map((name) => findUnpacked(name)));
  return found.flat()[0]!.folder;
}

describe('the sandbox of containers', () => {
  describe('a sandbox', () => {
    let sandbox: Sandbox;
    before(async function () {
      sandbox = await Sandbox.start({ tree: await findTree(this), stopLimit: 300 });
    });

    it('ends a command at its limit, with all that it has started', async () => {
      const { timedOut } = await sandbox.start('sleep 1000 & sleep 1000', 200).ended;
      assert.equal(timedOut, 200);
      assert.doesNotMatch(await sandbox.shell('ps'), /sleep 1000/);
    });

    it('does not keep the program that stops it waiting, and removes its cgroups when it ends at last', async () => {
      const warden = findWarden();
      process.kill(warden, 'SIGSTOP');
      const started = performance.now();
      await sandbox.stop();
      const took = performance.now() - started;
      process.kill(warden, 'SIGCONT');
      assert.ok(took >= 300 && took < 10_000, `${took} ms`);
      // Its parent is this program, which reaps it.
      while (existsSync(`/proc/${warden}`)) await sleep(20);
      assert.deepEqual(ownCgroups(), []);
      const { signal } = await sandbox.start('true', 1000).ended;
      assert.equal(signal, 9, 'a command after the end of the sandbox');
    });
  });

  describe('a sandbox that is frozen', () => {
    let tree: string;
    let sandbox: Sandbox;
    before(async function () {
      tree = await findTree(this);
    });
    afterEach(() => sandbox.stop());

    for (const { file, frozen, version } of [
      { file: 'freezer.state', frozen: 'FROZEN', version: 'v1' },
      { file: 'cgroup.freeze', frozen: '1', version: 'v2' },
    ]) {
      for (const end of ['stopped', 'without its init', 'without its warden']) {
        it(`ends with all in it: cgroup ${version}, ${end}`, async function () {
          sandbox = await Sandbox.start({ tree });
          await sandbox.shell('sleep 1000 > /dev/null 2>&1 &');
          const warden = findWarden();
          const outer = childOf(warden);
          const init = childOf(outer);
          const task = await findSleeper(init);
          const cgroups = ownCgroups().map((folder) => path.join(folder, 'frozen'));
          for (const folder of cgroups) mkdirSync(folder);
          const freezer = cgroups.find((folder) => existsSync(path.join(folder, file)));
          if (freezer === undefined) {
            console.log(`      skipped: no freezer of cgroup ${version} here`);
            this.skip();
          }
          writeFileSync(path.join(freezer, 'cgroup.procs'), String(task));
          writeFileSync(path.join(freezer, file), frozen);
          if (end === 'without its init') process.kill(init, 'SIGKILL');
          if (end === 'without its warden') process.kill(warden, 'SIGKILL');
          await sandbox.stop();
          for (let i = 0; i < 100 && existsSync(`/proc/${task}`); i++) await sleep(50);
          assert.ok(!existsSync(`/proc/${task}`), 'the frozen task has ended');
          assert.deepEqual(ownCgroups(), []);
        });
      }
    }
  });
});
