/** A case as one plain object: what the JSON report holds, and what the HTML report is made from. */
import type { Case, Position } from '../../src/model/case.ts';
import type { Bucket } from '../../src/model/signature.ts';
import type { RunRecord } from '../../src/record/record.ts';
import type { Attempt, Ending, Shrinking, Tried, Violation } from '../../src/record/verdict.ts';
import { findCause } from '../words/criu.ts';
import { isTooLarge } from './large-record.ts';
import { replayCommand } from './replay-command.ts';
import type { CaseResult, ResultKind, TestError } from './result.ts';

export interface CaseReport {
  /** The case's id; for a test that is no scenario its full title. */
  readonly id: string;
  readonly result: ResultKind;
  readonly title: string;
  /** Titles of the Mocha suites around it. */
  readonly suites: readonly string[];
  readonly position: Position | null;
  /** Milliseconds. */
  readonly duration: number;
  readonly scenario: string | null;
  readonly why: string | null;
  readonly tags: readonly string[];
  readonly matrix: Case['matrix'];
  readonly backend: string | null;
  /** The configured project; absent where there is none. */
  readonly project?: string;
  /** Its place among the projects of the run, from 0. */
  readonly projectNumber?: number;
  readonly protocol: string | null;
  readonly seed: string | null;
  /** Why it was skipped, what stopped the search, or what broke. */
  readonly reason: string | null;
  /** Why the run failed according to an external tool: the first call of CRIU that failed, and its first error. */
  readonly cause: string | null;
  readonly violations: readonly Violation[];
  readonly known: readonly Violation[];
  /** The defect that it is a finding of, and its state; null where nothing was found. */
  readonly bucket: Bucket | null;
  readonly tried: Tried | null;
  /** Each attempt, in order, where it was run again because it had failed. */
  readonly attempts?: readonly Attempt[];
  /** The replay file. */
  readonly replay: string | null;
  /** The folder with what its run left, when it was kept. */
  readonly kept: string | null;
  /** Where it was made: the number of an environment of the report. */
  readonly environment: number | null;
  /** The command that shows it again. */
  readonly command: string | null;
  /** What made Mocha fail the test, where the test has no verdict. */
  readonly error: TestError | null;
  /** The case and its run, for cases that failed or show a known defect; or for all. */
  readonly case?: Case;
  /** That case is a smaller one than the scenario's. */
  readonly shrunk?: true;
  /** What was done to make it smaller. */
  readonly shrinking?: Shrinking;
  readonly record?: RunRecord;
  readonly differential?: readonly RunRecord[];
  /** The ways in which its runs ended; with the record. */
  readonly endings?: readonly Ending[];
  /** Case and records were asked for and left out, to keep the report small; the command shows them again. */
  readonly recordLeftOut?: true;
}

/** The object for a result; with its case and records when asked. `environment`: the number of its environment in the report. */
export function caseReport(result: CaseResult, asked: boolean, environment: number | null = null): CaseReport {
  const tooLarge = result.verdict !== undefined && isTooLarge(result.verdict);
  const withRecord = asked && !tooLarge;
  if (result.report) return { ...(withRecord ? result.report : withoutRecord(result.report)), environment };
  const { kind, title, path, position, duration, reason, error, verdict } = result;
  return {
    id: verdict?.id ?? [...path, title].join(' '),
    result: kind,
    title,
    suites: path,
    position: position ?? null,
    duration: Math.round(duration * 1000) / 1000,
    scenario: verdict?.scenario ?? null,
    why: verdict?.why ?? null,
    tags: verdict?.tags ?? [],
    matrix: verdict?.case?.matrix ?? {},
    backend: verdict?.backend ?? null,
    ...(verdict?.project !== undefined && { project: verdict.project }),
    ...(verdict?.projectNumber !== undefined && { projectNumber: verdict.projectNumber }),
    protocol: verdict?.protocol ?? null,
    seed: verdict?.seed ?? null,
    reason: reason ?? null,
    cause: (verdict?.record?.criu && findCause(verdict.record.criu)) ?? null,
    violations: verdict?.violations ?? [],
    known: verdict?.known ?? [],
    bucket: verdict?.bucket ?? null,
    tried: verdict?.tried ?? null,
    ...(verdict?.attempts && { attempts: verdict.attempts }),
    replay: verdict?.replay ?? null,
    kept: verdict?.kept ?? null,
    environment,
    command: verdict ? replayCommand(verdict) : null,
    error: error && !verdict ? error : null,
    ...(withRecord && verdict?.case && { case: verdict.case }),
    ...(verdict?.shrunk && { shrunk: true }),
    ...(verdict?.shrinking && { shrinking: verdict.shrinking }),
    ...(withRecord && verdict?.record && { record: verdict.record }),
    ...(withRecord && verdict?.differential && { differential: verdict.differential }),
    ...(withRecord && verdict?.endings && { endings: verdict.endings }),
    ...(asked && tooLarge && { recordLeftOut: true }),
  };
}

function withoutRecord({
  case: _c,
  record: _record,
  differential: _differential,
  endings: _endings,
  ...rest
}: CaseReport): CaseReport {
  return rest;
}
