/**
 * The course of a case: the tree is built, dumped and restored, faults are fired when they are due, and what is there is looked
 * at before, between and after. A restore that failed, and a dump that was killed, are tried once more without faults.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Case } from '../../model/case.ts';
import { type CriuSetup, PLAIN_CRIU } from '../../model/criu.ts';
import { whatDumpLeaves } from '../../model/criu-options.ts';
import { type Round, splitRounds } from '../../model/criu-rounds.ts';
import type { CriuChange, CriuConnection, CriuPreDump, CriuRecord, CriuRun } from '../../record/criu.ts';
import { AgentError } from '../agent/agent.ts';
import { Caller, type PlayOptions } from './caller.ts';
import { runCheck } from './check.ts';
import { computeTimeLimit, IMAGES } from './command-line.ts';
import { Faults, stageOf } from './faults.ts';
import { withAskedFacts, withSteadyFacts } from './held.ts';
import type { Images } from './images/edit.ts';
import { changeImages, readImages } from './images/folder.ts';
import type { OwnImageEditor } from './images/own.ts';
import { readPids } from './images/pstree.ts';
import { Observer } from './observer.ts';
import { Programs } from './programs.ts';
import type { Sandbox } from './sandbox.ts';
import { compareSurroundings, describeChanges, type Surroundings } from './surroundings/index.ts';
import { describeTree, lastPidFor } from './tree.ts';
import { TreeCgroup } from './tree-cgroup.ts';

export interface Played {
  readonly record: CriuRecord;
  /** Microseconds that CRIU's calls took, all together. */
  readonly criuTime: number;
}

/** Plays a case in a sandbox of its own. Rejects with AgentError when the tree can't be built, NoSuchImage for an edit that can't be made. */
export async function play(sandbox: Sandbox, c: Case, options: PlayOptions): Promise<Played> {
  return new Play(sandbox, c, options).run();
}

/** Builds the tree of a case and dumps it: the images, by their names. Rejects with AgentError when CRIU does not dump it. */
export async function dumpOnly(sandbox: Sandbox, c: Case, options: PlayOptions): Promise<Images> {
  return new Play(sandbox, c, options).dumpOnly();
}

/** What a round has of its dump. */
interface Dumped {
  readonly record: Pick<CriuRecord, 'preDumps' | 'sameImages' | 'before' | 'dump' | 'afterDump'>;
  readonly around: Surroundings;
  readonly aroundDump: Surroundings;
  readonly changed: readonly CriuChange[];
}

/** Whether a round has left what the next one needs. */
function canGoOn({ restores }: Round, { dump, restore }: CriuRecord): boolean {
  return dump.exit === 0 && (!restores || restore?.exit === 0);
}

type Restored = Pick<
  CriuRecord,
  | 'edits'
  | 'imaged'
  | 'surroundings'
  | 'restore'
  | 'rivals'
  | 'restored'
  | 'afterRestore'
  | 'again'
  | 'restoredAgain'
  | 'afterAgain'
>;

class Play {
  readonly #sandbox: Sandbox;
  readonly #case: Case;
  readonly #setup: CriuSetup;
  readonly #version: string;
  readonly #editors: readonly OwnImageEditor[];
  readonly #faults: Faults;
  readonly #observer: Observer;
  readonly #programs: Programs;
  readonly #caller: Caller;
  /** What the peer of the tree's connections saw last. */
  #connections: readonly CriuConnection[] | undefined;
  /** The surroundings before the last dump. */
  #around: Surroundings | undefined;

  constructor(sandbox: Sandbox, c: Case, options: PlayOptions) {
    this.#sandbox = sandbox;
    this.#case = c;
    this.#setup = c.criu ?? PLAIN_CRIU;
    this.#version = options.criu.version;
    this.#editors = options.editors ?? [];
    const faults = new Faults(sandbox, c, { ...options, version: options.criu.version, verbs: options.verbs ?? [] });
    const observer = new Observer(sandbox, c);
    const programs = new Programs(sandbox, c, observer);
    this.#faults = faults;
    this.#observer = observer;
    this.#programs = programs;
    this.#caller = new Caller(sandbox, c, options, { faults, observer, programs });
  }

