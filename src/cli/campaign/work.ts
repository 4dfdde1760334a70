/** What the units of a campaign do, by its kind. A worker is on any machine that has the same files in its working folder. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import * as z from 'zod';
import { readBytes } from '../../boundary/read-file.ts';
import { isLeftOut } from '../../campaign/attempt.ts';
import { CampaignError } from '../../campaign/campaign-error.ts';
import type { Hold } from '../../campaign/place.ts';
import type { Plan, Units } from '../../campaign/plan.ts';
import type { Found, Status, UnitResult, Value } from '../../campaign/results.ts';

/** What one run of a case has shown. */
export interface RunOutcome {
  readonly status: Status;
  /** The findings of this run. */
  readonly found: readonly Omit<Found, 'times'>[];
  /** Of an error: what broke. */
  readonly broken?: string;
  /** What an item of a module gave. */
  readonly value?: Value;
}

/** The work of a plan, opened by a worker. */
export interface Work {
  /** Run number `run` of a group, both counted from 0. Never rejects for what a case does. */
  perform(group: number, run: number, signal: AbortSignal): Promise<RunOutcome>;
  dispose(): Promise<void>;
}

/** A name or a path in a plan. */
export const shortText = z.string().max(4096);

/** Bytes of a file that decides what is run, at most. */
const MAX_FILE_BYTES = 1 << 28;
/** Characters of what broke. */
const MAX_BROKEN = 2_000;

/** The SHA-256 of files, by their paths from the working folder. */
export function hashFiles(files: Iterable<string>): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const file of [...files].map((one) => path.relative(process.cwd(), path.resolve(one))).sort())
    hashes[file] = createHash('sha256').update(readBytes(file, MAX_FILE_BYTES)).digest('hex');
  return hashes;
}

/** Throws CampaignError when a file is not as it was when the campaign was planned. */
function checkFiles({ files }: Plan): void {
  const now = hashFiles(Object.keys(files));
  const changed = Object.keys(files).filter((file) => files[file] !== now[file]);
  if (changed.length > 0)
    throw new CampaignError(`changed since the campaign was planned: ${changed.join(', ')}`, 'plan it again');
}

/** The settings of a plan, which is a file. Throws CampaignError. */
export function parseSettings<T>(schema: z.ZodType<T>, work: Plan['work']): T {
  const { data, error } = schema.safeParse(work);
  if (error) throw new CampaignError(`the plan is not of this version: ${z.prettifyError(error)}`, 'plan it again');
  return data;
}

/** What a plan has executed that is no part of mktrouble, each a phrase. Throws CampaignError. */
export async function executedBy(plan: Plan): Promise<string[]> {
  switch (plan.kind) {
    case 'run':
      return (await import('./run-work.ts')).executedByRuns(plan);
    case 'fuzz':
      return (await import('./fuzz-work.ts')).executedByFuzzing(plan);
    case 'sweep':
      return (await import('./sweep-work.ts')).executedBySweep(plan);
    case 'module':
      return (await import('./module-work.ts')).executedByModule(plan);
  }
}

/** Opens the work of a plan. `folder`: where replay files and scenarios of findings go. Throws CampaignError when its files are others here. */
export async function openWork(plan: Plan, folder: string): Promise<Work> {
  checkFiles(plan);
  switch (plan.kind) {
    case 'run':
      return (await import('./run-work.ts')).openRunWork(plan, folder);
    case 'fuzz':
      return (await import('./fuzz-work.ts')).openFuzzWork(plan, folder);
    case 'sweep':
      return (await import('./sweep-work.ts')).openSweepWork(plan, folder);
    case 'module':
      return (await import('./module-work.ts')).openModuleWork(plan, folder);
  }
}

/** Does a unit; undefined: it was aborted before its end. */
export async function performUnit(
  work: Work,
  plan: Plan,
  units: Units,
  unit: number,
  { signal, attempt, mark }: Hold,
): Promise<UnitResult | undefined> {
  const began = performance.now();
  const counts: Partial<Record<Status, number>> = {};
  const found = new Map<string, Found>();
  const values: Value[] = [];
  let broken: string | undefined;
  let at = -1;
  for (const { group, from, count } of units.list(unit)) {
    for (let run = from; run < from + count; run++) {
      at++;
      if (attempt.number > 1) await mark(at);
      const outcome = isLeftOut(attempt, at) ? lostRun(plan, group, run) : await work.perform(group, run, signal);
      if (signal.aborted) return undefined;
      counts[outcome.status] = (counts[outcome.status] ?? 0) + 1;
      broken ??= outcome.broken?.slice(0, MAX_BROKEN);
      if (outcome.value) values.push(outcome.value);
      for (const one of outcome.found) {
        const before = found.get(one.id);
        found.set(one.id, before ? { ...before, times: before.times + 1 } : { ...one, times: 1 });
      }
    }
  }
  const duration = performance.now() - began;
  return {
    unit,
    duration,
    counts,
    found: [...found.values()],
    ...(broken !== undefined && { broken }),
    ...(values.length > 0 && { values }),
  };
}

/** The verdict on a run that has ended its workers. */
function lostRun({ groups, firstSeed }: Plan, group: number, run: number): RunOutcome {
  const which = `${groups[group]!.name}, seed ${firstSeed + run}`;
  return { status: 'error', found: [], broken: `${which}: two workers ended, or did not respond, while they ran it` };
}
