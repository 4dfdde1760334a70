/** Plays a case: starts the container and one that nothing is done to, makes the calls in their order, and observes. */
import { chown, mkdir } from 'node:fs/promises';
import path from 'node:path';
import {
  BadSurroundings,
  type Case,
  type OwnFault,
  OwnFaults,
  patiently,
  RESTORING_CALLS,
  type RuntimeCall,
  type RuntimeEnd,
  type RuntimeRecord,
  type RuntimeReuse,
  type RuntimeRun,
  runtimeEndText,
  SAVING_CALLS,
} from '../index.ts';
import { describeContainer, makeBundle } from './bundle.ts';
import { findContainer, listAdded, listThings, look, type Named } from './census.ts';
import type { CallContext, Driver, DriverCall } from './drivers/driver.ts';
import { CallFaults, type Numbered, type OwnOfCall, type Versions } from './faults.ts';
import { makeObjects } from './ipc.ts';
import { makeNetworks } from './network.ts';
import { keepDifferentFacts } from './processes.ts';
import { USER } from './rootless.ts';
import type { Ended, Sandbox } from './sandbox.ts';
import { quote } from './scripts.ts';

const DEFAULT_LIMIT = 20_000;
/** Milliseconds in which what a call has started ends after it. */
const SETTLED = 2000;
/** Milliseconds in which CRIU ends after a runtime that was killed. */
const CRIU_LIMIT = 10_000;
/** Milliseconds in which the tasks of a new container answer. */
const START_LIMIT = 5000;
const FIRST_NAME = 'one';
const SECOND_NAME = 'two';

/** Images that a call has made. */
interface Saved {
  readonly context: CallContext;
  readonly isPreDump: boolean;
}

/** What was seen, and which faults of the case fired: those of its `runtime` section by their numbers, those of `faults` by their names. */
export interface Played {
  readonly runtime: RuntimeRecord;
  readonly fired: readonly number[];
  readonly own: readonly string[];
}

export class Player {
  readonly #sandbox: Sandbox;
  readonly #driver: Driver;
  readonly #case: Case;
  readonly #fired = new Set<number>();
  readonly #names = new Set<string>();
  /** The folders of the last images, in the order of their calls. */
  readonly #saved: Saved[] = [];
  #container: Named;
  #bundle = '';
  /** The pid, in the sandbox, that the init had when the container was saved last. */
  #initPid: number | undefined;
  #calls = 0;
  readonly #versions: Versions;
  readonly #own: OwnFaults;

  constructor(sandbox: Sandbox, driver: Driver, c: Case, versions: Versions, verbs: readonly OwnFault[]) {
    this.#versions = versions;
    this.#own = new OwnFaults(c, verbs, c.runtime!.limit ?? DEFAULT_LIMIT);
    this.#sandbox = sandbox;
    this.#driver = driver;
    this.#case = c;
    const sharesPids = c.runtime!.pid === 'shared';
    this.#container = { name: FIRST_NAME, label: FIRST_NAME, pids: c.tasks.map(({ pid }) => pid), sharesPids };
  }

