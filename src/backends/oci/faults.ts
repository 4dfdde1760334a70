/** The faults of one call of the runtime: what is done before it, while it runs, and afterwards. */
import { rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Case, type OwnFaults, RESTORING_CALLS, type RuntimeCall, type RuntimeFault } from '../index.ts';
import { cgroupText, findContainer, findGuest, findMonitor, findRestoredInit, type Named } from './census.ts';
import { findFreezers, freeze, isFrozen, thaw, vanishCommand } from './cgroups.ts';
import { damageFile } from './damage.ts';
import type { CallContext, Driver } from './drivers/driver.ts';
import { countLoaderCalls } from './loader.ts';
import type { Sandbox, Started } from './sandbox.ts';
import { makeOciScene, type UnderWay } from './scene.ts';
import { AT_STAGE } from './scripts.ts';

/** Milliseconds between two looks for a stopped CRIU. */
const PAUSE = 5;
/** Milliseconds in which a signal, or the freezer, takes effect. */
const PATIENCE = 10_000;

/** Versions of the runtime and of CRIU, as the record has them. */
export interface Versions {
  readonly runtime: string;
  readonly criu?: string;
}

/** Where a call takes place. */
export interface Scene {
  readonly sandbox: Sandbox;
  readonly driver: Driver;
  readonly container: Named;
  /** Of the call. */
  readonly context: CallContext;
  /** The pid that the init had when the container was saved. */
  readonly initPid?: number | undefined;
  readonly versions: Versions;
  /** Milliseconds that the call may take. */
  readonly limit: number;
}

/** The fault verbs of the user's own in a call. */
export interface OwnOfCall {
  readonly faults: OwnFaults;
  readonly of: RuntimeCall;
  /** The pid of the root in the scenario. */
  readonly root: number;
}

/** A fault with its number in the case. */
export interface Numbered {
  readonly fault: RuntimeFault;
  readonly index: number;
}

export class CallFaults {
  /** The numbers of the faults that fired. */
  readonly fired = new Set<number>();
  /** What was hit: `criu`, `init`, … */
  readonly hits = new Set<string>();
  readonly #scene: Scene;
  readonly #faults: readonly Numbered[];
  readonly #own: OwnOfCall | undefined;
  readonly #undo: (() => Promise<unknown>)[] = [];

  /** `own`: absent in a call in which no verb of the user's own fires. */
  constructor(scene: Scene, faults: readonly Numbered[], own?: OwnOfCall) {
    this.#scene = scene;
    this.#faults = faults;
    this.#own = own;
  }

  /** Makes what goes wrong before the call. `take`: starts another container that has the name. Gives what goes in front of the call's words. */
  async prepare(take: () => Promise<void>): Promise<readonly string[]> {
    let front: readonly string[] = [];
    for (const numbered of this.#faults) {
      const { fault } = numbered;
      if (isStaged(fault)) front = await this.#stage(fault);
      else if (await this.#makeWrong(fault, take)) this.#mark(numbered);
    }
    const started = this.#startOfCriu;
    if (started) front = await this.#stage(started);
    await this.#fireOwn('before');
    return front;
  }

  /** The start of CRIU as a fault that does nothing, where a verb of the user's own fires then. */
  get #startOfCriu(): RuntimeFault | undefined {
    const { faults, of } = this.#own ?? {};
    return of && faults?.areDue(`during-${of}`) ? { kind: 'stop', value: 'criu', of } : undefined;
  }