  async run(): Promise<Played> {
    try {
      return await this.#run();
    } finally {
      await this.#observer.thaw();
    }
  }

  async #run(): Promise<Played> {
    await this.#build();
    const rounds = splitRounds(this.#setup.rounds);
    const earlier: CriuRecord[] = [];
    for (const [i, round] of rounds.entries()) {
      const isLast = i === rounds.length - 1;
      const record = await this.#playRound(round, !isLast, earlier.at(-1));
      if (isLast || !canGoOn(round, record) || record.subject?.end)
        return { record: { ...record, ...(earlier.length > 0 && { earlier }) }, criuTime: this.#caller.time };
      earlier.push(record);
    }
    throw new AgentError('a case has no round');
  }

  async dumpOnly(): Promise<Images> {
    await this.#build();
    await this.#sandbox.do('last-pid', { pid: lastPidFor(this.#case) });
    const dump = await this.#caller.dump(true);
    if (dump.exit !== 0) throw new AgentError(`CRIU does not dump it: ${dump.errors.join('; ')}`);
    return readImages(this.#sandbox.inside(IMAGES));
  }

  async #build(): Promise<void> {
    const cgroup = TreeCgroup.make(this.#setup);
    this.#sandbox.treeCgroup = cgroup;
    const fields = { limit: computeTimeLimit(this.#case), cgroups: cgroup?.entries.join(',') };
    await this.#sandbox.do('build', fields, describeTree(this.#case));
    // Of a process that is stopped the threads stop after it.
    await this.#observer.rest();
    await this.#programs.start();
  }

  /** `plain`: nothing goes wrong in it. `last`: the round before. */
  async #playRound(round: Round, plain: boolean, last: CriuRecord | undefined): Promise<CriuRecord> {
    this.#caller.beginRound();
    const hits = this.#faults.hits.length;
    const bystandersBefore = await this.#observer.bystanders();
    const dumped = round.dumps ? await this.#dumpRound(round, plain, last) : this.#reuse(last!);
    if (!round.dumps) await this.#sandbox.do('sweep', { helpers: true });
    const connections = this.#connections;
    const { dump } = dumped.record;
    const restored =
      dump.exit === 0 && round.restores ? await this.#restore(dumped.around, dumped.aroundDump, plain) : {};
    const isRestored = restored.restore?.exit === 0;
    const check = isRestored ? await runCheck(this.#sandbox, this.#case) : undefined;
    const subject = await this.#programs.describe(isRestored);
    const bystanders = { before: bystandersBefore, after: await this.#observer.bystanders() };
    this.#around = dumped.around;
    this.#connections = await this.#observer.connections(connections);
    const dumpAgain = this.#canDumpAgain(dumped.record) ? await this.#dumpAgain() : undefined;
    return {
      version: this.#version,
      ...dumped.record,
      ...(dumpAgain && { dumpAgain }),
      ...(this.#isLeft() && { before: { ...dumped.record.before, isLeft: true } }),
      ...restored,
      ...describeChanges(dumped.changed, restored.surroundings?.restore),
      ...(subject && { subject }),
      ...(check && { check }),
      ...(this.#caller.rival && { rival: this.#caller.rival }),
      ...(this.#caller.freezerHit && { freezer: this.#caller.freezerHit }),
      ...(this.#caller.peerHit && { peer: this.#caller.peerHit }),
      ...(connections && this.#connections && { connections: { before: connections, after: this.#connections } }),
      bystanders,
      hits: this.#faults.hits.slice(hits),
      stages: this.#caller.stages,
      ownSubject: this.#case.subject === undefined,
    };
  }

  /** Whether the other ends of the tree's connections were ended. */
  #isLeft(): boolean {
    const { peerHit } = this.#caller;
    return peerHit !== undefined && peerHit !== 'stop';
  }

  /** The tree that exists is dumped, after as many pre-dumps as the round has. */
  async #dumpRound(
    { preDumps: count, restores }: Round,
    plain: boolean,
    last: CriuRecord | undefined,
  ): Promise<Dumped> {
    const c = this.#case;
    if (last) await this.#caller.keepImages();
    else await this.#faults.traceOutsiders();
    if (!plain) {
      await this.#caller.limitDisk('dump');
      await this.#faults.fire('before-dump');
      this.#caller.hitFreezer('before-dump');
      await this.#caller.hitPeer('before-dump');
      if (c.faults.some((fault) => stageOf(fault) === 'before-dump')) await this.#observer.settle();
    }
    await this.#programs.mustRunBeforeDump(this.#faults.hasHitTree());
    const preDumps = await this.#preDump(count, plain);
    const beforeDump = await this.#observer.censusBeforeDump();
    this.#connections = await this.#observer.connections();
    const around = await this.#observer.surroundings();
    await this.#sandbox.do('last-pid', { pid: lastPidFor(c) });
    const dump = await this.#caller.chooseWinner(await this.#caller.dump(plain));
    await this.#programs.mustHaveRunUntilDump();
    // A failed dump is judged by what the program is now; what CRIU changes of it while it holds it is no part of it.
    const { held } = this.#caller;
    const before = held && dump.exit === 0 ? withSteadyFacts(held, beforeDump) : beforeDump;
    const isGone = dump.exit === 0 && whatDumpLeaves(this.#setup) === 'nothing';
    if (!isGone) await this.#observer.rest();
    const afterDump = isGone ? await this.#observer.listLeft() : await this.#observer.census();
    // A second copy of the tree cannot be restored beside the first.
    if (!isGone && dump.exit === 0 && restores) await this.#sandbox.do('sweep', { helpers: true });
    const aroundDump = await this.#observer.surroundings();
    const changed = compareSurroundings(around, aroundDump, c.subject === undefined);
    const record = { ...(preDumps.length > 0 && { preDumps }), before, dump, afterDump };
    return { record, around, aroundDump, changed };
  }

  /** The images of the round before are restored again, in place of the tree that it has restored. */
  #reuse({ before, dump, afterDump }: CriuRecord): Dumped {
    const around = this.#around!;
    return { record: { sameImages: true, before, dump, afterDump }, around, aroundDump: around, changed: [] };
  }

  /** What goes wrong does so in the last one. */
  async #preDump(count: number, plain: boolean): Promise<CriuPreDump[]> {
    const done: CriuPreDump[] = [];
    this.#caller.beginChain();
    for (let nr = 1; nr <= count; nr++) {
      const isPlain = plain || nr < count;
      await this.#caller.preparePreDump(nr, isPlain);
      const before = await this.#observer.censusBeforeDump();
      const around = await this.#observer.surroundings();
      const run = await this.#caller.preDump(nr, isPlain);
      await this.#observer.rest();
      const after = await this.#observer.census();
      const now = await this.#observer.surroundings();
      const changes = compareSurroundings(around, now, this.#case.subject === undefined);
      done.push({ before, run, after, ...(changes.length > 0 && { changes }) });
    }
    return done;
  }

  async #restore(beforeDump: Surroundings, before: Surroundings, plain: boolean): Promise<Restored> {
    const { images, taken } = plain ? PLAIN_CRIU : this.#setup;
    const { subject } = this.#case;
    const edits = await changeImages(this.#sandbox.inside(IMAGES), images, this.#editors);
    const imaged = { ...(edits.length > 0 && { edits }), ...(await this.#imaged()) };
    for (const pid of taken) await this.#sandbox.do('take', { pid });
    if (!plain) {
      await this.#faults.fire('before-restore');
      this.#caller.hitFreezer('before-restore');
      await this.#caller.hitPeer('before-restore');
    }
    // What the scenario has removed meanwhile is new when a restore makes it.
    const around = this.#caller.freezerHit === 'remove' ? await this.#observer.surroundings() : before;
    const isAlone = plain || this.#setup.parallel === undefined;
    const [restore, ...others] = isAlone
      ? [await this.#caller.chooseWinner(await this.#caller.restore(plain))]
      : await this.#caller.restoreInParallel();
    const rivals = isAlone ? {} : { rivals: others };
    const { held } = this.#caller;
    if (restore.exit === 0) {
      await this.#observer.rest();
      if (subject) await this.#programs.letRun(plain ? undefined : subject.exitCode);
      const afterRestore = await this.#observer.census();
      const changed = compareSurroundings(beforeDump, await this.#observer.surroundings(), subject === undefined);
      const surroundings = { restore: changed };
      const restored = held && { restored: withAskedFacts(held, afterRestore) };
      return { ...imaged, restore, ...rivals, ...restored, afterRestore, surroundings };
    }
    // A call that mktrouble had to end is not judged by the tasks left: no need to wait for dying ones.
    const isEnded = restore.timedOut !== undefined || restore.flooded !== undefined;
    const afterRestore = await this.#observer.listLeft(!isEnded);
    // Nothing ran meanwhile but what CRIU had already let go, and a load.
    const isHeld = !this.#caller.stages.includes('post-resume') && !subject?.load;
    const changed = compareSurroundings(around, await this.#observer.surroundings(), isHeld);
    const failed = { ...imaged, restore, ...rivals, afterRestore, surroundings: { restore: changed } };
    return images.length > 0 ? failed : { ...failed, ...(await this.#retry()) };
  }

  /** Whether the scenario has killed a dump whose tree is there, and has done nothing to that, or beside it, for which another one may fail. */
  #canDumpAgain({ before, dump, afterDump }: Dumped['record']): boolean {
    const { signal, timedOut, flooded, injected = [] } = dump;
    const there = new Set(afterDump.tasks.map(({ pid }) => pid));
    // CRIU has killed it when its images are whole: that cannot be done twice.
    if (!before.tasks.every(({ pid }) => there.has(pid))) return false;
    const { freezer, peer, rival } = this.#setup;
    const isSent =
      this.#faults.hits.some(({ to, own }) => to === 'criu' && own === undefined) ||
      injected.some((call) => call.signal !== undefined);
    const isEnded = timedOut !== undefined || flooded !== undefined;
    const isOther = this.#faults.hasHitTree() || freezer?.fault !== undefined || (peer ?? rival) !== undefined;
    return signal !== undefined && isSent && !isEnded && !isOther;
  }

  /** A dump that was killed leaves nothing that stops the next one. */
  async #dumpAgain(): Promise<CriuRun> {
    if (!this.#case.subject) await this.#sandbox.do('last-pid', { pid: lastPidFor(this.#case) });
    return this.#caller.dumpAgain();
  }

  /** A restore that failed leaves nothing that stops the next one. */
  async #retry(): Promise<Pick<CriuRecord, 'again' | 'restoredAgain' | 'afterAgain'>> {
    await this.#sandbox.do('sweep', { helpers: true });
    // The pids of a program that runs on may be above: CRIU itself must not get one of them.
    if (!this.#case.subject) await this.#sandbox.do('last-pid', { pid: lastPidFor(this.#case) });
    const again = await this.#caller.restoreAgain();
    const { held } = this.#caller;
    await this.#observer.rest();
    return { again, ...(held && { restoredAgain: held }), afterAgain: await this.#observer.census() };
  }

  /** The pids in the images. */
  async #imaged(): Promise<Pick<CriuRecord, 'imaged'>> {
    const bytes = await readFile(path.join(this.#sandbox.inside(IMAGES), 'pstree.img')).catch(() => undefined);
    const pids = bytes && readPids(bytes);
    const root = this.#case.tasks[0]!.pid;
    return pids ? { imaged: pids.map((pid) => (this.#setup.namespace === 'own' && pid === 1 ? root : pid)) } : {};
  }
}
