/** Writes down what happens on a schedule, and makes the schedule, and its case, as small as the finding allows. */
import type { Machine, Plan, SchedulableBackend } from '../backends/backend.ts';
import { describe, searchInSlices, shrinkMoves, smallerCases } from '../explore/index.ts';
import type { Case } from '../model/case.ts';
import type { RunRecord } from '../record/record.ts';
import type { Violation } from '../record/verdict.ts';
import type { Judgement } from './judge.ts';
import type { Judged } from './tally.ts';

/** Judges a record of any case, as the case that was asked for is judged. */
export type JudgeCase = (c: Case, record: RunRecord) => Judgement;

/** States that a search for a smaller case may look at. */
const SMALL_SEARCH = 150_000;
/** Smaller cases that are tried for one finding. */
const MOST_TRIES = 48;

/** A machine that writes down what happens, for the few schedules that are judged. */
export class Recorder {
  private readonly machine: Machine;

  constructor(backend: SchedulableBackend, plan: Plan) {
    this.machine = backend.open(plan, { trace: true });
  }

  /** The record of these moves. */
  record(moves: readonly number[], end: RunRecord['end'] = 'over'): RunRecord {
    const words = describe(this.machine, moves);
    return this.machine.record(null, words, end);
  }

  /** A record with the simplest schedule that still passes the test. */
  simplest(moves: readonly number[], test: (record: RunRecord) => boolean): RunRecord {
    return this.record(shrinkMoves(this.machine, moves, (candidate) => test(this.record(candidate))));
  }
}

/** Properties that many a defect violates: there what is said is part of what was found. */
const TOLD_BY_WORDS: ReadonlySet<string> = new Set(['no-kernel-defect', 'debug-list-complete']);

/** What has to stay the same when a finding is made smaller: the property, and what broke where it is about anything. */
export function identityOf({ property, message }: Violation): string {
  return TOLD_BY_WORDS.has(property) ? `${property}: ${message.replace(/\d+/g, '#')}` : property;
}

/** What a judgement is first of all about; undefined when there is nothing. */
function headOf({ failures, known }: Judgement): string | undefined {
  const first = failures[0] ?? known[0];
  return first && identityOf(first);
}

/**
 * The smallest story that shows the same: first a smaller case, as long as one shows the same violation,
 * then the schedule with the fewest changes of who moves. What the scenario itself expects is about this very case, which
 * then stays as it is.
 */
export function* smallestInSlices(
  backend: SchedulableBackend,
  plan: Plan,
  moves: readonly number[],
  judge: JudgeCase,
): Generator<void, Judged> {
  let recorder = new Recorder(backend, plan);
  const wanted = headOf(judge(plan.case, recorder.record(moves)));
  let at: Plan = plan;
  let way = moves;
  const shows = (record: RunRecord): boolean => headOf(judge(at.case, record)) === wanted;
  if (wanted !== 'expectation') {
    let tries = 0;
    for (let smaller = true; smaller; ) {
      smaller = false;
      for (const c of smallerCases(at.case)) {
        if (++tries > MOST_TRIES) break;
        const found = yield* findIn(backend, { ...plan, case: c }, wanted, judge);
        if (!found) continue;
        at = { ...plan, case: c };
        way = found;
        smaller = true;
        break;
      }
    }
    recorder = new Recorder(backend, at);
  }
  const record = recorder.simplest(way, shows);
  return { record, judgement: judge(at.case, record), case: at.case };
}

/** The nearest way in a case that shows what is wanted. */
function* findIn(
  backend: SchedulableBackend,
  plan: Plan,
  wanted: string | undefined,
  judge: JudgeCase,
): Generator<void, readonly number[] | undefined> {
  const recorder = new Recorder(backend, plan);
  const { endings } = yield* searchInSlices(backend.open(plan), { maxStates: SMALL_SEARCH });
  return endings.find(({ moves }) => headOf(judge(plan.case, recorder.record(moves))) === wanted)?.moves;
}