  /** Rejects when a verb of the user's own breaks. */
  async #fireOwn(when: 'before' | 'during', at?: UnderWay): Promise<void> {
    const { faults, of, root } = this.#own ?? {};
    if (!of || !faults?.areDue(`${when}-${of}`)) return;
    const targets: Readonly<Record<string, string>> = { coordinator: 'runtime', [`${root}`]: 'init' };
    for (const { verb, target } of await faults.at(`${when}-${of}`, await makeOciScene(this.#scene, of, at))) {
      this.hits.add(`own ${verb}`);
      const hit = targets[String(target)];
      if (hit !== undefined) this.hits.add(hit);
    }
  }

  /** While the call runs: hits what is to be hit when CRIU is where the fault says. */
  async during(call: Started): Promise<void> {
    const started = this.#startOfCriu;
    if (started) {
      const criu = await this.#waitForStop(call, started, 1);
      if (criu === undefined) return;
      await this.#fireOwn('during', { criu, runtime: await call.pid });
      await this.#signal(criu, 'CONT');
      return;
    }
    const staged = this.#faults.find(({ fault }) => isStaged(fault) && fault.kind !== 'fail');
    if (!staged) return;
    for (let stops = 1; ; stops++) {
      const criu = await this.#waitForStop(call, staged.fault, stops);
      if (criu === undefined) return;
      const target = await this.#hit(staged, criu, call);
      if (target === criu) return;
      // It is stopped no more.
      if (isRepeated(staged.fault) && target !== undefined) await this.#endTrace(criu);
      await this.#signal(criu, 'CONT');
      if (!isRepeated(staged.fault) || target !== undefined) return;
    }
  }

  async #endTrace(criu: number): Promise<void> {
    const status = (await this.#scene.sandbox.read(`/proc/${criu}/status`)) ?? '';
    const tracer = Number(/^TracerPid:\s*(\d+)$/m.exec(status)?.[1] ?? 0);
    if (tracer > 0) await this.#signal(tracer, 'KILL');
  }

  /** The pid of what was hit; undefined when it is not there. */
  async #hit(staged: Numbered, criu: number, call: Started): Promise<number | undefined> {
    const { kind, value, of } = staged.fault;
    const target = value === 'criu' ? criu : await this.#find(value, of, call);
    if (target === undefined) return undefined;
    await this.#signal(target, kind === 'kill' ? 'KILL' : 'STOP');
    this.#mark(staged);
    if (kind === 'stop') this.#undo.push(() => this.#signal(target, 'CONT'));
    return target;
  }

  /** Waits until the CRIU of the call has ended, at most so many milliseconds. */
  async waitForCriu(limit: number): Promise<void> {
    const { sandbox } = this.#scene;
    const pid = Number(await sandbox.read('/work/criu.pid'));
    const deadline = Date.now() + limit;
    while (pid > 0 && Date.now() < deadline && !(await hasState(sandbox, pid, 'XZ'))) await sleep(10 * PAUSE);
  }

