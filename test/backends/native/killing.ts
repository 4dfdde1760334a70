/** Suites that kill parts of a running native backend at random moments, and check that nothing is left. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { frame } from '../../../src/backends/agent/request.ts';
import { uniqueName } from '../../../src/backends/host/names.ts';
import { NativeAgent } from '../../../src/backends/native/agent.ts';
import { native } from '../../../src/backends/native/index.ts';
import { nativePlan } from '../../../src/backends/native/plan.ts';
import { skipWhereNone } from '../../support/available.ts';
import { kill, Remains } from './remains.ts';
import { expandCase } from './support.ts';

/** Milliseconds: some two cases long, start included. */
const LONGEST = 25;
/** Moments between two checks of what is left. */
const LOOK_EVERY = 20;

const CASES = [
  expandCase({
    tree: { pid: 100, threads: [104], children: [{ pid: 101 }, { pid: 102 }, { pid: 103, 'traced-by': 'outsider' }] },
    restart: { protocol: 'hardened', flags: ['frozen'] },
    faults: [{ ptrace: 101, when: { task: 102, at: 'sync-2' } }],
  }),
  expandCase({
    tree: {
      pid: 100,
      threads: [104],
      children: [
        { pid: 101, session: 101 },
        { pid: 102, state: 'zombie' },
      ],
    },
    restart: { protocol: 'hardened', flags: ['frozen'] },
  }),
];

const PLANS = CASES.map((c) => {
  const around = { pidMax: 32768, limit: 5000, stopInsteadOfFreeze: false, spawnByLastPid: false };
  return nativePlan({ case: c, protocol: 'hardened', seed: '0', maxSteps: 100_000 }, around).text;
});

/** The i-th of moments that are spread over two cases, in no order. */
export function moment(i: number): number {
  return (i * 7919) % LONGEST;
}

/** Remains for a suite; the suite is skipped, with the reason, where there can be no real tasks. */
export function useRemains(): () => Remains {
  let remains: Remains;
  before(async function () {
    this.timeout(60_000);
    remains = new Remains();
    await skipWhereNone(native, this);
  });
  after(() => remains.remove());
  return () => remains;
}

/** One test for each part that can be killed, with this many moments each. */
export function killAtRandom(moments: Readonly<Record<'warden' | 'init' | 'mktrouble', number>>): void {
  const remains = useRemains();
  const isRoot = process.getuid?.() === 0;
  let program: string;
  before(async () => {
    program = await remains().program();
  });

  /** An agent that runs one case after the other until it is gone. */
  async function busyAgent(): Promise<{ agent: NativeAgent; gone: Promise<void> }> {
    const agent = await NativeAgent.start({ program, userNamespace: !isRoot, cgroups: remains().cgroup });
    const work = async (): Promise<void> => {
      for (let i = 0; ; i++) await agent.run(PLANS[i % PLANS.length]!);
    };
    return { agent, gone: work().catch(() => {}) };
  }

  for (const part of ['warden', 'init'] as const) {
    it(`the ${part} of an agent, ${moments[part]} times, nothing is left`, async () => {
      for (let i = 0; i < moments[part]; i++) {
        const { agent, gone } = await busyAgent();
        await sleep(moment(i));
        kill(part === 'warden' ? agent.pid : (findChild(agent.pid) ?? agent.pid));
        await gone;
        await agent.stop();
        if (i % LOOK_EVERY === LOOK_EVERY - 1) await remains().nothing();
      }
      await remains().nothing();
    });
  }

  it(`mktrouble itself, ${moments.mktrouble} times, nothing is left`, async () => {
    const standIn = path.join(import.meta.dirname, 'stand-in.mjs');
    const { cgroup: folder } = remains();
    const die = async (i: number): Promise<void> => {
      const cgroup = folder === undefined ? [] : ['--cgroup', path.join(folder, uniqueName('native'))];
      const args = [standIn, program, 'serve', ...(isRoot ? [] : ['--user']), ...cgroup];
      const child: ChildProcess = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] });
      child.stdin!.on('error', () => {});
      child.stdin!.end(frame(PLANS[1]!));
      const ended = new Promise((resolve) => child.once('close', resolve));
      await new Promise((resolve) => child.stdout!.once('data', resolve));
      await sleep(moment(i));
      kill(child.pid!);
      await ended;
    };
    for (let i = 0; i < moments.mktrouble; i += 4) {
      await Promise.all([die(i), die(i + 1), die(i + 2), die(i + 3)]);
      if (i % LOOK_EVERY === 0) await remains().nothing();
    }
    await remains().nothing();
  });
}

/** The child of a process that is init of a pid namespace; undefined when it has none. */
function findChild(pid: number): number | undefined {
  try {
    const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    return first ? Number(first) : undefined;
  } catch {
    return undefined;
  }
}
