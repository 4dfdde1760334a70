/**
 * A campaign in a folder, on a local or a shared disk: `plan.json`, `claims/` with a file for each unit that is being done, `results/` with a log
 * for each worker, and `snapshot.json`, which contains what the logs say up to a place in each.
 *
 * A worker claims a unit, renews the claim, appends the result to its log, and only then gives the claim back. So a unit without a claim is
 * done or free, and what is lost when a worker is killed is the unit under way. A stale claim is taken over. Two workers may then do one
 * unit, which counts once.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readText } from '../boundary/read-file.ts';
import { CannotWrite, writeFileAtomically } from '../boundary/write-file.ts';
import { isHopeless } from './attempt.ts';
import { CampaignError } from './campaign-error.ts';
import { Claims } from './claims.ts';
import { Logs } from './logs.ts';
import { leaseFor, leaveOut, type Place, type WorkRequest } from './place.ts';
import { hashPlan, MAX_PLAN_BYTES, type Plan, printPlan, readPlan, Units } from './plan.ts';
import { Results } from './results.ts';

/** Milliseconds after which a claim that is not renewed is taken over. */
const LEASE = 60_000;
/** Milliseconds between two looks for a free unit, when all are claimed. */
const PAUSE = 500;

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

interface Opened {
  readonly plan: Plan;
  readonly claims: Claims;
  readonly id: string;
  readonly units: Units;
}

class Folder implements Place {
  readonly #folder: string;
  readonly #worker = `${os.hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`;
  readonly #lease: number;
  #opened: Opened | undefined;
  #logs: Logs | undefined;

  constructor(folder: string, { lease = LEASE }: FolderOptions) {
    this.#folder = folder;
    this.#lease = lease;
  }

  #at(name: string): string {
    return path.join(this.#folder, name);
  }

  async create(plan: Plan): Promise<void> {
    try {
      writeFileAtomically(this.#at('plan.json'), printPlan(plan), { exclusive: true });
    } catch (error) {
      if (!(error instanceof CannotWrite) || error.code !== 'EEXIST') throw error;
      if (this.#open().id !== hashPlan(plan))
        throw new CampaignError(
          `${this.#folder} has another campaign`,
          'name another folder with --at, or remove this one',
        );
    }
    this.#open().claims.create();
    this.#openLogs().create();
  }

  async readPlan(): Promise<Plan> {
    return this.#open().plan;
  }

  #open(): Opened {
    if (this.#opened) return this.#opened;
    const file = this.#at('plan.json');
    if (!existsSync(file))
      throw new CampaignError(`there is no campaign in ${this.#folder}`, 'mktrouble campaign plan makes one');
    const plan = readPlan(readText(file, MAX_PLAN_BYTES), file);
    const claims = new Claims(this.#at('claims'), this.#worker, leaseFor(plan, this.#lease));
    this.#opened = { plan, claims, id: hashPlan(plan), units: new Units(plan) };
    return this.#opened;
  }

  #openLogs(): Logs {
    const { id, units } = this.#open();
    this.#logs ??= new Logs(this.#at('results'), this.#at('snapshot.json'), id, units.count);
    return this.#logs;
  }

  async readResults(): Promise<Results> {
    const results = this.#openLogs().refresh();
    // To read so much again each time would take long.
    this.#openLogs().writeSnapshot();
    return results;
  }

  /** Adds all results of this folder, line by line. */
  readAll(results: Results): void {
    const { id, units } = this.#open();
    new Logs(this.#at('results'), this.#at('snapshot.json'), id, units.count, results).refresh();
  }

  async countActive(): Promise<number> {
    const results = this.#openLogs().refresh();
    return this.#open()
      .claims.list()
      .filter((unit) => !results.isDone(unit)).length;
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
    const { units, claims } = this.#open();
    const logs = this.#openLogs();
    const isMine = (unit: number): boolean => !share?.isStrict || unit % share.of === share.index;
    // Workers begin at different places, and seldom want the same unit.
    const start = share ? share.index / share.of : Math.random();
    let from = Math.floor(start * units.count);
    while (!signal.aborted && !(await this.isStopped())) {
      const results = logs.refresh();
      logs.writeSnapshot();
      const busy = new Set(claims.list());
      const unit = results.next(from, (one) => isMine(one) && (!busy.has(one) || claims.isStale(one)));
      if (unit === undefined) {
        if (results.next(0, isMine) === undefined) break;
        // The others may be killed before they end.
        await sleep(PAUSE, undefined, { signal }).catch(() => {});
        continue;
      }
      const claim = claims.take(unit);
      if (!claim) continue;
      from = unit + 1;
      try {
        // Another may have done it after the look, and before the claim.
        if (logs.refresh().isDone(unit)) continue;
        const result = isHopeless(claim.attempt)
          ? leaveOut(unit, units.size(unit))
          : await claims.hold(unit, claim, signal, (hold) => perform(unit, hold));
        if (!result) continue;
        logs.append(this.#worker, result);
        onDone?.(result);
      } finally {
        claims.release(unit);
      }
    }
    logs.writeSnapshot(1);
    // A worker that was killed after it had stored a result has left its claim.
    const results = logs.refresh();
    for (const unit of claims.list()) if (results.isDone(unit)) claims.remove(unit);
  }

  async close(): Promise<void> {}
}
