/** Decides: from what all runs of a case said to its verdict. */
import type { Case } from '../model/case.ts';
import { EXPECTATION } from '../properties/index.ts';
import type { RunRecord } from '../record/record.ts';
import type { Ending, ProtocolCoverage, Verdict, Violation } from '../record/verdict.ts';
import { type ExploreResult, type Judged, knownViolations } from './tally.ts';

export type Decision = Pick<Verdict, 'status' | 'violations' | 'known' | 'tried'> & {
  readonly record?: RunRecord;
  readonly shrunk?: Case;
  readonly coverage?: ProtocolCoverage;
  readonly endings?: readonly Ending[];
  readonly differential?: readonly RunRecord[];
};

/**
 * The verdict on a case. A failure in a run decides at once; what must show in *some* run (a known defect, a task that is
 * left waiting) is asked only when no run failed, for then all of them were made.
 */
export function decide(c: Case, result: ExploreResult): Decision {
  const known = knownViolations(result);
  const { disagreement, violating } = result;
  const inOneRun = [...(violating?.judgement.failures ?? []), ...(disagreement ? [disagreement.violation] : [])];
  const violations =
    inOneRun.length > 0 ? inOneRun : [...defectsThatDidNotShow(c, result), ...notLeftWaiting(c, result)];
  const shown: Pick<Judged, 'record' | 'case'> | undefined =
    violating ?? (disagreement && { record: disagreement.records[0] }) ?? firstKnown(result) ?? result.first;
  return {
    status: violations.length > 0 ? 'fail' : 'pass',
    violations,
    known,
    tried: result.tried,
    ...(result.endings.length > 0 && { endings: result.endings }),
    ...(shown && { record: shown.record }),
    ...(result.coverage && { coverage: result.coverage }),
    ...(shown?.case && { shrunk: shown.case }),
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
      ...positionOf(c, 'expect.violates'),
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
      ...positionOf(c, 'expect.left-waiting'),
    }));
}

/** The place of a word of the file, else the nearest word around it that has one. */
function positionOf(c: Case, path: string): Pick<Violation, 'position'> {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(at.lastIndexOf('.'), 0))) {
    const position = c.positions[at];
    if (position) return { position };
  }
  return { position: c.position };
}

function runs(n: number): string {
  return n === 1 ? '1 run' : `${n} runs`;
}
