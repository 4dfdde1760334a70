/** The input of an exporter: a finding, and what its run showed. */
import type { Case } from '../../src/model/case.ts';
import type { RunRecord } from '../../src/record/record.ts';
import type { Violation } from '../../src/record/verdict.ts';

export interface ExportedFinding {
  /** Without the values of a matrix. */
  readonly title: string;
  readonly case: Case;
  /** The properties that are violated; the reproducer looks for the first that it can show. */
  readonly violates: readonly string[];
  /** What each of these properties says, in one sentence. */
  readonly statements: Readonly<Record<string, string>>;
  /** The source of each of these properties. */
  readonly sources: Readonly<Record<string, string>>;
  /** From a run that showed it; absent where the backend is not available. */
  readonly seen?: {
    readonly record: RunRecord;
    readonly violations: readonly Violation[];
    /** `CRIU 4.1.1, Linux 6.18.44`. */
    readonly environment: string;
  };
  /** Of a regression: the engine with which the case passes, as `seen.environment`. */
  readonly passesWith?: string;
}

/** What this format cannot express; the message names it, and what to do instead. */
export class CannotExport extends Error {}
