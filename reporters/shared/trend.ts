/** Former runs of a project, for the trend that a report shows. */

/** One run. */
export interface FormerRun {
  /** ISO 8601, when it began. */
  readonly time: string;
  readonly cases: number;
  readonly failed: number;
}

/** Runs that a report shows, beside its own. */
const MOST = 29;

/** The last of these runs. */
export function chooseFormer(runs: readonly FormerRun[]): readonly FormerRun[] {
  return runs.slice(-MOST);
}
