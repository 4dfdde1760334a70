/** Adds up the records of the runs of one case, and keeps only the few that a report needs. */
import type { Case } from '../model/case.ts';
import type { RunRecord } from '../record/record.ts';
import type { ProtocolCoverage, Tried, Violation } from '../record/verdict.ts';
import type { Judgement, JudgeRecord } from './judge.ts';

/** A record with what was found in it. */
export interface Judged {
  readonly record: RunRecord;
  readonly judgement: Judgement;
  /** The smaller case that it is a record of, when it was shrunk. */
  readonly case?: Case;
}

/** What all the runs of a case said. */
export interface ExploreResult {
  readonly tried: Tried;
  /** The first run with a failure; a strategy that shrinks puts the smallest here. */
  readonly violating?: Judged;
  /** For each known property that was violated, the first run that shows it. */
  readonly known: ReadonlyMap<string, Judged>;
  /** Pids that were left waiting in at least one run. */
  readonly leftWaiting: ReadonlySet<number>;
  /** The first run. */
  readonly first?: Judged;
  /** What of the protocol all of it reached, when that was asked for. */
  readonly coverage?: ProtocolCoverage;
}

/** For explorers that look at one record after the other. */
export class Tally {
  readonly #judge: JudgeRecord;
  readonly #known = new Map<string, Judged>();
  readonly #leftWaiting = new Set<number>();
  #violating: Judged | undefined;
  #first: Judged | undefined;

  constructor(judge: JudgeRecord) {
    this.#judge = judge;
  }

  /** Keeps a failure as it was shrunk. */
  keep(judged: Judged): void {
    this.#first ??= judged;
    this.#violating ??= judged;
  }

  /** Judges a record and keeps what is new in it. */
  add(record: RunRecord): Judgement {
    const judgement = this.#judge(record);
    const judged = { record, judgement };
    this.#first ??= judged;
    if (judgement.failures.length > 0) this.#violating ??= judged;
    for (const { property } of judgement.known) if (!this.#known.has(property)) this.#known.set(property, judged);
    for (const [pid, task] of Object.entries(record.final.tasks)) {
      if (task.end === 'waiting') this.#leftWaiting.add(Number(pid));
    }
    return judgement;
  }

  /** Whether a run has failed: there is a counterexample. */
  get failing(): boolean {
    return this.#violating !== undefined;
  }

  result(tried: Tried): ExploreResult {
    return {
      tried,
      known: this.#known,
      leftWaiting: this.#leftWaiting,
      ...(this.#violating && { violating: this.#violating }),
      ...(this.#first && { first: this.#first }),
    };
  }
}

/** The known violations of a result, each with the property it is of, in the order in which they were met. */
export function knownViolations(result: ExploreResult): Violation[] {
  return [...result.known].map(
    ([property, { judgement }]) => judgement.known.find((violation) => violation.property === property)!,
  );
}
