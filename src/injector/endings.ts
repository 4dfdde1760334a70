/** The outcomes of one case (docs/outcomes.md), each once, with the shortest way there that was met. Whatever counts outcomes counts these. */
import type { Outcome } from '../backends/backend.ts';
import type { Finding, RunRecord } from '../record/record.ts';
import type { Ending } from '../record/verdict.ts';
import { endOfOutcome, endOfRecord } from './ends.ts';
import type { Judgement } from './judge.ts';

/** More are only counted. */
const MOST = 200;

export class Endings {
  readonly #kept = new Map<string, Ending>();
  readonly #outcomes = new Set<string>();

  /** The outcome of a run, and what is violated in it. A run that was cut has none. */
  judged(record: RunRecord, { failures, known }: Judgement): void {
    if (record.end === 'cut') return;
    const violates = [...new Set([...failures, ...known].map(({ property }) => property))];
    const { final, findings, events } = record;
    this.#add(endOfRecord(record), buildEnding({ ...final, findings }, events.at(-1)?.step ?? 0), violates);
  }

  /** An outcome that can be reached, after so many steps; what is violated in it was not judged. */
  reachable(outcome: Outcome, steps: number): void {
    this.#add(endOfOutcome(outcome), buildEnding(outcome, steps));
  }

  /** How many outcomes there are, also where not all are kept. */
  get count(): number {
    return this.#outcomes.size;
  }

  list(): readonly Ending[] {
    return [...this.#kept.values()];
  }

  #add(key: string, ending: Ending, violates?: readonly string[]): void {
    this.#outcomes.add(key);
    const before = this.#kept.get(key);
    if (!before && this.#kept.size >= MOST) return;
    const both =
      violates && before?.violates ? [...new Set([...before.violates, ...violates])] : (violates ?? before?.violates);
    const steps = Math.min(ending.steps, before?.steps ?? ending.steps);
    this.#kept.set(key, { ...(before ?? ending), steps, ...(both && { violates: both }) });
  }
}

type Facts = Pick<Outcome, 'coordinator' | 'tasks' | 'findings' | 'restores'> & {
  readonly context?: { readonly references: number } | null;
};

function buildEnding({ coordinator, tasks, findings, restores, context }: Facts, steps: number): Ending {
  return {
    coordinator: classifyEnd(coordinator),
    tasks: mapValues(tasks, classifyEnd),
    findings: findings.map(formatFinding),
    restores,
    ...(context && { references: context.references }),
    steps,
  };
}

function classifyEnd({
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

function formatFinding({ kind, at }: Finding): string {
  return `${kind} in ${at}`;
}

function mapValues<V, W>(object: Readonly<Record<string, V>>, change: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
