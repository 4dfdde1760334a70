/** One of Mocha's tests that has ended as a result for reporters. Works on plain objects too, as workers send them. */
import { type CaseResult, placeIn, type ResultKind, type TestError } from '../../reporters/shared/result.ts';
import type { Position } from '../model/case.ts';
import type { Verdict } from '../record/verdict.ts';
import { readVerdict } from './attach.ts';
import { LostWorker } from './lost-worker.ts';

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
  const { status } = verdict ?? {};
  return status === 'error' || status === 'incomplete' || status === 'flaky' ? status : 'fail';
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

function locateFile(test: MochaTest): Position | undefined {
  const file = test.file ?? test.parent?.file;
  return file === undefined ? undefined : { file, line: 1, column: 1 };
}
