/** Counts of a run, kept while it goes: bounded, whatever the number of cases. */
import type { CaseResult } from './result.ts';

export interface Summary {
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  /** Findings that a retry did not show again. */
  readonly flaky: number;
  readonly errors: number;
  readonly skipped: number;
  /** Searches that were stopped and had found nothing by then. */
  readonly incomplete: number;
  /** Violations that make cases fail. */
  readonly violations: number;
  /** Known defects (`violates:`) that were found, as they had to be. */
  readonly known: number;
  /** Milliseconds since the run began. */
  readonly duration: number;
  /** Whether the run was cut short. */
  readonly interrupted: boolean;
}

export class Tally {
  readonly #started: number;
  #counts = { cases: 0, passed: 0, failed: 0, flaky: 0, errors: 0, skipped: 0, incomplete: 0, violations: 0, known: 0 };

  constructor(now: number = performance.now()) {
    this.#started = now;
  }

  add({ kind, verdict }: CaseResult): void {
    const counts = this.#counts;
    counts.cases += 1;
    counts[COUNTED_AS[kind]] += 1;
    counts.violations += verdict?.violations.length ?? 0;
    counts.known += verdict?.known.length ?? 0;
  }

  summary(interrupted: boolean, now: number = performance.now()): Summary {
    return { ...this.#counts, duration: now - this.#started, interrupted };
  }
}

const COUNTED_AS = {
  pass: 'passed',
  fail: 'failed',
  flaky: 'flaky',
  incomplete: 'incomplete',
  error: 'errors',
  skip: 'skipped',
} as const;
