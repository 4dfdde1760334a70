/** The ways in which a case can end, in words. Runs in a browser too. */
import type { TaskOutcome } from '../../src/model/case.ts';
import type { End, Ending } from '../../src/record/verdict.ts';
import { result } from './events.ts';

/** A task that was not made in this run. */
const NEVER_FORKED: TaskOutcome = 'never-forked';

/** `returned ESRCH`, `returned 0`, `failed` (CRIU has no errno), `blocked at wait`; `briefly`: `ESRCH`, `ok`. */
export function coordinatorEnd(
  { end, at, result: value, failed }: End,
  length: 'in full' | 'briefly' = 'in full',
): string {
  if (failed) return 'failed';
  if (end === 'returned' && length === 'in full') return `returned ${value === undefined ? 'nothing' : result(value)}`;
  if (end === 'returned') return value === undefined || value >= 0 ? 'ok' : result(value);
  return `${end === 'waiting' ? 'blocked' : end}${at === undefined ? '' : ` at ${at}`}`;
}

/**
 * `resumed with 1001`, `killed`, `waiting at sync-1`; `briefly`: a result only where it is an error. `with its record`:
 * `resumed with 1001 from record 1`.
 */
export function taskEnd(
  final: (End & { readonly marked?: boolean }) | undefined,
  length: 'in full' | 'briefly' | 'with its record' = 'in full',
): string {
  if (final === undefined) return NEVER_FORKED;
  const { at, result: value, record } = final;
  const end = final.end === 'untouched' && final.marked ? 'marked' : final.end;
  const isReturned = end === 'returned';
  const isShown = length === 'with its record' || (isReturned && (length === 'in full' || (value ?? 0) < 0));
  const returned = value !== undefined && isShown ? ` with ${result(value)}` : '';
  const restored = length === 'with its record' && record !== undefined ? ` from record ${record}` : '';
  return `${isReturned ? 'resumed' : end}${at === undefined ? '' : ` at ${at}`}${returned}${restored}`;
}

/** How many tasks ended in which way, the most frequent first: `13 × resumed`. */
export function countedEnds({ tasks }: Ending): string[] {
  const counts = new Map<string, number>();
  for (const end of Object.values(tasks)) {
    const words = taskEnd(end, 'briefly');
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([words, n]) => `${n} × ${words}`);
}

/** A row of the table: an outcome, or, where tasks are counted, those that have the same counts. */
export interface ShownEnding {
  readonly coordinator: string;
  /** By the pids of the table's columns; or one text for all of them. */
  readonly tasks: readonly string[];
  /** What distinguishes it from an otherwise equal row: the order of the restores, references that are left. */
  readonly more: readonly string[];
  readonly findings: readonly string[];
  readonly steps: number;
  readonly violates: readonly string[] | undefined;
  /** How many outcomes it stands for. */
  readonly outcomes: number;
  /** The first of them. */
  readonly ending: Ending;
}

/** More tasks than this are counted instead of shown one by one. */
const COLUMNS = 10;

/** The table of outcomes: the pids that have a column each (none: tasks are counted), and the rows, nearest first. */
export function endingTable(endings: readonly Ending[]): {
  readonly pids: readonly string[];
  readonly rows: readonly ShownEnding[];
} {
  const all = [...new Set(endings.flatMap(({ tasks }) => Object.keys(tasks)))];
  const pids = all.length <= COLUMNS ? all : [];
  const columns = pids.map((pid) => wordsOfColumn(endings.map(({ tasks }) => tasks[pid])));
  const orders = endings.map(({ restores = [] }) =>
    restores.map(([pid, record]) => `${pid} from ${record}`).join(', '),
  );
  const left = endings.map(({ references }) => (references ? `${references} references left` : ''));
  const rows = new Map<string, ShownEnding>();
  endings.forEach(({ coordinator, findings, steps, violates, ...ending }, i) => {
    const shown = {
      coordinator: coordinatorEnd(coordinator, 'briefly'),
      tasks:
        pids.length > 0
          ? columns.map((words) => words[i]!)
          : [countedEnds({ ...ending, coordinator, findings, steps }).join(', ')],
      more: [
        ...(new Set(orders).size > 1 && pids.length > 0 ? [`restored: ${orders[i] || 'none'}`] : []),
        ...(left[i] ? [left[i]!] : []),
      ],
      findings,
    };
    const key = JSON.stringify(shown);
    const before = rows.get(key);
    rows.set(key, {
      ...shown,
      steps: Math.min(steps, before?.steps ?? steps),
      violates: union(before?.violates, violates),
      outcomes: (before?.outcomes ?? 0) + 1,
      ending: before?.ending ?? endings[i]!,
    });
  });
  return { pids, rows: [...rows.values()].sort((a, b) => a.steps - b.steps) };
}

/** A task's ends; with their results where only those differ. */
function wordsOfColumn(ends: readonly (End | undefined)[]): string[] {
  const plain = ends.map((end) => taskEnd(end, 'briefly'));
  const full = ends.map((end) => taskEnd(end, 'with its record'));
  return new Set(plain).size === new Set(full).size ? plain : full;
}

function union(a: readonly string[] | undefined, b: readonly string[] | undefined): readonly string[] | undefined {
  return a && b ? [...new Set([...a, ...b])] : (a ?? b);
}
