/** The interface of a reporter, independent of Mocha. */
import type { Progress as CaseProgress } from '../../src/record/progress.ts';
import type { CoverageReport } from './coverage.ts';
import type { Output } from './output.ts';
import type { CaseResult } from './result.ts';
import type { Summary } from './summary.ts';

/** A reporter: it receives each result as soon as it is known, and the summary at the end. */
export interface Listener {
  /** A test begins; not in parallel mode before its whole file is over. `read`: how far its case is, at any time. */
  begin?(title: string, read?: () => CaseProgress | undefined): void;
  result(result: CaseResult): void;
  /** Coverage of runs without results of their own: those of merged reports. */
  coverage?(report: CoverageReport): void;
  end(summary: Summary): void;
}

export type ReporterOptions = Readonly<Record<string, unknown>> & { readonly output?: string };

export interface Setting {
  readonly out: Output;
  readonly options: ReporterOptions;
  /** How many tests there will be; undefined in parallel mode, where the number is unknown. */
  readonly total?: number;
}

export type ListenerFactory = (setting: Setting) => Listener;
