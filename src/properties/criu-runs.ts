/** What the properties of CRIU share: its calls, and the tasks that mktrouble itself has hit. */
import type { Case } from '../model/case.ts';
import { CRIU_STAGE_NAMES, type CriuStage, callOfStage } from '../model/criu.ts';
import type { RoundCall } from '../model/criu-rounds.ts';
import { declaredFaults } from '../model/declared.ts';
import type { CriuCensus, CriuRecord, CriuRun } from '../record/criu.ts';
import { firedIn } from '../record/criu-fired.ts';

/** All calls of CRIU in this round, in their order. */
export function listRuns({
  preDumps = [],
  sameImages,
  dump,
  dumpAgain,
  rival,
  restore,
  rivals = [],
  again,
}: CriuRecord): CriuRun[] {
  const own = [...preDumps.map(({ run }) => run), sameImages ? undefined : dump, dumpAgain, restore];
  return [...own, rival?.run, ...rivals, again].filter((run) => run !== undefined);
}

/** Whether it said success. */
export function succeeded(run: CriuRun | undefined): boolean {
  return run?.exit === 0;
}

/**
 * The census after a restore that can be compared with the one before the dump. Of a program that runs on both must have been
 * taken while CRIU held it; else there is none.
 */
export function comparable(
  { before, ownSubject }: CriuRecord,
  held: CriuCensus | undefined,
  after: CriuCensus | undefined,
): CriuCensus | undefined {
  if (ownSubject) return after;
  return before.held ? held : undefined;
}

/** Whether it reported that it failed: it did not crash, and mktrouble did not end it. */
export function hasFailed(run: CriuRun): boolean {
  return run.exit !== undefined && run.exit !== 0 && !wasEnded(run);
}

/** What the case did to this call, as far as it happened: each a reason for which the call may fail. */
export function listCauses(c: Case, criu: CriuRecord, of: RoundCall): string[] {
  if (of === 'pre-dump') return [];
  const hits = criu.hits
    .filter(({ stage }) => callOfStage(stage) === of)
    .map(({ verb, own, stage }) => `${own ?? verb} at ${stage}`);
  const fired = new Set(firedIn(c, criu));
  const words = declaredFaults(c).filter(({ name, fault, call }) => !fault && call === of && fired.has(name));
  return [...hits, ...words.map(({ title }) => title)];
}

/** Whether mktrouble ended it, for it would not end by itself. */
export function wasEnded({ timedOut, flooded }: CriuRun): boolean {
  return timedOut !== undefined || flooded !== undefined;
}

/** The tasks that mktrouble sent signals to, or traced, from this stage on. */
export function hitSince({ hits }: CriuRecord, stage: CriuStage): Set<number> {
  const first = CRIU_STAGE_NAMES.indexOf(stage);
  const since = hits.filter((hit) => CRIU_STAGE_NAMES.indexOf(hit.stage) >= first);
  return new Set(since.flatMap(({ to }) => (typeof to === 'number' ? [to] : [])));
}

/** These tasks and their descendants: their death kills the descendants, or reparents them to init. */
export function falloutSince(criu: CriuRecord, stage: CriuStage): Set<number> {
  const hit = hitSince(criu, stage);
  for (let size = -1; size < hit.size; ) {
    size = hit.size;
    for (const { pid, parent } of criu.before.tasks) if (hit.has(parent)) hit.add(pid);
  }
  return hit;
}
