/** mktrouble is killed in the middle of cases for CRIU: no process, mount, cgroup or file of theirs is left. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileCriuAgent } from '../../src/backends/criu/compile.ts';
import { criu } from '../../src/backends/criu/index.ts';
import { locateCriu } from '../../src/backends/criu/locate.ts';
import { skipWhereNone } from '../support/available.ts';
import { PROGRAM } from '../support/program.ts';

const KILLS = 12;
/** Milliseconds at most until a case has begun, and until the last of a namespace is gone. */
const PATIENCE = 60_000;
const CGROUPS = '/sys/fs/cgroup/pids';

describe('When mktrouble is killed while CRIU dumps and restores', function () {
  // A start waits for its turn where the machine is crowded.
  this.timeout(KILLS * PATIENCE);
  let cache: string;
  /** Starts the CRIU of the usual cache. */
  let program: string;

  before(async function () {
    await skipWhereNone(criu, this);
    // An agent of our own, so that its processes can be distinguished from those of others.
    cache = mkdtempSync(path.join(tmpdir(), 'mktrouble-criu-'));
    const located = await locateCriu();
    assert.ok(typeof located !== 'string');
    program = path.join(cache, 'criu');
    writeFileSync(program, `#!/bin/sh\nexec ${located.command.join(' ')} "$@"\n`, { mode: 0o700 });
    await compileCriuAgent(cache);
  });

  after(() => cache && rmSync(cache, { recursive: true, force: true }));

  /** Processes whose command is of our cache. */
  function processes(): string[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(cache);
        } catch {
          return false;
        }
      });
  }

  function start(): ChildProcess {
    const args = [...PROGRAM, 'run', 'scenarios/criu/stages', '--reporter', 'dot'];
    return spawn(process.execPath, args, {
      stdio: 'ignore',
      env: { ...process.env, MKTROUBLE_CACHE: cache, MKTROUBLE_CRIU: program },
    });
  }

  async function until(test: () => boolean): Promise<boolean> {
    for (let waited = 0; waited < PATIENCE; waited += 20) {
      if (test()) return true;
      await sleep(20);
    }
    return test();
  }

  it(`at ${KILLS} moments, nothing is left`, async () => {
    for (let i = 0; i < KILLS; i++) {
      const child = start();
      const ended = new Promise((resolve) => child.once('close', resolve));
      assert.ok(await until(() => processes().length > 0), 'no case has begun');
      await sleep(i * 37);
      child.kill('SIGKILL');
      await ended;
      assert.ok(await until(() => processes().length === 0), `left: ${processes().join(' ')}`);
      const cgroups = () =>
        (existsSync(CGROUPS) ? readdirSync(CGROUPS) : []).filter((name) => name.split('-')[3] === String(child.pid));
      assert.ok(await until(() => cgroups().length === 0), `cgroups left: ${cgroups().join(' ')}`);
    }
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
    assert.ok(!/ mktrouble /.test(mounts), 'a mount is left');
    const files = readdirSync(cache).filter((name) => !/^criu(-agent-\w+)?$/.test(name));
    assert.deepEqual(files, [], 'files are left in the cache');
    assert.ok(!existsSync('/run/mktrouble') && !existsSync('/run/criu.kdat'), 'files are left in /run');
  });
});
