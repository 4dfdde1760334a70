/** What tasks share at a step, as pairs of name and value: the fields of the restart context, or the words of a protocol of one's own. Runs in a browser too. */
import type { Case } from '../../src/model/case.ts';
import type { ContextState, LaneState, Snapshot } from '../shared/playback.ts';

/** The fields by the kernel's names, in a fixed order, the last only where the case is known; or the words by theirs. */
export function contextFields({ context, words }: Snapshot, c: Case | undefined): [name: string, value: string][] {
  if (words) return [...words].map(([name, value]) => [name, String(value)]);
  const flags = ['RESTART', ...(context.success ? ['SUCCESS'] : []), ...(context.error ? ['ERROR'] : [])];
  const pids = c?.image.pids ?? [];
  const active = context.activePid < 0 ? '-1' : `${context.activePid} ${activeWords(context, pids)}`;
  return [
    ['kflags', flags.join(' | ')],
    ['errno', context.errno ?? '0'],
    ['errno_sync', context.errnoSync ? 'fired' : 'not fired'],
    ['complete', context.complete ? 'fired' : 'not fired'],
    ['active_pid', active],
    [
      'nr_total',
      context.left === undefined
        ? 'not set'
        : `${context.left}${context.total === undefined || context.total === context.left ? '' : ` (of ${context.total})`}`,
    ],
    ['refcount', context.freed ? 'freed' : (context.references?.toString() ?? 'unknown')],
    ...(pids.length > 0 ? ([['pids_arr', shortList(pids)]] as [string, string][]) : []),
  ];
}

function activeWords({ activePid, activeTask }: ContextState, pids: readonly number[]): string {
  if (activeTask !== undefined) return `(task ${activeTask})`;
  return pids.length > 0 && activePid >= pids.length ? '(none remain)' : '';
}

function shortList(pids: readonly number[]): string {
  return pids.length <= 12 ? pids.join(' ') : `${pids.slice(0, 12).join(' ')} … (${pids.length})`;
}

/** The words that a process of a protocol of one's own has for itself: `vote 1`. */
export function ownWords({ words }: LaneState): string[] {
  return [...words].map(([name, value]) => `${name} ${value}`);
}
