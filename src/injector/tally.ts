/** Adds up the records of the runs of one case, and keeps only the few that a report needs. */
import type { Case } from '../model/case.ts';
import type { Point } from '../model/points.ts';
import { firedIn, selectEvents } from '../record/read.ts';
import type { Actor, RunRecord } from '../record/record.ts';
import type { Ending, ProtocolCoverage, Shrinking, Tried, Violation } from '../record/verdict.ts';
import type { Disagreement } from './differential.ts';
import { Endings } from './endings.ts';
import type { Judgement, JudgeRecord } from './judge.ts';

/** A record with what was found in it. */
export interface Judged {
  readonly record: RunRecord;
  readonly judgement: Judgement;
  /** The smaller case that it is a record of, when it was shrunk. */
  readonly case?: Case;
  /** What was done to make the case smaller. */
  readonly shrinking?: Shrinking;
}

/** The result of all runs of a case. */
export interface ExploreResult {
  readonly tried: Tried;
  /** The first run with a failure; a strategy that shrinks puts the smallest here. */
  readonly violating?: Judged;
  /** For each known property that was violated, the first run that shows it. */
  readonly known: ReadonlyMap<string, Judged>;
  /** For each pid that was left waiting, the first run in which it was. */
  readonly leftWaiting: ReadonlyMap<number, Judged>;
  /** For each fault that fired in some run, by its name, the first run in which it did. */
  readonly fired: ReadonlyMap<string, Judged>;
  /** The points that each actor reached in some run that was judged. */
  readonly reached: ReadonlyMap<Actor, ReadonlySet<Point>>;
  /** The faults that had to fire, where not all had to: those that a schedule names. */
  readonly awaited?: ReadonlySet<string>;
  /** The first run. */
  readonly first?: Judged;
  /** The first run that ended in a state that the model cannot reach. */
  readonly disagreement?: Disagreement;
  /** The ways in which runs ended. */
  readonly endings: readonly Ending[];
  /** Which steps of the protocol the runs reached, when that was asked for. */
  readonly coverage?: ProtocolCoverage;
}

/** For explorers that look at one record after the other. */
export class Tally {
  readonly endings = new Endings();
  readonly #judge: JudgeRecord;
  readonly #known = new Map<string, Judged>();
  readonly #leftWaiting = new Map<number, Judged>();
  readonly #fired = new Map<string, Judged>();
  readonly #reached = new Map<Actor, Set<Point>>();
  #violating: Judged | undefined;
  #disagreement: Disagreement | undefined;
  #first: Judged | undefined;

  constructor(judge: JudgeRecord) {
    this.#judge = judge;
  }

  /** Keeps a failure as it was shrunk. */
  keep(judged: Judged): void {
    this.#first ??= judged;
    this.#violating ??= judged;
  }

  /** Judges a record and keeps what is new in it. `of`: the case that it is of, where the judged one stands for several. */
  add(record: RunRecord, of?: Case): Judgement {
    const judgement = this.#judge(record);
    const isFinding = judgement.failures.length + judgement.known.length > 0;
    const judged = { record, judgement, ...(of && isFinding && { case: of }) };
    this.endings.judged(record, judgement);
    this.#first ??= judged;
    for (const name of firedIn(record)) if (!this.#fired.has(name)) this.#fired.set(name, judged);
    for (const { actor, point } of selectEvents(record, 'point')) {
      const points = this.#reached.get(actor);
      if (points) points.add(point);
      else this.#reached.set(actor, new Set([point]));
    }
    if (judgement.failures.length > 0) this.#violating ??= judged;
    for (const { property } of judgement.known) if (!this.#known.has(property)) this.#known.set(property, judged);
    for (const [pid, task] of Object.entries(record.final.tasks)) {
      if (task.end === 'waiting' && !this.#leftWaiting.has(Number(pid))) this.#leftWaiting.set(Number(pid), judged);
    }
    return judgement;
  }

  /** Keeps a disagreement with the model; the first one counts. */
  disagrees(disagreement: Disagreement | undefined): void {
    this.#disagreement ??= disagreement;
  }

  /** Whether a run has failed: there is a counterexample. */
  get failing(): boolean {
    return this.#violating !== undefined || this.#disagreement !== undefined;
  }

  /** What of the case has to show in some run, and has not yet: properties, and pids that are left waiting. */
  missing({ expect }: Case): { readonly properties: readonly string[]; readonly pids: readonly number[] } {
    return {
      properties: expect.violates.filter((property) => !this.#known.has(property)),
      pids: (expect.leftWaiting ?? []).filter((pid) => !this.#leftWaiting.has(pid)),
    };
  }

  /** Whether something of the case has to show, and has not yet. */
  isMissing(c: Case): boolean {
    const { properties, pids } = this.missing(c);
    return properties.length + pids.length > 0;
  }

  /** Whether a defect of the case has to show, and each has, and each fault that has to fire. */
  hasShownAll(c: Case): boolean {
    return c.expect.violates.length > 0 && !this.isMissing(c) && this.silent(c).length === 0;
  }

  /** The faults that have to fire in some run, and have not yet. */
  silent({ faults }: Case): string[] {
    return faults.filter(({ name, optional }) => !optional && !this.#fired.has(name)).map(({ name }) => name);
  }

  result(tried: Tried): ExploreResult {
    return {
      tried,
      known: this.#known,
      leftWaiting: this.#leftWaiting,
      fired: this.#fired,
      reached: this.#reached,
      endings: this.endings.list(),
      ...(this.#violating && { violating: this.#violating }),
      ...(this.#first && { first: this.#first }),
      ...(this.#disagreement && { disagreement: this.#disagreement }),
    };
  }
}

/** The known violations of a result, each with the property it is of, in the order in which they were met. */
export function knownViolations(result: ExploreResult): Violation[] {
  return [...result.known].map(
    ([property, { judgement }]) => judgement.known.find((violation) => violation.property === property)!,
  );
}
