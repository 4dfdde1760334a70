/**
 * The calls of CRIU for a case, round after round. At each stage that CRIU's action script reports, the program is looked at
 * while CRIU holds it, and the faults of the stage are fired.
 */
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import type { Case } from '../../model/case.ts';
import {
  CRIU_STAGE_NAMES,
  type CriuCall,
  type CriuSetup,
  type CriuStage,
  callOfStage,
  PLAIN_CRIU,
} from '../../model/criu.ts';
import type { FreezerFault } from '../../model/criu-cgroups.ts';
import type { PeerFault } from '../../model/criu-peer.ts';
import type { RoundCall } from '../../model/criu-rounds.ts';
import { errnoName } from '../../model/errno.ts';
import type { CriuCensus, CriuRecord, CriuRun } from '../../record/criu.ts';
import { AgentError } from '../agent/agent.ts';
import type { Draws } from '../draws.ts';
import type { OwnFault } from '../own-fault.ts';
import { callCriu } from './call.ts';
import { CALLS_OF, computeTimeLimit, IMAGES, limitsOf } from './command-line.ts';
import { type Faults, needHooks } from './faults.ts';
import { HELD_AT } from './held.ts';
import type { OwnImageEditor } from './images/own.ts';
import type { Criu } from './locate.ts';
import type { Observer } from './observer.ts';
import type { Programs } from './programs.ts';
import { type HitRival, type RivalOptions, Rivals } from './rivals.ts';
import { writeNotified } from './rpc.ts';
import type { Sandbox } from './sandbox.ts';
import { Server } from './servers.ts';

/** Where a second CRIU writes what it dumps. */
const RIVAL_IMAGES = `${IMAGES}-rival`;

export interface PlayOptions {
  readonly criu: Criu;
  readonly program: string;
  readonly unprivileged: boolean;
  /** Whether hardware breakpoints stop a task on this machine. */
  readonly breakpointsFire: boolean;
  /** Whether each system call of a dump and a restore is written to CALLS_OF. */
  readonly listsCalls?: boolean;
  readonly draws: Draws;
  /** Image editors of the user's own. */
  readonly editors?: readonly OwnImageEditor[];
  /** Fault verbs of the user's own. */
  readonly verbs?: readonly OwnFault[];
  /** Called once CRIU is at work the first time, when there is nothing else to do. */
  readonly meanwhile?: () => void;
}

export interface CallerParts {
  readonly faults: Faults;
  readonly observer: Observer;
  readonly programs: Programs;
}

export class Caller {
  readonly #sandbox: Sandbox;
  readonly #case: Case;
  readonly #setup: CriuSetup;
  readonly #options: PlayOptions;
  readonly #parts: CallerParts;
  readonly #hooks: boolean;
  #stages: CriuStage[] = [];
  /** The number of the dump. */
  #dump = 1;
  /** The folder of the last pre-dump of the round that succeeded, beside that of the images. */
  #parent: string | undefined;
  /** Beside the call that is under way. */
  #server: Server | undefined;
  /** A second CRIU that something happens to, until it has ended. */
  #second: HitRival | undefined;
  /** What has happened to the cgroup of the tree. */
  freezerHit: FreezerFault | undefined;
  /** What has happened to the other end of the tree's connections. */
  peerHit: PeerFault | undefined;
  /** What a second CRIU did. */
  rival: CriuRecord['rival'];
  /** The tree as it was while the last call held it. */
  held: CriuCensus | undefined;
  /** Microseconds that all calls took. */
  time = 0;

  constructor(sandbox: Sandbox, c: Case, options: PlayOptions, parts: CallerParts) {
    this.#sandbox = sandbox;
    this.#case = c;
    this.#setup = c.criu ?? PLAIN_CRIU;
    this.#options = options;
    this.#parts = parts;
    this.#hooks = this.#setup.scriptFails.length > 0 || needHooks(c);
  }

  /** The stages that calls of this round have reached. */
  get stages(): readonly CriuStage[] {
    return this.#stages;
  }

  beginRound(): void {
    this.#stages = [];
    this.held = undefined;
  }

