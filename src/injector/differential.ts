/**
 * Compares real tasks with the model. A run of real tasks records its schedule; the model follows it step by step,
 * and must end alike. Where it does not, the model may still reach that end by another schedule: all ends of the model are
 * searched before the run counts as a disagreement.
 */
import type { Machine, Plan, SchedulableBackend } from '../backends/backend.ts';
import { follow, searchAll } from '../explore/index.ts';
import type { RunRecord } from '../record/record.ts';
import type { Violation } from '../record/verdict.ts';
import { endOfOutcome, endOfRecord } from './ends.ts';
import { Recorder } from './recorder.ts';

/** The name under which a disagreement is reported, beside those of the properties. */
export const AGREEMENT = 'model-agreement';

/** A run of real tasks that ended in a state that the model cannot reach. */
export interface Disagreement {
  readonly violation: Violation;
  /** The real run, and the model's under the same schedule. */
  readonly records: readonly [real: RunRecord, model: RunRecord];
}

/** Gives a disagreement; undefined where real tasks and the model agree. */
export type Compare = (record: RunRecord) => Disagreement | undefined;

/** States that are searched for an end that the schedule of the run does not reach. */
const MOST_STATES = 300_000;
/** Cases with more tasks are not compared: the model looks at every task at every step. */
const MOST_TASKS = 1000;

/** Compares the runs of one plan; undefined where the case is too large. A run that was cut has no end to compare. */
export function comparison(model: SchedulableBackend, plan: Plan): Compare | undefined {
  if (plan.case.tasks.length > MOST_TASKS) return undefined;
  let machine: Machine | undefined;
  let all: Ends | undefined;
  return (record) => {
    const { schedule } = record;
    if (!schedule || record.end === 'cut') return undefined;
    machine ??= model.open(plan);
    const real = endOfRecord(record);
    const { moves, missed } = follow(machine, schedule, plan.maxSteps);
    const modelled = endOfOutcome(machine.outcome());
    if (real === modelled) return undefined;
    all ??= exploreEnds(machine);
    if (all.ends.has(real)) return undefined;
    const astray = missed.length > 0 ? `; it could not follow ${missed[0]}` : '';
    const searched = all.complete ? 'any other' : `one of ${MOST_STATES} states`;
    const message = `the real run ended in a state that the model cannot reach, by this schedule or ${searched}${astray}`;
    return {
      violation: { property: AGREEMENT, message, expected: modelled, actual: real, position: plan.case.position },
      records: [record, new Recorder(model, plan).record(moves)],
    };
  };
}

interface Ends {
  readonly ends: ReadonlySet<string>;
  readonly complete: boolean;
}

function exploreEnds(machine: Machine): Ends {
  const { endings, complete } = searchAll(machine, { maxStates: MOST_STATES });
  return { ends: new Set(endings.map(({ outcome }) => endOfOutcome(outcome))), complete };
}
