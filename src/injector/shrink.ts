/**
 * Makes a finding small: the fewest tasks and faults, then the schedule with the fewest context switches, that still show the
 * same. A smaller case first follows the known schedule; where that does not show the finding, a few schedules are drawn, and a
 * few states are searched. All of it has a budget in steps, so that the result is the same on every machine.
 */
import type { Plan, SchedulableBackend } from '../backends/backend.ts';
import {
  type Ending,
  followInSlices,
  sampleInSlices,
  searchInSlices,
  shrinkMovesInSlices,
  smallerCases,
} from '../explore/index.ts';
import type { Case } from '../model/case.ts';
import type { RunRecord } from '../record/record.ts';
import type { Shrinking, Violation } from '../record/verdict.ts';
import type { Judgement } from './judge.ts';
import { Recorder } from './recorder.ts';
import type { Judged } from './tally.ts';

/** Judges a record of any case, as the case that was asked for is judged. */
export type JudgeCase = (c: Case, record: RunRecord) => Judgement;

/** Steps that the shrinking of one finding may take; a step that is recorded and judged counts as several. */
const BUDGET = 20_000_000;
const PER_JUDGED_STEP = 20;
/** The number of attempts that a large case has at least. */
const JUDGED_RUNS = 4;
/** Schedules and states that are tried where the known schedule does not show the finding. */
const SCHEDULES = 64;
const STATES = 4_000;

/** Properties that many defects violate: for these, the message is a part of the finding. */
const TOLD_BY_WORDS: ReadonlySet<string> = new Set(['no-kernel-defect', 'debug-list-complete']);

/** What must stay the same when a finding is made smaller: the property, and for a general property its message. */
export function identifyViolation({ property, message }: Violation): string {
  return TOLD_BY_WORDS.has(property) ? `${property}: ${message.replace(/\d+/g, '#')}` : property;
}

/** The first violation of a judgement; undefined when there is none. */
function findHead({ failures, known }: Judgement): string | undefined {
  const first = failures[0] ?? known[0];
  return first && identifyViolation(first);
}

/**
 * The smallest story that shows the same as these moves: a smaller case, as long as one shows the same violation, and the
 * schedule with the fewest context switches. What the scenario itself expects is about this very case, which then stays as
 * it is.
 */
export function smallestInSlices(
  backend: SchedulableBackend,
  plan: Plan,
  moves: readonly number[],
  judge: JudgeCase,
): Generator<void, Judged> {
  return new Shrinker(backend, plan, moves, judge).run();
}

class Shrinker {
  private readonly backend: SchedulableBackend;
  private readonly judge: JudgeCase;
  private wanted: string | undefined;
  private plan: Plan;
  private recorder: Recorder;
  private moves: readonly number[];
  private record!: RunRecord;
  private left: number;
  private tried = 0;

  constructor(backend: SchedulableBackend, plan: Plan, moves: readonly number[], judge: JudgeCase) {
    this.backend = backend;
    this.judge = judge;
    this.plan = plan;
    this.moves = moves;
    this.recorder = new Recorder(backend, plan);
    this.left = BUDGET + JUDGED_RUNS * PER_JUDGED_STEP * moves.length;
  }

  *run(): Generator<void, Judged> {
    const given = this.plan.case;
    this.record = yield* this.recorder.recordInSlices(this.moves);
    this.wanted = findHead(this.judge(given, this.record));
    yield;
    if (this.wanted !== 'expectation') {
      yield* this.reduce((plan) => this.along(plan));
      yield* this.reduce((plan) => this.elsewhere(plan));
    }
    const isExhausted = this.left <= 0;
    yield* this.simplify();
    const { case: c } = this.plan;
    const shrinking: Shrinking = {
      tried: this.tried,
      tasks: given.tasks.length,
      ...((isExhausted || this.left <= 0) && { stopped: true }),
    };
    return { record: this.record, judgement: this.judge(c, this.record), case: c, shrinking };
  }

  /** Takes every smaller case that shows the finding in this way, until none does or the budget is used up. */
  private *reduce(show: (plan: Plan) => Generator<void, boolean>): Generator<void, void> {
    for (let smaller = true; smaller; ) {
      smaller = false;
      for (const c of smallerCases(this.plan.case)) {
        if (this.left <= 0) return;
        this.tried++;
        yield;
        smaller = yield* show({ ...this.plan, case: c });
        if (smaller) break;
      }
    }
  }

  /** Whether the known schedule, as far as the case can follow it, shows the finding there. */
  private *along(plan: Plan): Generator<void, boolean> {
    const recorder = new Recorder(this.backend, plan);
    const { moves } = yield* followInSlices(recorder.machine, this.record.schedule ?? [], plan.maxSteps);
    this.left -= moves.length;
    return yield* this.take(plan, recorder, moves);
  }

  /** Whether the finding shows there on the known schedule, or on another that is quickly found. */
  private *elsewhere(plan: Plan): Generator<void, boolean> {
    if (yield* this.along(plan)) return true;
    const { maxSteps, seed } = plan;
    const schedules = Math.min(SCHEDULES, Math.floor(this.left / (8 * this.moves.length)));
    const drawn = sampleInSlices(this.backend.open(plan), { strategy: 'random', schedules, seed, depth: 1, maxSteps });
    const sampled = yield* untold(drawn);
    this.left -= sampled.transitions;
    if (yield* this.takeFirst(plan, sampled.endings)) return true;
    const searched = yield* untold(searchInSlices(this.backend.open(plan), { maxStates: STATES }));
    this.left -= searched.transitions;
    return yield* this.takeFirst(plan, searched.endings);
  }

  private *takeFirst(plan: Plan, endings: readonly Ending[]): Generator<void, boolean> {
    const recorder = new Recorder(this.backend, plan);
    for (const { moves } of endings) {
      if (this.left <= 0) return false;
      if (yield* this.take(plan, recorder, moves)) return true;
    }
    return false;
  }

  /** Continues with this case and schedule, if they show the finding. */
  private *take(plan: Plan, recorder: Recorder, moves: readonly number[]): Generator<void, boolean> {
    const record = yield* recorder.recordInSlices(moves);
    this.left -= PER_JUDGED_STEP * moves.length;
    if (findHead(this.judge(plan.case, record)) !== this.wanted) return false;
    this.plan = plan;
    this.recorder = recorder;
    this.moves = moves;
    this.record = record;
    return true;
  }

  /** The schedule with the fewest context switches. */
  private *simplify(): Generator<void, void> {
    const { recorder, plan } = this;
    const spend = (steps: number): boolean => {
      this.left -= steps;
      return this.left > 0;
    };
    const isShown = (record: RunRecord): boolean => findHead(this.judge(plan.case, record)) === this.wanted;
    const holds = function* (moves: number[]): Generator<void, boolean> {
      spend(PER_JUDGED_STEP * moves.length);
      return isShown(yield* recorder.recordInSlices(moves));
    };
    // Steps that are only walked need no trace.
    const moves = yield* shrinkMovesInSlices(this.backend.open(plan), this.moves, holds, spend);
    this.record = yield* recorder.recordInSlices(moves);
  }
}

/** Slices that say nothing. */
function* untold<T>(slices: Generator<unknown, T>): Generator<void, T> {
  for (;;) {
    const { done, value } = slices.next();
    if (done) return value as T;
    yield;
  }
}
