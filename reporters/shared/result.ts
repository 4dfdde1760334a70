/** What a reporter is told about one test: Mocha's event, and the verdict on it when it is a scenario's. Works on plain objects too (parallel mode). */
import type { Position } from '../../src/model/case.ts';
import { readVerdict } from '../../src/record/attach.ts';
import { LostWorker } from '../../src/record/lost-worker.ts';
import type { Verdict } from '../../src/record/verdict.ts';
import type { CaseReport } from './case-report.ts';

/** pass · fail: a finding, or an ordinary test that failed · incomplete: a search that was stopped and found nothing · skip: with a reason · error: a defect of ours, or a file that can't be read. */
export type ResultKind = 'pass' | 'fail' | 'incomplete' | 'skip' | 'error';

export interface TestError {
  readonly message: string;
  readonly stack?: string;
}

export interface CaseResult {
  readonly kind: ResultKind;
  readonly title: string;
  /** Titles of the suites around it, outermost first. */
  readonly path: readonly string[];
  /** The scenario's place; for an ordinary test its file, or nothing where Mocha does not tell. */
  readonly position?: Position;
  /** Milliseconds. */
  readonly duration: number;
  /** Why it was skipped, what stopped the search, or what broke. */
  readonly reason?: string;
  readonly verdict?: Verdict;
  /** What made Mocha fail the test. */
  readonly error?: TestError;
  /** Where it comes from a report of an earlier run: what that said. */
  readonly report?: CaseReport;
}

/** The parts of Mocha's Test, Hook, and of what a worker sends in their place, that we read. */
export interface MochaTest {
  readonly title: string;
  readonly file?: string;
  readonly duration?: number;
  readonly titlePath?: () => string[];
  readonly parent?: { readonly file?: string };
}

/** Mocha's three ends of a test. */
export type MochaEnd = 'pass' | 'fail' | 'pending';

/** Puts together what is known about a test that has ended. Never throws for a test of unexpected shape. */
export function makeResult(test: MochaTest, end: MochaEnd, thrown?: unknown): CaseResult {
  const verdict = readVerdict(test);
  const error = end === 'fail' ? readError(thrown) : undefined;
  const reason = verdict?.reason ?? (end === 'pending' && !verdict ? 'pending' : undefined);
  const position = verdict?.position ?? placeIn(error?.message) ?? locateFile(test);
  return {
    kind: thrown instanceof LostWorker ? 'error' : classifyResult(end, verdict),
    title: verdict?.title ?? test.title,
    path: listTitles(test),
    duration: verdict?.duration ?? test.duration ?? 0,
    ...(position && { position }),
    ...(reason !== undefined && { reason }),
    ...(verdict && { verdict }),
    ...(error && { error }),
  };
}

function classifyResult(end: MochaEnd, verdict: Verdict | undefined): ResultKind {
  if (end === 'pass') return 'pass';
  if (end === 'pending') return 'skip';
  return verdict?.status === 'error' || verdict?.status === 'incomplete' ? verdict.status : 'fail';
}

function listTitles(test: MochaTest): readonly string[] {
  return typeof test.titlePath === 'function' ? test.titlePath().slice(0, -1).filter(Boolean) : [];
}

function readError(thrown: unknown): TestError {
  if (typeof thrown !== 'object' || thrown === null) return { message: String(thrown) };
  const { message, stack } = thrown as { message?: unknown; stack?: unknown };
  return {
    message: typeof message === 'string' ? message : String(message ?? 'no message'),
    ...(typeof stack === 'string' && { stack }),
  };
}

/** A broken scenario file is a failing test; each mistake in its message begins with `file:line:column`. */
export function placeIn(message: string | undefined): Position | undefined {
  const found = /^\s*(\S[^\n]*?\.ya?ml):(\d+):(\d+)/m.exec(message ?? '');
  return found ? { file: found[1]!, line: Number(found[2]), column: Number(found[3]) } : undefined;
}

function locateFile(test: MochaTest): Position | undefined {
  const file = test.file ?? test.parent?.file;
  return file === undefined ? undefined : { file, line: 1, column: 1 };
}
