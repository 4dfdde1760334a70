/**
 * A campaign in a folder, on a local or a shared disk: `plan.json`, `claims/` with a file for each unit that is being done, `results/` with a log
 * for each worker, and `snapshot.json`, which contains what the logs say up to a place in each.
 *
 * A worker claims a unit by making its file (link(2) fails where the name is taken), renews the claim by the file's time, appends the result
 * to its log, and only then removes the file. So a unit without a claim is done or free, and what is lost when a worker is killed is the
 * unit under way. A claim that was not renewed for a while, as the observer's own monotonic clock measures it, is taken over: clocks of
 * machines need not agree, and may jump. Two workers may then do one unit, which counts once.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from '../boundary/processes.ts';
import { readText } from '../boundary/read-file.ts';
import { systemErrorCode } from '../boundary/system-error.ts';
import { appendToFile, CannotWrite, makeFolder, writeFileAtomically } from '../boundary/write-file.ts';
import { type Attempt, isHopeless, nextAttempt } from './attempt.ts';
import { CampaignError, leaveOut, type Place, type WorkRequest } from './place.ts';
import { hashPlan, MAX_PLAN_BYTES, type Plan, parsePlan, printPlan, Units } from './plan.ts';
import { Results, type UnitResult } from './results.ts';

/** Milliseconds after which a claim that is not renewed is taken over, and between two renewals. */
const LEASE = 60_000;
const RENEWAL = LEASE / 6;
/** Milliseconds between two looks for a free unit, when all are claimed. */
const PAUSE = 500;
/** Lines of logs after which a new snapshot is written. */
const LINES_PER_SNAPSHOT = 20_000;
/** Bytes that are read of a log at once. */
const CHUNK = 1 << 20;

export interface FolderOptions {
  /** Milliseconds after which a claim that is not renewed is taken over; 60,000 by default. */
  readonly lease?: number;
}

/** Opens a campaign in a folder, which need not exist. */
export function openFolder(folder: string, options: FolderOptions = {}): Place {
  return new Folder(folder, options);
}

/** The results of parts of one campaign, which share no disk: by unit, so that what several have done counts once. */
export async function mergeFolders(folders: readonly string[]): Promise<Results> {
  let merged: Results | undefined;
  for (const folder of folders) {
    const one = new Folder(folder, {});
    const plan = await one.readPlan();
    const id = hashPlan(plan);
    merged ??= new Results(id, new Units(plan).count);
    if (merged.plan !== id) throw new CampaignError(`${folder} has another campaign than ${folders[0]}`);
    one.readAll(merged);
  }
  return merged!;
}

/** A claim as it is stored. */
interface Claim {
  /** The worker that made it. */
  readonly worker: string;
  /** Where its pid is valid: a boot, and a namespace of pids. */
  readonly system: string;
  readonly pid: number;
  readonly attempt: Attempt;
}

class Folder implements Place {
  readonly #folder: string;
  readonly #lease: number;
  readonly #worker = `${os.hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`;
  readonly #system = readSystem();
  #opened: { readonly plan: Plan; readonly units: Units } | undefined;
  #results: Results | undefined;
  /** How much of each log was read, in bytes. */
  #read: Record<string, number> = {};
  /** Lines that were read since the last snapshot. */
  #fresh = 0;
  /** Of each claim of others: its time, and when that was seen first. */
  readonly #seen = new Map<string, { readonly time: number; readonly since: number }>();

  constructor(folder: string, { lease = LEASE }: FolderOptions) {
    this.#folder = folder;
    this.#lease = lease;
  }

  #at(...names: string[]): string {
    return path.join(this.#folder, ...names);
  }

