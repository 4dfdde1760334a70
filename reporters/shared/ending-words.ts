/** The ways in which a case can end, in words. Runs in a browser too. */
import type { End, Ending } from '../../src/record/verdict.ts';
import { result } from './describe.ts';

/** `ok`, `ESRCH`, `failed` (CRIU has no errno), `blocked at wait`. */
export function coordinatorEndWords({ end, at, result: value, failed }: End): string {
  if (failed) return 'failed';
  if (end === 'returned') return value === undefined || value >= 0 ? 'ok' : result(value);
  return `${end === 'waiting' ? 'blocked' : end}${at === undefined ? '' : ` at ${at}`}`;
}

/** `resumed`, `killed`, `waiting at sync-1`. */
export function taskEndWords({ end, at, result: value }: End): string {
  if (end === 'returned') return value === undefined || value >= 0 ? 'resumed' : `resumed with ${result(value)}`;
  return `${end}${at === undefined ? '' : ` at ${at}`}`;
}

/** How many tasks ended in which way, the most frequent first: `13 × resumed`. */
export function countedEnds({ tasks }: Ending): string[] {
  const counts = new Map<string, number>();
  for (const end of Object.values(tasks)) {
    const words = taskEndWords(end);
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([words, n]) => `${n} × ${words}`);
}

/** An ending as it is shown: what differs only in what was returned on the way to the same end is one. */
export interface ShownEnding {
  readonly coordinator: string;
  /** By the pids of the table's columns; or one text for all of them. */
  readonly tasks: readonly string[];
  readonly findings: readonly string[];
  readonly steps: number;
  readonly violates: readonly string[] | undefined;
}

/** More tasks than this are counted instead of shown one by one. */
const COLUMNS = 10;

/** The table of endings: the pids that have a column each (none: tasks are counted), and the rows, nearest first. */
export function endingTable(endings: readonly Ending[]): {
  readonly pids: readonly string[];
  readonly rows: readonly ShownEnding[];
} {
  const all = [...new Set(endings.flatMap(({ tasks }) => Object.keys(tasks)))];
  const pids = all.length <= COLUMNS ? all : [];
  const rows = new Map<string, ShownEnding>();
  for (const ending of endings) {
    const tasks =
      pids.length > 0
        ? pids.map((pid) => (ending.tasks[pid] ? taskEndWords(ending.tasks[pid]) : 'never made'))
        : [countedEnds(ending).join(', ')];
    const row = { coordinator: coordinatorEndWords(ending.coordinator), tasks, findings: ending.findings };
    const key = JSON.stringify(row);
    const before = rows.get(key);
    rows.set(key, {
      ...row,
      steps: Math.min(ending.steps, before?.steps ?? ending.steps),
      violates: union(before?.violates, ending.violates),
    });
  }
  return { pids, rows: [...rows.values()].sort((a, b) => a.steps - b.steps) };
}

function union(a: readonly string[] | undefined, b: readonly string[] | undefined): readonly string[] | undefined {
  return a && b ? [...new Set([...a, ...b])] : (a ?? b);
}
