/** The restart context's fields at the step shown; what this step changed is marked. */
import type { Case } from '../../src/model/case.ts';
import type { ContextState } from './playback.ts';

interface Props {
  readonly now: ContextState;
  readonly before: ContextState;
  readonly c: Case | undefined;
}

export function ContextView({ now, before, c }: Props) {
  const fields = fieldsOf(now, c);
  const were = new Map(fieldsOf(before, c));
  return (
    <section class="context">
      <h4>Context</h4>
      <dl>
        {fields.map(([name, value]) => (
          <div key={name} class={were.get(name) === value ? '' : 'changed'} data-field={name}>
            <dt>{name}</dt>
            <dd>
              {value}
              {were.get(name) !== value && <span class="was"> was {were.get(name)}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function fieldsOf(context: ContextState, c: Case | undefined): [string, string][] {
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
