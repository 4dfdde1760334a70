/**
 * The course of a case: the tree is built, dumped and restored, faults come when they are due, and what is there is looked
 * at before, between and after. A restore that failed is tried once more without faults.
 */
import { mkdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Case } from '../../model/case.ts';
import { type CriuSetup, type CriuStage, PLAIN_CRIU } from '../../model/criu.ts';
import { whatDumpLeaves } from '../../model/criu-options.ts';
import { type Round, type RoundCall, splitRounds } from '../../model/criu-rounds.ts';
import type { Subject } from '../../model/subject.ts';
import type { CriuCensus, CriuChange, CriuPreDump, CriuRecord, CriuRun, CriuSubject } from '../../record/criu.ts';
import { AgentError } from '../agent/agent.ts';
import type { Draws } from '../draws.ts';
import { callCriu } from './call.ts';
import { look, type Role, type Seen, takeCensus, toTasks } from './census.ts';
import { runCheck } from './check.ts';
import { endFrom } from './command.ts';
import { CALLS_OF, computeTimeLimit, IMAGES, limitsOf, WORK } from './command-line.ts';
import { Faults, needHooks } from './faults.ts';
import { findDescendants, findRoot, findTree, HELD_AT, heldCensus, withSteadyFacts } from './held.ts';
import type { Images } from './images/edit.ts';
import { changeImages, readImages } from './images/folder.ts';
import { readPids } from './images/pstree.ts';
import type { Criu } from './locate.ts';
import type { Sandbox } from './sandbox.ts';
import { Program } from './subject.ts';
import { compareSurroundings, readSurroundings, type Surroundings } from './surroundings/index.ts';
import { describeTree, lastPidFor } from './tree.ts';

export interface PlayOptions {
  readonly criu: Criu;
  readonly program: string;
  readonly unprivileged: boolean;
  /** Whether each system call of a dump and a restore is written to CALLS_OF. */
  readonly listsCalls?: boolean;
  readonly draws: Draws;
  /** Called once CRIU is at work the first time, when there is nothing else to do. */
  readonly meanwhile?: () => void;
}

export interface Played {
  readonly record: CriuRecord;
  /** Microseconds that CRIU's calls took, all together. */
  readonly criuTime: number;
}

/** What a build of the tree may take: as long as a call of CRIU. */
const SETTLE_LOOKS = 200;
const SETTLE_PAUSE = 10;
/** A program of the user's has settled when this many looks in a row see the same state and no running task. */
const SAME_LOOKS = 5;
/** Milliseconds after CRIU's end in which dying tasks are gone. */
const REST_LOOKS = 40;
const REST_PAUSE = 5;
const GRACE = 1500;
const GRACE_PAUSE = 16;
/** Milliseconds in which a restored program shows that it runs. */
const WATCHED = 100;

