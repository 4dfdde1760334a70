/** Decides the verdict of a case from the results of all its runs. */
import type { Case } from '../model/case.ts';
import { EXPECTATION } from '../properties/index.ts';
import type { RunRecord } from '../record/record.ts';
import type { Ending, ProtocolCoverage, Shrinking, Stop, Tried, Verdict, Violation } from '../record/verdict.ts';
import { faultsThatNeverFired } from './never-fired.ts';
import { type ExploreResult, type Judged, knownViolations } from './tally.ts';
import { findPosition, runs } from './texts.ts';

export type Decision = Pick<Verdict, 'status' | 'reason' | 'violations' | 'known' | 'tried'> & {
  readonly record?: RunRecord;
  readonly shrunk?: Case;
  readonly shrinking?: Shrinking;
  readonly coverage?: ProtocolCoverage;
  readonly endings?: readonly Ending[];
  readonly fired?: readonly string[];
  readonly differential?: readonly RunRecord[];
};

/**
 * The verdict on a case. A failure in a run decides at once. A search that was stopped decides nothing else: there may be a
 * failure among the runs that it did not make. What must show in *some* run (a known defect, a task that is left waiting) is
 * asked last, for then all runs were made.
 */
export function decide(c: Case, result: ExploreResult): Decision {
  const known = knownViolations(result);
  const { disagreement, violating } = result;
  const inOneRun = [...(violating?.judgement.failures ?? []), ...(disagreement ? [disagreement.violation] : [])];
  const { stopped } = result.tried;
  const isCut = stopped !== undefined && inOneRun.length === 0;
  const inSomeRun =
    inOneRun.length > 0 || isCut
      ? []
      : [...faultsThatNeverFired(c, result), ...defectsThatDidNotShow(c, result), ...notLeftWaiting(c, result)];
  const violations = [...inOneRun, ...inSomeRun];
  const shown: Pick<Judged, 'record' | 'case' | 'shrinking'> | undefined =
    violating ?? (disagreement && { record: disagreement.records[0] }) ?? firstKnown(result) ?? result.first;
  return {
    status: isCut ? 'incomplete' : violations.length > 0 ? 'fail' : 'pass',
    ...(isCut && { reason: stopWords(result.tried, stopped) }),
    violations,
    known,
    tried: result.tried,
    ...(result.endings.length > 0 && { endings: result.endings }),
    ...(shown && { record: shown.record }),
    ...(result.fired.size > 0 && { fired: [...result.fired.keys()].sort() }),
    ...(result.coverage && { coverage: result.coverage }),
    ...(shown?.case && { shrunk: shown.case }),
    ...(shown?.shrinking && { shrinking: shown.shrinking }),
    ...(disagreement && { differential: disagreement.records }),
  };
}

function firstKnown({ known }: ExploreResult): Judged | undefined {
  return known.values().next().value;
}

function defectsThatDidNotShow(c: Case, { known, tried }: ExploreResult): Violation[] {
  return c.expect.violates
    .filter((property) => !known.has(property))
    .map((property) => ({
      property: EXPECTATION.name,
      message: `the known defect did not show: no run violates ${property}`,
      expected: `a violation of ${property}`,
      actual: `none in ${runs(tried.schedules)}`,
      ...findPosition(c, 'expect.violates'),
    }));
}

function notLeftWaiting(c: Case, { leftWaiting, tried }: ExploreResult): Violation[] {
  return (c.expect.leftWaiting ?? [])
    .filter((pid) => !leftWaiting.has(pid))
    .map((pid) => ({
      property: EXPECTATION.name,
      message: `task ${pid} is expected to be left waiting, and never was`,
      expected: `task ${pid} left waiting in some run`,
      actual: `in none of ${runs(tried.schedules)}`,
      ...findPosition(c, 'expect.left-waiting'),
    }));
}

/** `stopped at the limit of 20,000,000 states (--max-states); seen by then: 20,000,002 states, 14 outcomes`. */
function stopWords({ states, schedules, outcomes }: Tried, { by, limit = 0 }: Stop): string {
  const n = (value: number): string => value.toLocaleString('en-US');
  const why = {
    states: `stopped at the limit of ${n(limit)} states (--max-states)`,
    time: `stopped at the limit of ${n(limit / 1000)} s (--timeout)`,
    memory: `stopped at the limit of ${n(Math.round(limit / 2 ** 20))} MiB (--max-memory, or Node's heap)`,
    interrupt: 'interrupted',
  }[by];
  const seen = [
    ...(states === undefined ? [] : [`${n(states)} states`]),
    runs(schedules),
    `${n(outcomes ?? 0)} outcomes`,
  ];
  return `${why}; seen by then: ${seen.join(', ')}, and no violation`;
}
