/** Where a campaign is, and what hands out its units: a folder, or Redis. */
import type { Attempt } from './attempt.ts';
import type { Plan } from './plan.ts';
import type { Results, UnitResult } from './results.ts';

/** Part `index` of `of`, from 0, for one job of an array. */
export interface Share {
  readonly index: number;
  readonly of: number;
  /** Whether the job does no others: where jobs share no disk. Else it begins with these, and then helps. */
  readonly isStrict: boolean;
}

/** A unit in the hands of a worker. */
export interface Hold {
  /** Aborted: another worker has the unit, or this one has to end. */
  readonly signal: AbortSignal;
  readonly attempt: Attempt;
  /** Notes which run is under way; for attempts after the first. */
  mark(run: number): Promise<void>;
}

export interface WorkRequest {
  /** The units of this worker; by default any. */
  readonly share?: Share;
  /** Aborted: the worker gives back the unit under way, and ends. */
  readonly signal: AbortSignal;
  /** Does a unit; undefined: it was aborted before its end. */
  readonly perform: (unit: number, hold: Hold) => Promise<UnitResult | undefined>;
  /** Called for each unit whose result is stored. */
  readonly onDone?: (result: UnitResult) => void;
}

export interface Place {
  /** Stores the plan. The same plan again changes nothing. Throws CampaignError when another plan is there. */
  create(plan: Plan): Promise<void>;
  /** Throws CampaignError when there is none. */
  readPlan(): Promise<Plan>;
  /** What is done by now. */
  readResults(): Promise<Results>;
  /** How many units are being done now. */
  countActive(): Promise<number>;
  /** Does units until none is left, or the campaign is stopped. */
  work(request: WorkRequest): Promise<void>;
  /** Workers end after the run under way; `false`: they may go on. */
  setStopped(stopped: boolean): Promise<void>;
  isStopped(): Promise<boolean>;
  close(): Promise<void>;
}

/** Milliseconds after which a claim is taken over: `usual`, or as long as one run may take. */
export function leaseFor({ limit = 0 }: Plan, usual: number): number {
  return Math.max(limit, usual);
}

/** The result of a unit that is left out: `runs` runs without a verdict. */
export function leaveOut(unit: number, runs: number): UnitResult {
  const broken = `unit ${unit}: each of its workers ended before it was done`;
  return { unit, duration: 0, counts: { error: runs }, found: [], broken };
}

/** The place of this name: `redis://host:port/…` (or `rediss://`), or a folder. */
export async function openPlace(at: string): Promise<Place> {
  if (/^rediss?:\/\//.test(at)) return (await import('./redis.ts')).openRedis(at);
  return (await import('./folder.ts')).openFolder(at);
}