  /** After the call: which system calls failed; everything that can be is put right. */
  async end(): Promise<void> {
    const { sandbox } = this.#scene;
    const trace = (await sandbox.read('/work/criu.trace')) ?? '';
    for (const numbered of this.#faults)
      if (numbered.fault.kind === 'fail' && trace.includes('(INJECTED)')) this.#mark(numbered);
    if (await sandbox.read('/work/criu.starts'))
      for (const numbered of this.#faults) if (isOfProgram(numbered.fault)) this.#mark(numbered);
    await sandbox.shell('rm -f /work/criu.fault /work/criu.starts /work/criu.trace /work/criu.pid /work/criu.other');
    for (const undo of this.#undo.reverse()) await undo();
  }

  #mark({ fault: { kind, value }, index }: Numbered): void {
    this.fired.add(index);
    const isOfProcess = kind === 'kill' || kind === 'stop' || kind === 'fail';
    // A runtime whose system call fails has to end in time, and to tidy up, as one that is stopped or killed cannot.
    this.hits.add(kind === 'fail' && value === 'runtime' ? 'runtime-call' : isOfProcess ? value : kind);
  }

  /** Prepares that CRIU, or a runtime without it, stops where the fault says, or that its system call fails. */
  async #stage(fault: RuntimeFault): Promise<readonly string[]> {
    const { sandbox, driver } = this.#scene;
    const { kind, call, number = 1, errno, stage } = fault;
    if (stage !== undefined) return this.#awaitStage(fault, stage);
    const isOwn = isOfRuntime(fault, driver);
    const loaded = isOwn && call !== undefined ? await countLoaderCalls(sandbox, driver.name, call) : 0;
    const when = `${loaded + number}${isRepeated(fault) ? '+' : ''}`;
    const inject =
      call === undefined
        ? undefined
        : [
            '-e',
            `trace=${call}`,
            '-e',
            `inject=${call}:${kind === 'fail' ? `error=${errno}` : 'signal=SIGSTOP'}:when=${when}`,
          ];
    if (isOwn) return inject ? ['strace', '-D', '-o', '/work/criu.trace', ...inject] : [];
    const what = inject ? `traced ${inject.join(' ')}` : 'stops';
    await writeFile(sandbox.inside('/work/criu.fault'), `${driver.criuStart(fault.of)} ${what}\n`);
    return [];
  }

  /** Prepares that CRIU stops when it is at a stage. */
  async #awaitStage({ of }: RuntimeFault, stage: string): Promise<readonly string[]> {
    const { sandbox, driver, context, limit } = this.#scene;
    await writeFile(sandbox.inside('/work/at-stage'), AT_STAGE);
    await sandbox.shell('mkfifo /work/criu.writes');
    const reader = sandbox.start(`exec bash /work/at-stage ${stage}`, limit + PATIENCE);
    this.#undo.push(async () => {
      await this.#signal(await reader.pid, 'KILL');
      await sandbox.shell('rm -f /work/criu.writes /work/criu.stage /work/at-stage');
    });
    await writeFile(
      sandbox.inside('/work/criu.fault'),
      `${driver.criuStart(of)} staged ${driver.logs ?? context.work}\n`,
    );
    return [];
  }

  /** Whether it was done already. */
  async #makeWrong({ kind, value, damage }: RuntimeFault, take: () => Promise<void>): Promise<boolean> {
    const { sandbox, context } = this.#scene;
    switch (kind) {
      case 'kill':
      case 'stop':
        return this.#hitContainer(kind, value);
      case 'criu':
        return this.#changeCriu(value);
      case 'disk':
        // Until nothing more can be written.
        await sandbox.shell(
          `mkdir -p ${context.images}; dd if=/dev/zero of=/work/images/fill bs=64k 2> /dev/null; true`,
        );
        this.#undo.push(() => sandbox.shell('rm -f /work/images/fill'));
        return true;
      case 'cgroup':
        return this.#changeCgroup(value);
      case 'name':
        await take();
        return true;
      case 'pid':
        return this.#takePid();
      case 'image':
        await this.#damageImage(value, damage!);
        return true;
      default:
        return false;
    }
  }

  /** Before the call: the init of the container, or its guest. */
  async #hitContainer(kind: 'kill' | 'stop', value: string): Promise<boolean> {
    const { sandbox, driver, container } = this.#scene;
    const pid =
      value === 'guest' ? await findGuest(sandbox) : (await findContainer(sandbox, driver, container)).init?.pid;
    if (pid === undefined) return false;
    await this.#signal(pid, kind === 'kill' ? 'KILL' : 'STOP');
    const isHit = await waitUntil(() => hasState(sandbox, pid, kind === 'kill' ? 'XZ' : 'T'));
    if (!isHit) return false;
    if (kind === 'stop') this.#undo.push(() => this.#signal(pid, 'CONT'));
    return true;
  }

  /** A process gets the pid that the init had; false where another was faster, or the init is still there. */
  async #takePid(): Promise<boolean> {
    const { sandbox, initPid } = this.#scene;
    if (initPid === undefined) return false;
    const taken = await sandbox.shell(
      `for i in 1 2 3 4 5; do echo ${initPid - 1} > /proc/sys/kernel/ns_last_pid; /bb/sleep 864000 > /dev/null 2>&1 & ` +
        `[ $! = ${initPid} ] && { echo $!; break; }; kill $!; wait $!; done; true`,
    );
    if (Number(taken) !== initPid) return false;
    this.#undo.push(() => this.#signal(initPid, 'KILL'));
    return true;
  }

  /** Damages a file of the images, or of the archive in which they are. */
  async #damageImage(name: string, damage: string): Promise<void> {
    const { sandbox, driver, context } = this.#scene;
    const own = sandbox.inside(context.images);
    const isHere = await stat(path.join(own, path.basename(name))).catch(() => undefined);
    if (isHere || !driver.openImages) return damageFile([own], name, damage);
    const printed = await sandbox.start(driver.openImages(context), PATIENCE).ended;
    const folders = printed.stdout.split('\n').filter(Boolean);
    await damageFile([...folders.map((folder) => sandbox.inside(folder)), own], name, damage);
    await sandbox.shell(driver.closeImages!(context));
  }

  async #changeCriu(state: string): Promise<boolean> {
    const { sandbox } = this.#scene;
    if (state === 'missing') {
      const program = sandbox.inside('/work/bin/criu');
      await rename(program, `${program}.away`);
      this.#undo.push(() => rename(`${program}.away`, program));
      return true;
    }
    if (state === 'other-version') await writeFile(sandbox.inside('/work/criu.other'), '');
    else await writeFile(sandbox.inside('/work/criu.fault'), `any ${state}\n`);
    return false;
  }

  async #changeCgroup(state: string): Promise<boolean> {
    const { sandbox, driver, container } = this.#scene;
    const { all, init } = await findContainer(sandbox, driver, container);
    const cgroups = findFreezers(await cgroupText(sandbox, init?.pid));
    // The runtime sees the one of v1 only where its sandbox has v1.
    const cgroup = cgroups.at(sandbox.hasV1 ? -1 : 0);
    if (cgroup === undefined) return false;
    if (state === 'frozen') {
      freeze(cgroup);
      this.#undo.push(async () => thaw(cgroup));
      return waitUntil(async () => isFrozen(cgroup));
    }
    await sandbox.shell(
      vanishCommand(
        path.basename(cgroup),
        all.map(({ pid }) => pid),
      ),
    );
    return true;
  }

  /** The pid of CRIU, stopped so many times; undefined when the call ends before. */
  async #waitForStop(call: Started, fault: RuntimeFault, stops: number): Promise<number | undefined> {
    const { sandbox, driver } = this.#scene;
    let isOver = false;
    void call.ended.then(() => {
      isOver = true;
    });
    while (!isOver) {
      const pid = isOfRuntime(fault, driver) ? await call.pid : Number(await sandbox.read('/work/criu.pid'));
      const isStopped =
        fault.stage !== undefined
          ? (await sandbox.read('/work/criu.stage')) !== undefined
          : fault.call === undefined
            ? pid > 0 && (await hasState(sandbox, pid, 'T'))
            : ((await sandbox.read('/work/criu.trace'))?.split('stopped by SIGSTOP').length ?? 0) > stops;
      if (pid > 0 && isStopped) return pid;
      await sleep(PAUSE);
    }
    return undefined;
  }

  async #find(target: string, of: RuntimeCall, call: Started): Promise<number | undefined> {
    const { sandbox, driver, container } = this.#scene;
    if (target === 'runtime') return call.pid;
    if (target === 'guest') return findGuest(sandbox);
    if (target === 'monitor') return findMonitor(sandbox, driver, container);
    if (RESTORING_CALLS.has(of) && driver.hasCriu) return findRestoredInit(sandbox, driver, container);
    return (await findContainer(sandbox, driver, container)).init?.pid;
  }

  #signal(pid: number, signal: string): Promise<string> {
    return this.#scene.sandbox.shell(`kill -${signal} ${pid} 2> /dev/null || true`);
  }
}

