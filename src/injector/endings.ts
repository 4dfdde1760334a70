/** The distinct ways in which the runs of one case ended, each with the shortest way there that was met. */
import type { Outcome } from '../backends/backend.ts';
import type { Finding, RunRecord } from '../record/record.ts';
import type { Ending } from '../record/verdict.ts';
import type { Judgement } from './judge.ts';

/** More than anybody looks through. */
const MOST = 200;

/** What an end is told by, of a record or of a machine. */
type End = Pick<Outcome, 'coordinator' | 'tasks' | 'findings'>;

export class Endings {
  readonly #seen = new Map<string, Ending>();

  /** An end that a run came to, and what is violated in it. */
  judged({ final, findings, events }: RunRecord, { failures, known }: Judgement): void {
    const violates = [...new Set([...failures, ...known].map(({ property }) => property))];
    this.#add({ ...final, findings }, events.at(-1)?.step ?? 0, violates);
  }

  /** An end that can be come to, after so many steps; nobody has looked what is violated in it. */
  reachable(end: End, steps: number): void {
    this.#add(end, steps);
  }

  list(): readonly Ending[] {
    return [...this.#seen.values()];
  }

  #add({ coordinator, tasks, findings }: End, steps: number, violates?: readonly string[]): void {
    const end = { coordinator: endOf(coordinator), tasks: mapValues(tasks, endOf), findings: findings.map(told) };
    const key = JSON.stringify(end);
    const before = this.#seen.get(key);
    if (!before && this.#seen.size >= MOST) return;
    const both =
      violates && before?.violates ? [...new Set([...before.violates, ...violates])] : (violates ?? before?.violates);
    this.#seen.set(key, { ...end, steps: Math.min(steps, before?.steps ?? steps), ...(both && { violates: both }) });
  }
}

function endOf({
  end,
  at,
  result,
  failed,
  record,
}: Ending['coordinator'] & { readonly record?: number }): Ending['coordinator'] {
  return {
    end,
    ...(at !== undefined && { at }),
    ...(result !== undefined && { result }),
    ...(failed && { failed }),
    ...(record !== undefined && { record }),
  };
}

function told({ kind, at }: Finding): string {
  return `${kind} in ${at}`;
}

function mapValues<V, W>(object: Readonly<Record<string, V>>, change: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
