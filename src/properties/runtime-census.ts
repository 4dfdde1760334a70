/** What differs of the processes of a container, as they were read from outside. */
import type { Case } from '../model/case.ts';
import type { CriuCensus } from '../record/criu.ts';
import type { RuntimeContainer, RuntimeRun } from '../record/runtime.ts';
import { added, differences, kindsOfDifferences, missing } from './criu-census.ts';
import { heldTasks } from './rules/criu/restored-program-runs.ts';
import { isRestoring, isSaving, succeeded } from './runtime-runs.ts';

/** What a container is compared with after a call, and the calls since then. */
interface Reference {
  readonly before: RuntimeContainer;
  readonly since: readonly RuntimeRun[];
}

/** Of a restore the container that was saved; of another call the container before it. Undefined: none was saved. */
export function findReference(runs: readonly RuntimeRun[], run: RuntimeRun): Reference | undefined {
  if (!isRestoring(run)) return { before: run.before, since: [run] };
  const at = runs.indexOf(run);
  const from = runs.slice(0, at).findLastIndex((one) => isSaving(one) && one.call !== 'pre-dump' && succeeded(one));
  return from === -1 ? undefined : { before: runs[from]!.before, since: runs.slice(from, at + 1) };
}

/** What differs after a call of a container that is to be as before, in words. */
export function changedProcesses(c: Case, runs: readonly RuntimeRun[], run: RuntimeRun): string[] {
  const pair = pairUp(c, runs, run);
  return pair ? compareProcesses(...pair) : [];
}

/** The kinds of it, each once: `CPU affinity`, `a task is missing`. */
export function kindsOfChanges(c: Case, runs: readonly RuntimeRun[], run: RuntimeRun): string[] {
  const pair = pairUp(c, runs, run);
  return pair ? kindsOfDifferences(...pair, new Set()) : [];
}

export function compareProcesses(before: CriuCensus | undefined, after: CriuCensus | undefined): string[] {
  if (!before || !after) return [];
  return [
    ...missing(before, after).map((pid) => `task ${pid} is missing`),
    ...heldTasks(before, after),
    ...differences(before, after),
    ...added(before, after),
  ];
}

/** Undefined: it was not read, or a fault has hit the container. */
function pairUp(c: Case, runs: readonly RuntimeRun[], run: RuntimeRun): [CriuCensus, CriuCensus] | undefined {
  const reference = findReference(runs, run);
  const [then, now] = [reference?.before.census, run.after.census];
  const hits = new Set(reference?.since.flatMap((one) => one.hits));
  if (!then || !now || hits.has('init')) return undefined;
  return hits.has('guest') ? [withoutGuests(c, then), withoutGuests(c, now)] : [then, now];
}

/** Without the processes that entered the container. */
function withoutGuests({ tasks }: Case, census: CriuCensus): CriuCensus {
  const own = new Set(tasks.map(({ pid }) => pid));
  return { ...census, tasks: census.tasks.filter(({ pid }) => own.has(pid)) };
}
