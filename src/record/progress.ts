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