  async play(): Promise<Played> {
    const { runtime, criu } = this.#versions;
    const setup = this.#case.runtime!;
    if (setup.network === 'bridge' && !this.#driver.makesNetworks)
      await this.#sandbox.script(makeNetworks([FIRST_NAME, 'bystander', 'taker']));
    const baseline = await listThings(this.#sandbox, this.#driver);
    const bystander: Named = { ...this.#container, name: 'bystander', label: 'bystander' };
    const besides = this.#context(bystander.name, await this.#start(bystander));
    this.#bundle = await this.#start(this.#container);
    const before = await look(this.#sandbox, this.#driver, bystander, besides, 'after-asking');
    const runs: RuntimeRun[] = [];
    for (const [i, call] of setup.rounds.entries())
      runs.push(await this.#call(call, setup.rounds.indexOf(call, i + 1) === -1));
    const last = runs.at(-1)!;
    const reuse = RESTORING_CALLS.has(last.call) && last.exit !== 0 ? await this.#reuse() : undefined;
    const after = await look(this.#sandbox, this.#driver, bystander, besides, 'before-asking');
    for (const name of this.#names) await this.#do('delete', this.#context(name, this.#bundle));
    const left = await listAdded(this.#sandbox, this.#driver, baseline, SETTLED);
    return {
      runtime: keepDifferentFacts({
        runtime: setup.name,
        version: runtime,
        ...(criu !== undefined && { criu }),
        runs,
        ...(reuse && { reuse }),
        bystander: { before, after },
        left,
      }),
      fired: [...this.#fired].sort((a, b) => a - b),
      own: this.#own.fired,
    };
  }

  /** Starts a container and waits until its tasks answer; its bundle. Rejects with BadSurroundings when it does not start. */
  async #start(named: Named, name = named.name): Promise<string> {
    const bundle = await makeBundle(this.#sandbox, named.label, this.#case, this.#driver);
    const context = this.#context(name, bundle);
    const end = await this.#do('run', context);
    if (end.exit !== 0) {
      const said = end.message === '' ? '' : `: ${end.message}`;
      throw new BadSurroundings(`${this.#driver.name} cannot start a container here: it ${runtimeEndText(end)}${said}`);
    }
    const deadline = Date.now() + patiently(START_LIMIT);
    for (;;) {
      const { answers } = await look(this.#sandbox, this.#driver, { ...named, name }, context);
      if (Object.keys(answers).length === named.pids.length) break;
      if (Date.now() >= deadline)
        throw new BadSurroundings(`the tasks of a container of ${this.#driver.name} do not answer`);
    }
    if (this.#case.runtime!.settings?.includes('system-v-objects')) {
      const { init } = await findContainer(this.#sandbox, this.#driver, { ...named, name });
      await makeObjects(this.#sandbox, init!.pid);
    }
    return bundle;
  }

  /** One call of the case. */
  async #call(call: RuntimeCall, isLastOfKind: boolean): Promise<RuntimeRun> {
    const sandbox = this.#sandbox;
    const driver = this.#driver;
    if (RESTORING_CALLS.has(call)) await this.#makeWay();
    if (call === 'restore-renamed') this.#container = { ...this.#container, name: SECOND_NAME };
    const container = this.#container;
    const context = await this.#prepareFolders(call);
    const wrong = isLastOfKind ? this.#faultsOf(call) : [];
    if (SAVING_CALLS.has(call)) this.#initPid = (await findContainer(sandbox, driver, container)).init?.pid;
    const [versions, limit] = [this.#versions, this.#limit];
    const scene = { sandbox, driver, container, context, initPid: this.#initPid, versions, limit };
    const own: OwnOfCall = { faults: this.#own, of: call, root: this.#case.tasks[0]!.pid };
    const faults = new CallFaults(scene, wrong, isLastOfKind ? own : undefined);
    const front = await faults.prepare(
      async () => void (await this.#start({ ...container, label: 'taker' }, container.name)),
    );
    const named = wrong.some(({ fault }) => fault.kind === 'name') ? { ...container, label: 'taker' } : container;
    const seenBundle = named.label === 'taker' ? { ...context, bundle: '/work/taker' } : context;
    const before = await look(sandbox, driver, named, { ...seenBundle, log: `${context.log}.before` }, 'after-asking');
    const things = await listThings(sandbox, driver);
    const ended = await this.#make(call, context, front, faults);
    const isFailedRestore = RESTORING_CALLS.has(call) && ended.exit !== 0;
    const added = isFailedRestore ? await listAdded(sandbox, driver, things, SETTLED) : [];
    const log = await this.#readLog(call, context);
    const starts = Number((await sandbox.read('/work/criu.starts')) ?? 0);
    const after = await look(sandbox, driver, named, { ...seenBundle, log: `${context.log}.after` }, 'before-asking');
    await faults.end();
    for (const index of faults.fired) this.#fired.add(index);
    if (SAVING_CALLS.has(call) && ended.exit === 0) this.#saved.push({ context, isPreDump: call === 'pre-dump' });
    return {
      call,
      container: container.name,
      ...toEnd(ended, (await sandbox.read(context.log)) ?? ''),
      duration: ended.duration,
      criuStarts: starts,
      criuErrors: readErrors(log),
      before,
      after,
      added,
      hits: [...faults.hits].sort(),
    };
  }

  /** The log of CRIU; empty where it has written none. */
  async #readLog(call: RuntimeCall, { work }: CallContext): Promise<string> {
    const file = SAVING_CALLS.has(call) ? 'dump.log' : 'restore.log';
    const { logs } = this.#driver;
    if (logs === undefined) return (await this.#sandbox.read(`${work}/${file}`)) ?? '';
    // Also for those that read the kept files of a case.
    await this.#sandbox.shell(`mv ${logs}/${file} ${work} 2> /dev/null || true`);
    return (await this.#sandbox.read(`${work}/${file}`)) ?? '';
  }

  async #make(call: RuntimeCall, context: CallContext, front: readonly string[], faults: CallFaults): Promise<Ended> {
    this.#names.add(context.name);
    const words = [...front, ...this.#driver.command(call, context)];
    const started = this.#sandbox.start(this.#toCommand(words, call), this.#limit);
    await faults.during(started);
    const ended = await started.ended;
    // What a runtime that was killed has started goes on without it.
    if (faults.hits.has('runtime')) await faults.waitForCriu(CRIU_LIMIT);
    return ended;
  }

  #faultsOf(call: RuntimeCall): Numbered[] {
    return this.#case
      .runtime!.faults.map((fault, index) => ({ fault, index }))
      .filter(({ fault }) => fault.of === call);
  }

  /** What a runtime keeps of a container that it has saved is in the way of its restore. */
  async #makeWay(): Promise<void> {
    if (this.#driver.keepsSaved && !this.#keepsImages)
      await this.#do('delete', this.#context(this.#container.name, this.#bundle));
  }

  /** After a restore that failed: delete, then a new container of that name. */
  async #reuse(): Promise<RuntimeReuse> {
    const context = this.#context(this.#container.name, this.#bundle);
    const deleted = await this.#do('delete', context);
    return { deleted, created: await this.#do('run', context) };
  }

  async #do(call: DriverCall, context: CallContext): Promise<RuntimeEnd> {
    this.#names.add(context.name);
    const ended = await this.#sandbox.start(this.#toCommand(this.#driver.command(call, context), call), this.#limit)
      .ended;
    return toEnd(ended, (await this.#sandbox.read(context.log)) ?? '');
  }

  /** The output of a container is no file outside of it: CRIU could not dump it. Where there is a monitor it has the output. */
  #toCommand(words: readonly string[], call: DriverCall): string {
    const startsContainer = call === 'run' || call === 'exec-detached' || RESTORING_CALLS.has(call as RuntimeCall);
    const isOpen = startsContainer && !this.#driver.isMonitor;
    return `exec ${words.map(quote).join(' ')}${isOpen ? ' > /dev/null 2>&1' : ''}`;
  }

  get #keepsImages(): boolean {
    return this.#case.runtime!.images === 'kept';
  }

  get #limit(): number {
    return this.#case.runtime!.limit ?? DEFAULT_LIMIT;
  }

  #context(name: string, bundle: string): CallContext {
    const setup = this.#case.runtime!;
    const number = ++this.#calls;
    return {
      name,
      bundle,
      images: '',
      isKept: this.#keepsImages,
      work: `/work/logs/${number}`,
      log: `/log/runtime-${number}`,
      container: describeContainer(path.basename(bundle), bundle, setup),
      options: [],
    };
  }

  /** A folder of the user that starts the runtime. */
  async #makeFolder(folder: string): Promise<void> {
    const own = this.#sandbox.inside(folder);
    await mkdir(own, { recursive: true, mode: 0o700 });
    if (this.#case.runtime!.rootless) await chown(own, USER, USER);
  }

  async #prepareFolders(call: RuntimeCall): Promise<CallContext> {
    const { options } = this.#case.runtime!;
    const context = this.#context(this.#container.name, this.#bundle);
    await this.#makeFolder(context.work);
    if (SAVING_CALLS.has(call)) {
      const images = `/work/images/${this.#calls}`;
      await this.#makeFolder(images);
      const last = this.#saved.at(-1);
      const parent = last?.isPreDump ? `../${path.basename(last.context.images)}` : undefined;
      return { ...context, images, options: options.checkpoint, ...(parent !== undefined && { parent }) };
    }
    const saved = this.#saved.findLast(({ isPreDump }) => !isPreDump)?.context;
    return {
      ...context,
      images: saved?.images ?? '/work/images/none',
      ...(saved?.parent !== undefined && { parent: saved.parent }),
      ...(saved && { savedAs: saved.name }),
      options: RESTORING_CALLS.has(call) ? options.restore : [],
    };
  }
}

function toEnd({ exit, signal, timedOut, stderr }: Ended, log: string): RuntimeEnd {
  const text = [stderr.trim(), log.trim()].filter((one) => one !== '').join('\n');
  return {
    ...(exit !== undefined && { exit }),
    ...(signal !== undefined && { signal }),
    ...(timedOut !== undefined && { timedOut }),
    message: text.slice(-4000),
  };
}

/** The errors of CRIU's log, without their times. */
function readErrors(log: string): string[] {
  return log
    .split('\n')
    .filter((line) => /\bError \(/.test(line))
    .map((line) => line.replace(/^\([\d.]+\)\s*(\d+:\s*)?/, '').replace(/^Error \((criu\/)?([^)]*)\):\s*/, '$2: '))
    .slice(0, 100);
}
