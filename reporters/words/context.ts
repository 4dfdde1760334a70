/** The fields of the restart context at a step, as pairs of name and value. Runs in a browser too. */
import type { Case } from '../../src/model/case.ts';
import type { ContextState } from '../shared/playback.ts';

/** The fields by the kernel's names, in a fixed order; the last only where the case is known. */
export function contextFields(context: ContextState, c: Case | undefined): [name: string, value: string][] {
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
