/** The outcome of a run (docs/outcomes.md) as one text: equal texts are one outcome, also of two backends. */
import type { Outcome } from '../backends/backend.ts';
import type { Finding, RunRecord } from '../record/record.ts';

/** The end of a record. */
export function endOfRecord({ final, findings }: RunRecord): string {
  return formatEnd(final.coordinator, final.tasks, final.restores, final.context?.references, findings);
}

/** The same of a machine that stands at its end. */
export function endOfOutcome({ coordinator, tasks, restores, context, findings }: Outcome): string {
  return formatEnd(coordinator, tasks, restores, context?.references, findings);
}

/** Of a run that a kernel defect stopped only the defect: the other ends are arbitrary. */
function formatEnd(
  coordinator: Outcome['coordinator'],
  tasks: Outcome['tasks'],
  restores: Outcome['restores'],
  references: number | undefined,
  findings: readonly Finding[],
): string {
  const defects = findings.map(({ kind, at }) => `${kind} in ${at}`);
  if (coordinator.end === 'stopped' || isStopped(findings)) return defects.join(', ');
  return [
    `coordinator ${coordinator.end}${placeAndResult(coordinator)}`,
    ...Object.entries(tasks).map(([pid, task]) => `${pid} ${task.end}${placeAndResult(task)}`),
    `restored ${restores.map(([pid, record]) => `${pid} from ${record}`).join(', ') || 'none'}`,
    `references ${references ?? 'none'}`,
    ...defects,
  ].join('; ');
}

const STOPPING: readonly Finding['kind'][] = ['bug', 'null-dereference', 'use-after-free', 'double-free'];

function isStopped(findings: readonly Finding[]): boolean {
  return findings.some(({ kind }) => STOPPING.includes(kind));
}

function placeAndResult({ at, result, record, failed }: Partial<Outcome['tasks'][string]> & { failed?: true }): string {
  return [
    at === undefined ? '' : ` at ${at}`,
    result === undefined ? '' : ` with ${result}`,
    failed ? ' failed' : '',
    record === undefined ? '' : ` from record ${record}`,
  ].join('');
}
