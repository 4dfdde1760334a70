/**
 * What a reporter of one's own is written with: the package's export `mktrouble/reporter`. A module whose default export (or export
 * `reporter`) is one; see docs/extending.md.
 */
import type { ListenerFactory } from './shared/listener.ts';

export type { RunRecord } from '../src/record/record.ts';
export type { Verdict, Violation } from '../src/record/verdict.ts';
export type { Listener, ReporterOptions, Setting } from './shared/listener.ts';
export type { Output } from './shared/output.ts';
export { replayCommand } from './shared/replay-command.ts';
export type { CaseResult } from './shared/result.ts';
export type { Summary } from './shared/summary.ts';

/** The version of the contract. Changes when a reporter that fits it would fit no more. */
export const REPORTER_CONTRACT_VERSION = 1;

export interface OwnReporter {
  readonly contract: typeof REPORTER_CONTRACT_VERSION;
  /** Lower-case words joined by dashes: what it is called when it breaks. */
  readonly name: string;
  /** A new reporter for one report. */
  create: ListenerFactory;
}

/** Gives a module its type: `export default defineReporter({ contract: 1, name: 'mine', create: ({ out }) => … })`. */
export function defineReporter(reporter: OwnReporter): OwnReporter {
  return reporter;
}
