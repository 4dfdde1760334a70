/** How far the search of a case is: what a reporter can show while it goes on. */
import type { Violation } from './verdict.ts';

export interface Progress {
  readonly doing: 'searching' | 'shrinking';
  /** States that were looked at (exhaustive search). */
  readonly states?: number;
  /** Schedules that were run (random, pct). */
  readonly schedules?: number;
  /** What was found, as soon as it is; it is being made small. */
  readonly finding?: Violation;
}

interface Carrier {
  progress?: Progress;
}

/** Puts on a Mocha test how far its case is; what was said before and is not said again stays. */
export function attachProgress(test: object, progress: Progress): void {
  const carrier = test as Carrier;
  carrier.progress = { ...carrier.progress, ...progress };
}

/** How far the case of a test is; undefined before its first slice, and for a test of a worker process. */
export function readProgress(test: object): Progress | undefined {
  return (test as Carrier).progress;
}