/** The call in which a staged fault and a verb of the user's own would both stop CRIU. */
export function findTwiceStaged({ runtime, faults }: Case): RuntimeCall | undefined {
  const during = faults.map(({ when }) => (when.kind === 'moment' ? when.at : ''));
  return runtime!.faults.find((fault) => isStaged(fault) && during.includes(`during-${fault.of}`))?.of;
}

/** Whether a system call is counted in the runtime: CRIU is not looked for. */
function isOfRuntime({ isOfRuntime: isAsked }: RuntimeFault, { hasCriu }: Driver): boolean {
  return isAsked ?? !hasCriu;
}

/** Whether it is placed in the call, and not before it. */
function isStaged({ kind, value, call, stage }: RuntimeFault): boolean {
  if (kind === 'fail') return true;
  return (kind === 'kill' || kind === 'stop') && ((call ?? stage) !== undefined || !isOfContainer(value));
}

/** Whether CRIU stops at every such call from then on: the init of a restore is there from some call on, which no scenario can know. */
function isRepeated({ kind, value, of, stage }: RuntimeFault): boolean {
  return stage === undefined && (kind === 'kill' || kind === 'stop') && value === 'init' && RESTORING_CALLS.has(of);
}

/** Whether a target is there before the call. */
function isOfContainer(target: string): boolean {
  return target === 'init' || target === 'guest';
}

/** Whether it shows when CRIU is started. */
function isOfProgram({ kind, value }: RuntimeFault): boolean {
  return kind === 'criu' && value !== 'missing';
}

/** Whether this becomes true in time. */
async function waitUntil(isTrue: () => Promise<boolean>): Promise<boolean> {
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await sleep(PAUSE))
    if (await isTrue()) return true;
  return false;
}

/** Whether a process is in one of these states; one that has ended is in X. */
async function hasState(sandbox: Sandbox, pid: number, states: string): Promise<boolean> {
  const stat = await sandbox.read(`/proc/${pid}/stat`);
  return states.includes(stat?.charAt(stat.lastIndexOf(')') + 2) || 'X');
}