  async create(plan: Plan): Promise<void> {
    const file = this.#at('plan.json');
    try {
      writeFileAtomically(file, printPlan(plan), { exclusive: true });
    } catch (error) {
      if (!(error instanceof CannotWrite) || error.code !== 'EEXIST') throw error;
      const there = await this.readPlan();
      if (hashPlan(there) !== hashPlan(plan))
        throw new CampaignError(
          `${this.#folder} has another campaign`,
          'name another folder with --at, or remove this one',
        );
    }
    makeFolder(this.#at('claims'));
    makeFolder(this.#at('results'));
  }

  async readPlan(): Promise<Plan> {
    return this.#open().plan;
  }

  #open(): { readonly plan: Plan; readonly units: Units } {
    if (this.#opened) return this.#opened;
    const file = this.#at('plan.json');
    if (!existsSync(file))
      throw new CampaignError(`there is no campaign in ${this.#folder}`, 'mktrouble campaign plan makes one');
    try {
      const plan = parsePlan(readText(file, MAX_PLAN_BYTES));
      this.#opened = { plan, units: new Units(plan) };
    } catch (error) {
      if (systemErrorCode(error) !== undefined || (error as Error).name === 'CannotRead') throw error;
      throw new CampaignError(`${file} is not a plan of this version: ${(error as Error).message}`);
    }
    return this.#opened;
  }

  async readResults(): Promise<Results> {
    const results = this.#refresh();
    // To read so much again each time would take long.
    if (this.#fresh >= LINES_PER_SNAPSHOT) this.#writeSnapshot();
    return results;
  }

  /** Reads what was appended to the logs since the last time. */
  #refresh(): Results {
    if (!this.#results) {
      const { plan, units } = this.#open();
      const id = hashPlan(plan);
      const file = this.#at('snapshot.json');
      const snapshot = existsSync(file) ? Results.fromSnapshot(readFileSync(file, 'utf8'), id, units.count) : undefined;
      this.#results = snapshot?.results ?? new Results(id, units.count);
      this.#read = snapshot?.read ?? {};
    }
    for (const name of listFolder(this.#at('results'))) if (name.endsWith('.jsonl')) this.#readLog(name, this.#results);
    return this.#results;
  }

  /** Adds all results of this folder, line by line. */
  readAll(results: Results): void {
    this.#results = results;
    this.#refresh();
  }

  /** Reads the whole lines of a log; the last one may be under way, or torn. */
  #readLog(name: string, results: Results): void {
    const file = this.#at('results', name);
    let from = this.#read[name] ?? 0;
    if (statSync(file).size <= from) return;
    const fd = openSync(file, 'r');
    try {
      const buffer = Buffer.allocUnsafe(CHUNK);
      let rest = '';
      for (;;) {
        const length = readSync(fd, buffer, 0, CHUNK, from + Buffer.byteLength(rest));
        if (length === 0) break;
        const lines = (rest + buffer.toString('utf8', 0, length)).split('\n');
        rest = lines.pop()!;
        for (const line of lines) {
          results.addLine(line);
          from += Buffer.byteLength(line) + 1;
          this.#fresh++;
        }
      }
    } finally {
      closeSync(fd);
    }
    this.#read[name] = from;
  }

  /** Whichever snapshot is written last counts: each is whole by itself. */
  #writeSnapshot(): void {
    try {
      writeFileAtomically(this.#at('snapshot.json'), this.#results!.toSnapshot(this.#read));
      this.#fresh = 0;
    } catch (error) {
      // It only saves time.
      if (!(error instanceof CannotWrite)) throw error;
    }
  }

  async countActive(): Promise<number> {
    const results = this.#refresh();
    return this.#listClaims().filter((unit) => !results.isDone(unit)).length;
  }

  async setStopped(stopped: boolean): Promise<void> {
    this.#open();
    if (stopped) writeFileAtomically(this.#at('stopped'), '');
    else rmSync(this.#at('stopped'), { force: true });
  }

  async isStopped(): Promise<boolean> {
    return existsSync(this.#at('stopped'));
  }

  async work({ share, signal, perform, onDone }: WorkRequest): Promise<void> {
    const { units } = this.#open();
    const isMine = (unit: number): boolean => !share?.isStrict || unit % share.of === share.index;
    // Workers begin at different places, and seldom want the same unit.
    const start = share ? share.index / share.of : Math.random();
    let from = Math.floor(start * units.count);
    while (!signal.aborted && !(await this.isStopped())) {
      const results = this.#refresh();
      if (this.#fresh >= LINES_PER_SNAPSHOT) this.#writeSnapshot();
      const busy = new Set(listFolder(this.#at('claims')));
      const unit = results.next(from, (one) => isMine(one) && (!busy.has(String(one)) || this.#isStale(String(one))));
      if (unit === undefined) {
        if (results.next(0, isMine) === undefined) break;
        // The others may be killed before they end.
        await sleep(PAUSE, undefined, { signal }).catch(() => {});
        continue;
      }
      const claim = this.#claim(unit);
      if (!claim) continue;
      from = unit + 1;
      try {
        // Another may have done it after the look, and before the claim.
        if (this.#refresh().isDone(unit)) continue;
        const result = isHopeless(claim.attempt)
          ? leaveOut(unit, units.size(unit))
          : await this.#hold(unit, claim, signal, perform);
        if (!result) continue;
        this.#append(result);
        onDone?.(result);
      } finally {
        this.#release(unit);
      }
    }
    if (this.#fresh > 0) this.#writeSnapshot();
    // A worker that was killed after it had stored a result has left its claim.
    for (const unit of this.#listClaims())
      if (this.#results?.isDone(unit)) rmSync(this.#at('claims', String(unit)), { force: true });
  }

  /** The units that are claimed. */
  #listClaims(): number[] {
    return listFolder(this.#at('claims'))
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  }

  /** Claims a unit that is free, or whose claim is stale; undefined: another worker was faster. */
  #claim(unit: number): Claim | undefined {
    const file = this.#at('claims', String(unit));
    const before = readClaim(file);
    const claim: Claim = {
      worker: this.#worker,
      system: this.#system,
      pid: process.pid,
      attempt: nextAttempt(before?.attempt),
    };
    if (before) {
      const old = this.#at('claims', `${unit}.${randomBytes(4).toString('hex')}.stale`);
      try {
        renameSync(file, old);
      } catch (error) {
        if (systemErrorCode(error) === 'ENOENT') return undefined;
        throw error;
      }
      rmSync(old, { force: true });
    }
    try {
      writeFileAtomically(file, JSON.stringify(claim), { exclusive: true });
      return claim;
    } catch (error) {
      if (error instanceof CannotWrite && error.code === 'EEXIST') return undefined;
      throw error;
    }
  }

  /** Whether the worker of a claim is gone: its process has ended, or it has not renewed the claim for the time of a lease. */
  #isStale(name: string): boolean {
    const file = this.#at('claims', name);
    const time = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    // Gone by now.
    if (time === undefined) return true;
    const now = performance.now();
    const seen = this.#seen.get(name);
    if (seen?.time !== time) this.#seen.set(name, { time, since: now });
    else if (now - seen.since >= this.#lease) return true;
    const claim = readClaim(file);
    return claim !== undefined && claim.system === this.#system && claim.pid !== process.pid && !isRunning(claim.pid);
  }

  /** Does a unit, and renews its claim meanwhile. */
  async #hold(
    unit: number,
    claim: Claim,
    signal: AbortSignal,
    perform: WorkRequest['perform'],
  ): Promise<UnitResult | undefined> {
    const lost = new AbortController();
    const file = this.#at('claims', String(unit));
    const timer = setInterval(
      () => {
        if (!this.#isMine(unit)) return lost.abort();
        try {
          const now = new Date();
          utimesSync(file, now, now);
        } catch (error) {
          if (systemErrorCode(error) === undefined) throw error;
        }
      },
      Math.min(RENEWAL, this.#lease / 6),
    );
    timer.unref();
    try {
      const { attempt } = claim;
      return await perform(unit, {
        signal: AbortSignal.any([lost.signal, signal]),
        attempt,
        mark: async (run) => {
          if (this.#isMine(unit)) writeFileAtomically(file, JSON.stringify({ ...claim, attempt: { ...attempt, run } }));
        },
      });
    } finally {
      clearInterval(timer);
    }
  }

  #isMine(unit: number): boolean {
    return readClaim(this.#at('claims', String(unit)))?.worker === this.#worker;
  }

  /** Appends a result to this worker's log, and has it on the disk. */
  #append(result: UnitResult): void {
    const file = this.#at('results', `${this.#worker}.jsonl`);
    appendToFile(file, `${JSON.stringify(result)}\n`);
    const fd = openSync(file, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  }

  #release(unit: number): void {
    if (this.#isMine(unit)) rmSync(this.#at('claims', String(unit)), { force: true });
  }

  async close(): Promise<void> {}
}

/** The boot and the namespace of pids in which a pid of this process is valid. */
function readSystem(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    // Nothing is known of the processes of others then, and leases have to expire.
    return randomBytes(8).toString('hex');
  }
}

function readClaim(file: string): Claim | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Claim;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
