/**
 * The claims of a campaign in a folder: a file for each unit that is being done. To make it is to claim the unit (link(2) fails where the name
 * is taken), its time says when the claim was renewed. A claim that was not renewed for a while, as the observer's own monotonic clock measures
 * it, is stale: clocks of machines need not agree, and may jump.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { parseJson } from '../boundary/parse-json.ts';
import { isRunning } from '../boundary/processes.ts';
import { CannotRead, readText } from '../boundary/read-file.ts';
import { systemErrorCode } from '../boundary/system-error.ts';
import { CannotWrite, makeFolder, writeFileAtomically } from '../boundary/write-file.ts';
import { ATTEMPT, nextAttempt } from './attempt.ts';
import { listNames } from './list-names.ts';
import type { Hold } from './place.ts';

/** Renewals of a claim in the time of a lease. */
const RENEWALS = 6;
/** Milliseconds between two renewals, at most. */
const MAX_RENEWAL = 10_000;
/** Bytes of a claim, at most: a unit has few runs that have ended a worker. */
const MAX_CLAIM_BYTES = 1 << 20;

/** A claim as it is stored. */
const CLAIM = z.strictObject({
  /** The worker that made it. */
  worker: z.string().max(1000),
  /** Where its pid is valid: a boot, and a namespace of pids. */
  system: z.string().max(1000),
  pid: z.int().min(1),
  attempt: ATTEMPT,
});

export type Claim = Readonly<z.infer<typeof CLAIM>>;

/** Reads a claim; a text says what is wrong with it. */
export function parseClaim(text: string): Claim | string {
  return parseJson(CLAIM, text);
}

export class Claims {
  readonly #folder: string;
  readonly #worker: string;
  readonly #lease: number;
  readonly #system = readSystem();
  /** Of each claim of others: its time, and when that was seen first. */
  readonly #seen = new Map<string, { readonly time: number; readonly since: number }>();

  /** `lease`: milliseconds after which a claim that is not renewed is stale. */
  constructor(folder: string, worker: string, lease: number) {
    this.#folder = folder;
    this.#worker = worker;
    this.#lease = lease;
  }

  create(): void {
    makeFolder(this.#folder);
  }

  /** The units that are claimed. */
  list(): number[] {
    return listNames(this.#folder)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  }

  /** Claims a unit that was free, or whose claim was stale; undefined: another worker was faster. */
  take(unit: number): Claim | undefined {
    const file = this.#file(unit);
    const isTaken = statSync(file, { throwIfNoEntry: false }) !== undefined;
    if (isTaken && !this.isStale(unit)) return undefined;
    const before = isTaken ? readClaim(file) : undefined;
    const claim: Claim = {
      worker: this.#worker,
      system: this.#system,
      pid: process.pid,
      attempt: nextAttempt(before?.attempt),
    };
    if (isTaken) {
      const old = `${file}.${randomBytes(4).toString('hex')}.stale`;
      try {
        renameSync(file, old);
      } catch (error) {
        if (systemErrorCode(error) === 'ENOENT') return undefined;
        throw error;
      }
      rmSync(old, { force: true, recursive: true });
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
  isStale(unit: number): boolean {
    const file = this.#file(unit);
    const time = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    // Gone by now.
    if (time === undefined) return true;
    const now = performance.now();
    const seen = this.#seen.get(file);
    if (seen?.time !== time) this.#seen.set(file, { time, since: now });
    else if (now - seen.since >= this.#lease) return true;
    const claim = readClaim(file);
    return claim !== undefined && claim.system === this.#system && claim.pid !== process.pid && !isRunning(claim.pid);
  }

  /** Does something with a unit that this worker has claimed, and renews the claim meanwhile. */
  async hold<T>(unit: number, claim: Claim, signal: AbortSignal, body: (hold: Hold) => Promise<T>): Promise<T> {
    const lost = new AbortController();
    const file = this.#file(unit);
    const { attempt } = claim;
    const renew = (): void => {
      if (!this.#isMine(unit)) return lost.abort();
      try {
        const now = new Date();
        utimesSync(file, now, now);
      } catch (error) {
        if (systemErrorCode(error) === undefined) throw error;
      }
    };
    const timer = setInterval(renew, Math.min(MAX_RENEWAL, this.#lease / RENEWALS)).unref();
    try {
      return await body({
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

  /** Gives back a unit, if this worker has it still. */
  release(unit: number): void {
    if (this.#isMine(unit)) this.remove(unit);
  }

  remove(unit: number): void {
    rmSync(this.#file(unit), { force: true });
  }

  #file(unit: number): string {
    return path.join(this.#folder, String(unit));
  }

  #isMine(unit: number): boolean {
    return readClaim(this.#file(unit))?.worker === this.#worker;
  }
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

/** undefined: there is none by now, or what has its name is none, and becomes stale. */
function readClaim(file: string): Claim | undefined {
  try {
    const claim = parseClaim(readText(file, MAX_CLAIM_BYTES));
    return typeof claim === 'string' ? undefined : claim;
  } catch (error) {
    if (error instanceof CannotRead && (error.code === undefined || error.code === 'ENOENT')) return undefined;
    throw error;
  }
}
