/** What a reporter receives about one test: how it ended, and the verdict when it is a scenario's. */
import type { Position } from '../../src/model/case.ts';
import type { Verdict } from '../../src/record/verdict.ts';
import type { CaseReport } from './case-report.ts';

/** pass · fail: a finding, or an ordinary test that failed · flaky: a finding that a retry did not show again · incomplete: a search that was stopped and found nothing · skip: with a reason · error: a defect of ours, or a file that can't be read. */
export type ResultKind = 'pass' | 'fail' | 'flaky' | 'incomplete' | 'skip' | 'error';

/** Whether a result is a finding: one that a retry did not show again is one, too. */
export function isFinding(kind: ResultKind): boolean {
  return kind === 'fail' || kind === 'flaky';
}

export interface TestError {
  readonly message: string;
  readonly stack?: string;
}

export interface CaseResult {
  readonly kind: ResultKind;
  readonly title: string;
  /** Titles of the suites around it, outermost first. */
  readonly path: readonly string[];
  /** The scenario's place; for an ordinary test its file, where Mocha knows it. */
  readonly position?: Position;
  /** Milliseconds. */
  readonly duration: number;
  /** Why it was skipped, what stopped the search, or what broke. */
  readonly reason?: string;
  readonly verdict?: Verdict;
  /** What made Mocha fail the test. */
  readonly error?: TestError;
  /** Where it comes from a report of an earlier run: the case in that report. */
  readonly report?: CaseReport;
}

/** A broken scenario file is a failing test; each mistake in its message begins with `file:line:column`. */
export function placeIn(message: string | undefined): Position | undefined {
  const found = /^\s*(\S[^\n]*?\.ya?ml):(\d+):(\d+)/m.exec(message ?? '');
  return found ? { file: found[1]!, line: Number(found[2]), column: Number(found[3]) } : undefined;
}
