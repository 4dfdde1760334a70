import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from '../../../src/backends/native/agent.ts';
import { cgroupFolder } from '../../../src/backends/native/cgroup.ts';
import { compileAgent } from '../../../src/backends/native/compile.ts';
import { native } from '../../../src/backends/native/index.ts';
import { nativePlan } from '../../../src/backends/native/plan.ts';
import { caseOf } from './support.ts';

/** Random moments at which somebody is killed: so many for each whom. */
const MOMENTS = { warden: 110, init: 110, mktrouble: 80 };
/** Milliseconds: some two cases long, start included. */
const LONGEST = 25;

const faults = [{ ptrace: 101, when: { task: 102, at: 'sync-2' as const } }];
const c = caseOf({
  tree: { pid: 100, threads: [104], children: [{ pid: 101 }, { pid: 102 }, { pid: 103, 'traced-by': 'outsider' }] },
  restart: { protocol: 'hardened', flags: ['frozen'] },
  faults,
});
const frozen = caseOf({
  tree: {
    pid: 100,
    threads: [104],
    children: [
      { pid: 101, session: 101 },
      { pid: 102, state: 'zombie' },
    ],
  },
  restart: { protocol: 'hardened', flags: ['frozen'] },
});

function planOf(which: typeof c): string {
  const around = { pidMax: 32768, limit: 5000, stopInsteadOfFreeze: false, spawnByLastPid: false };
  return nativePlan({ case: which, protocol: 'hardened', seed: '0', maxSteps: 100_000 }, around).text;
}

/** Pids of everybody whose command line has this in it: forked tasks have that of the program that forked them. */
function processesOf(mark: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(mark) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** The child of a process that is init of a pid namespace; undefined when it has none. */
function childOf(pid: number): number | undefined {
  try {
    const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    return first ? Number(first) : undefined;
  } catch {
    return undefined;
  }
}

function isOrphaned(group: string): boolean {
  const [, pid] = /^mktrouble-(\d+)$/.exec(group) ?? [];
  return pid !== undefined && !existsSync(`/proc/${pid}`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was faster.
  }
}

describe('When somebody is killed at any moment', function () {
  this.timeout(120_000);
  // A folder of its own: its name marks every process that comes from here.
  const cache = mkdtempSync(path.join(tmpdir(), 'mktrouble-left-'));
  const cgroup = cgroupFolder();
  const isRoot = process.getuid?.() === 0;
  let program: string;
  let earlier: { mounts: string; shared: string[] };

  /** Cgroups whose agent is gone: others may be testing at the same time. */
  const orphaned = (): string[] => (cgroup === undefined ? [] : readdirSync(cgroup).filter((name) => isOrphaned(name)));
  const shared = (): string[] => (existsSync('/dev/shm') ? readdirSync('/dev/shm') : []);
  const mounts = (): string => readFileSync('/proc/self/mounts', 'utf8');

  before(async function () {
    const backend = native({ cache });
    const [itself] = await backend.capabilities();
    await backend.dispose();
    if (!itself?.available) {
      console.log(`      skipped: ${itself?.detail}`);
      return this.skip();
    }
    program = await compileAgent(false, cache);
    earlier = { mounts: mounts(), shared: shared() };
  });

  after(() => rmSync(cache, { recursive: true }));

  /** Nothing of ours is left, at the latest after five seconds: a dead namespace is cleared away by the kernel. */
  async function nothingIsLeft(): Promise<void> {
    const deadline = Date.now() + 5000;
    while ((processesOf(cache).length > 0 || orphaned().length > 0) && Date.now() < deadline) await sleep(20);
    assert.deepEqual(processesOf(cache), [], 'no process is left');
    assert.deepEqual(orphaned(), [], 'no cgroup is left');
    assert.equal(mounts(), earlier.mounts, 'no mount is left');
    assert.deepEqual(shared(), earlier.shared, 'no shared memory is left');
  }

  /** An agent that runs one case after the other until it is gone. */
  async function busyAgent(): Promise<{ agent: Agent; gone: Promise<void> }> {
    const agent = await Agent.start({ program, userNamespace: !isRoot, cgroup });
    const plans = [planOf(c), planOf(frozen)];
    const work = async (): Promise<void> => {
      for (let i = 0; ; i++) await agent.run(plans[i % 2]!);
    };
    return { agent, gone: work().catch(() => {}) };
  }

  for (const whom of ['warden', 'init'] as const) {
    it(`the ${whom} of an agent, ${MOMENTS[whom]} times, nothing is left`, async () => {
      for (let i = 0; i < MOMENTS[whom]; i++) {
        const { agent, gone } = await busyAgent();
        await sleep((i * 7919) % LONGEST);
        kill(whom === 'warden' ? agent.pid : (childOf(agent.pid) ?? agent.pid));
        await gone;
        await agent.stop();
        if (i % 20 === 19) await nothingIsLeft();
      }
      await nothingIsLeft();
    });
  }

  it(`mktrouble itself, ${MOMENTS.mktrouble} times, nothing is left`, async () => {
    const standIn = path.join(import.meta.dirname, 'stand-in.mjs');
    const args = [standIn, program, 'serve', ...(isRoot ? [] : ['--user']), ...(cgroup ? ['--cgroup', cgroup] : [])];
    const plan = planOf(frozen);
    const die = async (i: number): Promise<void> => {
      const child: ChildProcess = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] });
      child.stdin!.on('error', () => {});
      child.stdin!.end(plan);
      const ended = new Promise((resolve) => child.once('close', resolve));
      await new Promise((resolve) => child.stdout!.once('data', resolve));
      await sleep((i * 7919) % LONGEST);
      kill(child.pid!);
      await ended;
    };
    for (let i = 0; i < MOMENTS.mktrouble; i += 4) {
      await Promise.all([die(i), die(i + 1), die(i + 2), die(i + 3)]);
      if (i % 20 === 0) await nothingIsLeft();
    }
    await nothingIsLeft();
  });

  it('nothing is left either of a program that simply ends, or that forgets to dispose', async () => {
    const script = `
      import { native } from ${JSON.stringify(path.resolve('src/backends/native/index.ts'))};
      const backend = native({ cache: ${JSON.stringify(cache)} });
      await backend.capabilities();
    `;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: 'ignore',
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    assert.equal(code, 0);
    await nothingIsLeft();
  });
});