  /** The images, and the logs, of the rounds before stay for --keep. */
  async keepImages(): Promise<void> {
    const images = this.#sandbox.inside(IMAGES);
    await rename(images, this.#sandbox.inside(`${IMAGES}-${this.#dump++}`));
    await mkdir(images);
  }

  /** The next dump begins a chain of its own. */
  beginChain(): void {
    this.#parent = undefined;
  }

  /** The next call of this kind writes its images on a file system that may be too small for them. Rejects with AgentError. */
  async limitDisk(of: RoundCall, folder = IMAGES): Promise<void> {
    const { disk } = limitsOf(this.#setup, of);
    if (disk === undefined) return;
    const error = await this.#sandbox.do('disk', { folder, bytes: disk });
    if (error < 0)
      throw new AgentError(`no file system of ${disk} bytes can be mounted (${errnoName(-error) ?? -error})`);
  }

  /** Makes the folder of a pre-dump. `nr`: of the pre-dump in its round; `plain`: nothing goes wrong in it. Rejects with AgentError. */
  async preparePreDump(nr: number, plain: boolean): Promise<void> {
    const folder = this.#preDumpFolder(nr);
    await mkdir(this.#sandbox.inside(folder));
    if (!plain) await this.limitDisk('pre-dump', folder);
  }

  /** A pre-dump that is prepared. */
  async preDump(nr: number, plain: boolean): Promise<CriuRun> {
    const folder = this.#preDumpFolder(nr);
    const run = await this.#call('pre-dump', `${this.#log(`pre-dump-${nr}`)}.log`, plain, folder);
    // What a pre-dump that failed has written is no parent of any images.
    if (run.exit === 0) this.#parent = path.basename(folder);
    return run;
  }

  #preDumpFolder(nr: number): string {
    return `${IMAGES}-${this.#log(`pre-dump-${nr}`)}`;
  }

  /** `plain`: nothing goes wrong in it. */
  dump(plain: boolean): Promise<CriuRun> {
    return this.#call('dump', `${this.#log('dump')}.log`, plain);
  }

  restore(plain: boolean): Promise<CriuRun> {
    return this.#call('restore', `${this.#log('restore')}.log`, plain);
  }

  /** So many restores as the case has at one time: the first that succeeded, else the one that the case is about; then the others. */
  async restoreInParallel(): Promise<readonly [CriuRun, ...CriuRun[]]> {
    const rivals = await this.#startRivals('restore', (this.#setup.parallel ?? 1) - 1, IMAGES);
    const own = await this.restore(false);
    const all = [own, ...(await rivals.finish())];
    const first = all.find(({ exit }) => exit === 0) ?? own;
    return [first, ...all.filter((one) => one !== first)];
  }

  async #startRivals(of: RoundCall, count: number, images: string): Promise<Rivals> {
    return Rivals.start(this.#sandbox, this.#case, { ...(await this.#rivalOptions(of, images)), count });
  }

  async #rivalOptions(of: RoundCall, images: string): Promise<Omit<RivalOptions, 'count'>> {
    const { criu, program, unprivileged, breakpointsFire } = this.#options;
    const root = of === 'restore' ? undefined : await this.#rootPid();
    const how = { criu, program, unprivileged, breakpointsFire, hooks: false, plain: true };
    return { ...how, images, root, of, log: `${this.#log(of)}.log` };
  }

  /** What a second CRIU does while this one waits at a stage. */
  async #meetRival(stage: CriuStage): Promise<void> {
    const { call, at, fault, after } = this.#setup.rival ?? {};
    if (call === undefined || at !== stage) return;
    const images = call === 'restore' ? IMAGES : RIVAL_IMAGES;
    if (call !== 'restore') await mkdir(this.#sandbox.inside(images));
    if (fault === undefined) {
      const [run] = await (await this.#startRivals(call, 1, images)).finish();
      this.rival = { at, run: run! };
      return;
    }
    const options = { ...(await this.#rivalOptions(call, images)), count: 1, hit: { fault, after: after! } };
    this.#second = await Rivals.startHit(this.#sandbox, this.#case, options);
    const goesOn = this.#second.hit === 'stop' || this.#second.hit === 'delay';
    if (!goesOn) await this.#finishSecond();
  }

  /** A second CRIU that something has happened to ends after the first, or has ended. */
  async #finishSecond(): Promise<void> {
    const second = this.#second;
    if (!second) return;
    this.#second = undefined;
    const run = await second.finish();
    this.rival = { at: this.#setup.rival!.at, run, ...(second.hit && { hit: second.hit }) };
  }

  /**
   * Of two calls of one kind the one that succeeded, and the other one as the rival; the images are those of the one that succeeded. A call
   * that met no rival of its kind is given back as it is.
   */
  async chooseWinner(run: CriuRun): Promise<CriuRun> {
    const { rival } = this;
    if (!rival || rival.run.of !== run.of || run.exit === 0 || rival.run.exit !== 0) return run;
    this.rival = { ...rival, run };
    if (run.of === 'dump') {
      await rename(this.#sandbox.inside(IMAGES), this.#sandbox.inside(`${IMAGES}-failed`));
      await rename(this.#sandbox.inside(RIVAL_IMAGES), this.#sandbox.inside(IMAGES));
    }
    return rival.run;
  }

  /** A dump that was killed is tried once more, into a folder of its own, and nothing goes wrong in it. */
  async dumpAgain(): Promise<CriuRun> {
    const images = `${IMAGES}-again`;
    await mkdir(this.#sandbox.inside(images));
    return this.#call('dump', `${this.#log('dump-again')}.log`, true, images);
  }

  /** A restore that failed is tried once more, and nothing goes wrong in it. */
  restoreAgain(): Promise<CriuRun> {
    return this.#call('restore', `${this.#log('again')}.log`, true);
  }

  /** The name of a log: from the second dump on it begins with the round. */
  #log(name: string): string {
    return this.#dump > 1 ? `round-${this.#dump}-${name}` : name;
  }

  async #call(of: RoundCall, log: string, plain: boolean, images = IMAGES): Promise<CriuRun> {
    // Of what goes wrong only limits hold for a pre-dump.
    const hasStages = !plain && of !== 'pre-dump';
    const { criu, program, unprivileged, breakpointsFire, listsCalls, meanwhile } = this.#options;
    // An action script needs a process, which a limit of processes may not leave.
    const holds = of !== 'pre-dump' && this.#case.subject !== undefined && limitsOf(this.#setup, of).pids === undefined;
    this.held = undefined;
    const server = of === 'pre-dump' ? undefined : await this.#startServer(of, log, images, plain);
    this.#server = server;
    const { run, time } = await callCriu(this.#sandbox, this.#case, of, {
      criu,
      program,
      unprivileged,
      breakpointsFire,
      hooks: holds || (this.#hooks && hasStages),
      plain,
      root: of === 'restore' ? undefined : await this.#rootPid(),
      images,
      calls: listsCalls && of !== 'pre-dump' ? CALLS_OF[of] : undefined,
      parent: of === 'restore' ? undefined : this.#parent,
      server: server?.address,
      freezer: this.#sandbox.treeCgroup?.freezer,
      log,
      atStage: (stage) => this.#atStage(stage as CriuStage, !hasStages || isOfOther(stage, of)),
      meanwhile: of === 'dump' ? meanwhile : undefined,
    });
    this.time += time;
    await this.#finishSecond();
    if (this.peerHit === 'stop') await this.#sandbox.do('peer', { fault: 'continue' });
    // What is frozen cannot be looked at, or end.
    if (this.freezerHit === 'freeze' || run.timedOut !== undefined) this.#sandbox.treeCgroup?.do('thaw');
    return server ? { ...run, server: await server.finish(computeTimeLimit(this.#case)) } : run;
  }

  #startServer(of: CriuCall, log: string, images: string, plain: boolean): Promise<Server | undefined> {
    const { criu, breakpointsFire } = this.#options;
    const options = { criu, breakpointsFire, images, log: `server-of-${log}`, plain };
    return Server.start(this.#sandbox, this.#case, of, options);
  }

  /** The root of the first dump has the pid with which it was built. */
  async #rootPid(): Promise<number> {
    return this.#dump > 1 ? this.#parts.observer.findRootPid() : this.#case.tasks[0]!.pid;
  }

  async #atStage(stage: CriuStage, plain: boolean): Promise<void> {
    if (this.#case.subject) await this.#hold(stage);
    if (!plain) {
      await this.#parts.faults.fire(stage);
      this.hitFreezer(stage);
      await this.hitPeer(stage);
      await this.#meetRival(stage);
      await this.#server?.atStage(stage);
      // A request has others, which are no moment of a dump or a restore: `query-ext-files`.
      if (CRIU_STAGE_NAMES.includes(stage)) this.#stages.push(stage);
    }
    const succeeds = plain || !this.#setup.scriptFails.includes(stage);
    const answer =
      this.#setup.interface === 'rpc'
        ? { stage, message: Buffer.from(writeNotified(succeeds)).toString('hex') }
        : { 'exit-code': succeeds ? 0 : 1 };
    await this.#sandbox.do('answer', answer);
  }

  /** What another process does to the cgroup of the tree at this stage. */
  hitFreezer(stage: CriuStage): void {
    const { fault, after } = this.#setup.freezer ?? {};
    if (after === stage && this.#sandbox.treeCgroup?.do(fault ?? 'none')) this.freezerHit = fault;
  }

  /** What happens to the other end of the tree's connections at this stage. */
  async hitPeer(stage: CriuStage): Promise<void> {
    const { fault, after } = this.#setup.peer ?? {};
    if (fault && after === stage && (await this.#sandbox.do('peer', { fault })) === 0) this.peerHit = fault;
  }

  /** Looks at a program that runs on when CRIU holds it. */
  async #hold(stage: CriuStage): Promise<void> {
    const { observer, programs, faults } = this.#parts;
    if (stage === 'pre-dump') programs.dumpBegins(faults.hasHitTree());
    if (stage === HELD_AT.dump) this.held = await observer.holdDumped();
    if (stage !== HELD_AT.restore) return;
    const { held, root } = await observer.holdRestored();
    this.held = held;
    await programs.isRestoredAs(root);
  }
}

/** Whether a stage that this call reports is one of the other call: a dump that fails unlocks the network, too. */
function isOfOther(stage: string, of: RoundCall): boolean {
  return CRIU_STAGE_NAMES.includes(stage as CriuStage) && callOfStage(stage as CriuStage) !== of;
}