/** Plays a case in a sandbox of its own. Rejects with AgentError when the tree can't be built, NoSuchImage for an edit that can't be made. */
export async function play(sandbox: Sandbox, c: Case, options: PlayOptions): Promise<Played> {
  return new Play(sandbox, c, options).run();
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
  | 'restored'
  | 'afterRestore'
  | 'again'
  | 'restoredAgain'
  | 'afterAgain'
>;

/** Builds the tree of a case and dumps it: the images, by their names. Rejects with AgentError when CRIU does not dump it. */
export async function dumpOnly(sandbox: Sandbox, c: Case, options: PlayOptions): Promise<Images> {
  return new Play(sandbox, c, options).dumpOnly();
}

class Play {
  readonly #sandbox: Sandbox;
  readonly #case: Case;
  readonly #setup: CriuSetup;
  readonly #options: PlayOptions;
  readonly #faults: Faults;
  #stages: CriuStage[] = [];
  readonly #hooks: boolean;
  /** A program of the user's, which runs on: what counts of it is what CRIU holds. */
  #program: Program | undefined;
  /** Its client, which is none of the tree. */
  #load: Program | undefined;
  /** The tree as it was while the last call held it. */
  #held: CriuCensus | undefined;
  /** The pid around the tree of a root that was restored. */
  #root: number | undefined;
  #endedBeforeDump = false;
  /** Processes of the case, and all below them, that are not (or no longer) of the tree. */
  readonly #orphans = new Set<number>();
  /** How often tasks were asked whether they run. */
  #asked = 0;
  #time = 0;
  /** The number of the dump. */
  #nr = 1;
  /** What the names of its logs begin with, from the second dump on. */
  #prefix = '';
  /** The folder of the last pre-dump of the round that succeeded, beside that of the images. */
  #parent: string | undefined;
  /** The surroundings before the last dump. */
  #around: Surroundings | undefined;

  constructor(sandbox: Sandbox, c: Case, options: PlayOptions) {
    this.#sandbox = sandbox;
    this.#case = c;
    this.#setup = c.criu ?? PLAIN_CRIU;
    this.#options = options;
    this.#faults = new Faults(sandbox, c, options.draws);
    this.#hooks = this.#setup.scriptFails.length > 0 || needHooks(c);
  }

  async run(): Promise<Played> {
    await this.#build();
    const rounds = splitRounds(this.#setup.rounds);
    const earlier: CriuRecord[] = [];
    for (const [i, round] of rounds.entries()) {
      const isLast = i === rounds.length - 1;
      const record = await this.#playRound(round, !isLast, earlier.at(-1));
      if (isLast || !canGoOn(round, record) || record.subject?.end)
        return { record: { ...record, ...(earlier.length > 0 && { earlier }) }, criuTime: this.#time };
      earlier.push(record);
    }
    throw new AgentError('a case has no round');
  }

  /** `plain`: nothing goes wrong in it. `last`: the round before. */
  async #playRound(round: Round, plain: boolean, last: CriuRecord | undefined): Promise<CriuRecord> {
    this.#stages = [];
    this.#held = undefined;
    const hits = this.#faults.hits.length;
    const bystandersBefore = await this.#bystanders();
    const dumped = round.dumps ? await this.#dumpRound(round, plain, last) : this.#reuse(last!);
    if (!round.dumps) await this.#sandbox.do('sweep', { helpers: true });
    const { dump } = dumped.record;
    const restored =
      dump.exit === 0 && round.restores ? await this.#restore(dumped.around, dumped.aroundDump, plain) : {};
    const isRestored = restored.restore?.exit === 0;
    const check = isRestored ? await runCheck(this.#sandbox, this.#case) : undefined;
    const subject = await this.#subject(isRestored);
    const bystanders = { before: bystandersBefore, after: await this.#bystanders() };
    this.#around = dumped.around;
    return {
      version: this.#options.criu.version,
      ...dumped.record,
      ...restored,
      ...this.#describeChanges(dumped.changed, restored.surroundings?.restore),
      ...(subject && { subject }),
      ...(check && { check }),
      bystanders,
      hits: this.#faults.hits.slice(hits),
      stages: this.#stages,
      ownSubject: this.#case.subject === undefined,
    };
  }

  /** The tree that exists is dumped, after as many pre-dumps as the round has. */
  async #dumpRound(
    { preDumps: count, restores }: Round,
    plain: boolean,
    last: CriuRecord | undefined,
  ): Promise<Dumped> {
    const c = this.#case;
    if (last) await this.#keepImages();
    else await this.#faults.traceOutsiders();
    if (!plain) {
      await this.#faults.come('before-dump');
      if (c.faults.some(({ when }) => when.kind === 'criu' && when.at === 'before-dump')) await this.#settle();
    }
    if (!this.#isHit()) await this.#program?.mustRun('the dump');
    await this.#load?.mustRun('the dump');
    const preDumps = await this.#preDump(count);
    const beforeDump = await this.#census(await this.#forgetOrphans());
    const around = await this.#surroundings();
    await this.#sandbox.do('last-pid', { pid: lastPidFor(c) });
    const dump = await this.#call('dump', `${this.#prefix}dump.log`, plain);
    if (this.#endedBeforeDump) await this.#program?.mustRun('the dump');
    // A failed dump is judged by what the program is now; what CRIU changes of it while it holds it is no part of it.
    const before = this.#held && dump.exit === 0 ? withSteadyFacts(this.#held, beforeDump) : beforeDump;
    const isGone = dump.exit === 0 && whatDumpLeaves(this.#setup) === 'nothing';
    if (!isGone) await this.#rest();
    const afterDump = isGone ? await this.#listLeft() : await this.#census();
    // A second copy of the tree cannot be restored beside the first.
    if (!isGone && dump.exit === 0 && restores) await this.#sandbox.do('sweep', { helpers: true });
    const aroundDump = await this.#surroundings();
    const changed = compareSurroundings(around, aroundDump, this.#program === undefined);
    const record = { ...(preDumps.length > 0 && { preDumps }), before, dump, afterDump };
    return { record, around, aroundDump, changed };
  }

  /** The images of the round before are restored again, in place of the tree that it has restored. */
  #reuse({ before, dump, afterDump }: CriuRecord): Dumped {
    const around = this.#around!;
    return { record: { sameImages: true, before, dump, afterDump }, around, aroundDump: around, changed: [] };
  }

  async #preDump(count: number): Promise<CriuPreDump[]> {
    const done: CriuPreDump[] = [];
    this.#parent = undefined;
    for (let i = 1; i <= count; i++) {
      const before = await this.#census(await this.#forgetOrphans());
      const around = await this.#surroundings();
      const name = `${this.#prefix}pre-dump-${i}`;
      const folder = path.basename(`${IMAGES}-${name}`);
      await mkdir(this.#sandbox.inside(path.join(WORK, folder)));
      const run = await this.#call('pre-dump', `${name}.log`, true, path.join(WORK, folder));
      await this.#rest();
      const after = await this.#census();
      const changes = compareSurroundings(around, await this.#surroundings(), this.#program === undefined);
      done.push({ before, run, after, ...(changes.length > 0 && { changes }) });
      // What a pre-dump that failed has written is no parent of any images.
      if (run.exit === 0) this.#parent = folder;
    }
    return done;
  }

  /** The images, and the logs, of the rounds before stay for --keep. */
  async #keepImages(): Promise<void> {
    const images = this.#sandbox.inside(IMAGES);
    this.#prefix = `round-${++this.#nr}-`;
    await rename(images, this.#sandbox.inside(`${IMAGES}-${this.#nr - 1}`));
    await mkdir(images);
  }

  async dumpOnly(): Promise<Images> {
    await this.#build();
    await this.#sandbox.do('last-pid', { pid: lastPidFor(this.#case) });
    const dump = await this.#call('dump', 'dump.log', true);
    if (dump.exit !== 0) throw new AgentError(`CRIU does not dump it: ${dump.errors.join('; ')}`);
    return readImages(this.#sandbox.inside(IMAGES));
  }

  async #build(): Promise<void> {
    await this.#sandbox.do('build', { limit: computeTimeLimit(this.#case) }, describeTree(this.#case));
    // Of a process that is stopped the threads stop after it.
    await this.#rest();
    const { subject, tasks } = this.#case;
    if (!subject) return;
    const inner = this.#setup.namespace === 'own';
    this.#program = await Program.start(this.#sandbox, subject, tasks[0]!.pid, inner);
    if (subject.ready) await this.#program.waitFor(subject.ready);
    else await this.#settle();
    await this.#program.mustRun('the dump');
    if (!subject.load) return;
    this.#load = await Program.startLoad(this.#sandbox, subject, subject.load);
    this.#orphans.add(this.#load.pid);
  }

  /** Whether a fault has hit the tree before the dump: then its end is the scenario's doing. */
  #isHit(): boolean {
    return this.#faults.hits.some(({ to }) => to !== 'criu');
  }

  /** What the record has of the program. `watched`: after a restore that returned success. */
  async #subject(watched: boolean): Promise<CriuSubject | undefined> {
    const { subject } = this.#case;
    if (!subject || !this.#program) return undefined;
    const status = this.#root === undefined || !watched ? undefined : this.#sandbox.endOf(this.#root);
    return {
      command: subject.command,
      ...(status !== undefined && { end: endFrom(status) }),
      output: await this.#program.output(),
    };
  }

  /** A restored program is let run for a while, or to its end where it has one. */
  async #letRun({ exitCode }: Pick<Subject, 'exitCode'>): Promise<void> {
    const limit = exitCode === undefined ? WATCHED : computeTimeLimit(this.#case);
    if (this.#root !== undefined) await this.#sandbox.waitForEnd(this.#root, limit);
  }

  /** Waits until a program of the user's has made what it makes. */
  async #settle(): Promise<void> {
    let last = '';
    for (let looks = 0, same = 0; looks < SETTLE_LOOKS && same < SAME_LOOKS; looks++) {
      await sleep(SETTLE_PAUSE);
      const all = await this.#tasks('tree');
      const now = JSON.stringify(all.map(({ id, threads }) => [id, threads.length]));
      const isBusy = all.some(({ threads }) => threads.some(({ state }) => state === 'R' || state === 'D'));
      same = now === last && !isBusy ? same + 1 : 0;
      last = now;
    }
  }

  async #bystanders(): Promise<CriuCensus> {
    return takeCensus(this.#sandbox, this.#case, await look(this.#sandbox, 'bystanders'), ++this.#asked);
  }

  /** The tree. A task without the agent's memory cannot be asked whether it runs. */
  async #census(seen?: readonly Seen[]): Promise<CriuCensus> {
    const round = this.#case.subject ? undefined : ++this.#asked;
    return takeCensus(this.#sandbox, this.#case, seen ?? (await this.#tasks('tree')), round);
  }

  /** The relevant tasks with this role. */
  async #tasks(...wanted: readonly Role[]): Promise<readonly Seen[]> {
    const all = await look(this.#sandbox);
    // One that runs on may fork.
    for (const id of findDescendants(this.#orphans, all)) this.#orphans.add(id);
    return all.filter(({ role, id }) => wanted.includes(role) && !this.#orphans.has(id));
  }

  /** The descendants of the root when the dump begins: CRIU does not see any other task. */
  async #forgetOrphans(): Promise<readonly Seen[]> {
    const all = await this.#tasks('tree');
    const tree = findTree(this.#case, all);
    for (const seen of all) if (!tree.includes(seen)) this.#orphans.add(seen.id);
    return tree;
  }

  /** Looks at a program that runs on when CRIU holds it. */
  async #hold(stage: CriuStage): Promise<void> {
    if (stage === 'pre-dump') this.#endedBeforeDump = this.#program?.end !== undefined && !this.#isHit();
    if (stage !== HELD_AT.dump && stage !== HELD_AT.restore) return;
    const all = await look(this.#sandbox);
    const tree = findTree(this.#case, all);
    this.#held = await heldCensus(this.#sandbox, this.#case, tree);
    if (stage === HELD_AT.restore) {
      this.#root = findRoot(this.#case, all)?.id;
      if (this.#root !== undefined) {
        await this.#sandbox.watch(this.#root);
        this.#program?.isRestoredAs(this.#root);
      }
      return;
    }
    const ofCriu = findDescendants(new Set(all.filter(({ role }) => role === 'criu').map(({ id }) => id)), all);
    for (const seen of all) {
      if (seen.role === 'tree' && !tree.includes(seen) && !ofCriu.has(seen.id)) this.#orphans.add(seen.id);
    }
  }

  /** What surrounds the tree. Only of a program its tasks are asked. */
  async #surroundings(): Promise<Surroundings> {
    const isProgram = this.#program !== undefined;
    return readSurroundings(this.#sandbox, isProgram ? await this.#tasks('tree') : [], isProgram);
  }

  #describeChanges(dump: readonly CriuChange[], restore: readonly CriuChange[] = []): Pick<CriuRecord, 'surroundings'> {
    if (dump.length + restore.length === 0) return {};
    return { surroundings: { ...(dump.length > 0 && { dump }), ...(restore.length > 0 && { restore }) } };
  }

  /** Waits until the tree has settled: a task that was released, or is about to stop, must run first. */
  async #rest(): Promise<void> {
    for (let looks = 0; looks < REST_LOOKS && (await this.#sandbox.do('busy')) > 0; looks++) {
      await sleep(REST_PAUSE);
    }
  }

  /** Every task that is neither a bystander nor a helper of the agent, once dying tasks are gone. */
  async #listLeft(grace = GRACE): Promise<CriuCensus> {
    let left: readonly Seen[] = [];
    for (let pause = 1, waited = 0; waited <= grace; waited += pause, pause = Math.min(2 * pause, GRACE_PAUSE)) {
      left = await this.#tasks('tree', 'criu');
      if (left.length === 0) break;
      await sleep(pause);
    }
    return { tasks: toTasks(this.#case, left), silent: [] };
  }

  async #restore(beforeDump: Surroundings, before: Surroundings, plain: boolean): Promise<Restored> {
    const { images, taken } = plain ? PLAIN_CRIU : this.#setup;
    const edits = await changeImages(this.#sandbox.inside(IMAGES), images);
    const imaged = { ...(edits.length > 0 && { edits }), ...(await this.#imaged()) };
    for (const pid of taken) await this.#sandbox.do('take', { pid });
    if (!plain) await this.#faults.come('before-restore');
    const restore = await this.#call('restore', `${this.#prefix}restore.log`, plain);
    const restored = this.#held && { restored: this.#held };
    if (restore.exit === 0) {
      await this.#rest();
      if (this.#case.subject) await this.#letRun(plain ? {} : this.#case.subject);
      const afterRestore = await this.#census();
      const changed = compareSurroundings(beforeDump, await this.#surroundings(), this.#program === undefined);
      return { ...imaged, restore, ...restored, afterRestore, surroundings: { restore: changed } };
    }
    // A call that mktrouble had to end is not judged by the tasks left: no need to wait for dying ones.
    const isEnded = restore.timedOut !== undefined || restore.flooded !== undefined;
    const afterRestore = await this.#listLeft(isEnded ? 0 : GRACE);
    // Nothing ran meanwhile but what CRIU had already let go.
    const isHeld = !this.#stages.includes('post-resume');
    const changed = compareSurroundings(before, await this.#surroundings(), isHeld);
    const failed = { ...imaged, restore, afterRestore, surroundings: { restore: changed } };
    if (images.length > 0) return failed;
    await this.#sandbox.do('sweep', { helpers: true });
    // The pids of a program that runs on may be above: CRIU itself must not get one of them.
    if (!this.#program) await this.#sandbox.do('last-pid', { pid: lastPidFor(this.#case) });
    const again = await this.#call('restore', `${this.#prefix}again.log`, true);
    const restoredAgain = this.#held && { restoredAgain: this.#held };
    await this.#rest();
    return { ...failed, again, ...restoredAgain, afterAgain: await this.#census() };
  }

  /** What the root is called around the tree: in a pid namespace of its own a restored one has another number than the one that was built. */
  async #rootPid(): Promise<number> {
    const root = this.#nr > 1 ? findRoot(this.#case, await look(this.#sandbox)) : undefined;
    return root?.id ?? this.#case.tasks[0]!.pid;
  }

  /** The pids in the images. */
  async #imaged(): Promise<Pick<CriuRecord, 'imaged'>> {
    const bytes = await readFile(path.join(this.#sandbox.inside(IMAGES), 'pstree.img')).catch(() => undefined);
    const pids = bytes && readPids(bytes);
    const root = this.#case.tasks[0]!.pid;
    return pids ? { imaged: pids.map((pid) => (this.#setup.namespace === 'own' && pid === 1 ? root : pid)) } : {};
  }

  async #call(of: RoundCall, log: string, plain: boolean, images = IMAGES): Promise<CriuRun> {
    const { criu, program, unprivileged, listsCalls, meanwhile } = this.#options;
    // An action script needs a process, which a limit of processes may not leave.
    const holds = of !== 'pre-dump' && this.#program !== undefined && limitsOf(this.#setup, of).pids === undefined;
    this.#held = undefined;
    const { run, time } = await callCriu(this.#sandbox, this.#case, of, {
      criu,
      program,
      unprivileged,
      hooks: holds || (this.#hooks && !plain),
      plain,
      root: of === 'restore' ? undefined : await this.#rootPid(),
      images,
      calls: listsCalls && of !== 'pre-dump' ? CALLS_OF[of] : undefined,
      parent: of === 'restore' ? undefined : this.#parent,
      log,
      atStage: (stage) => this.#atStage(stage as CriuStage, plain),
      meanwhile: of === 'dump' ? meanwhile : undefined,
    });
    this.#time += time;
    return run;
  }

  async #atStage(stage: CriuStage, plain: boolean): Promise<void> {
    if (this.#program) await this.#hold(stage);
    if (!plain) {
      await this.#faults.come(stage);
      this.#stages.push(stage);
    }
    await this.#sandbox.do('answer', { 'exit-code': !plain && this.#setup.scriptFails.includes(stage) ? 1 : 0 });
  }
}
