/**
 * How often a unit was begun, and which of its runs was under way when its worker ended. A worker may be killed by anything; a run that was
 * under way twice when that happened is taken for the cause, and is not begun again: it costs one run, not the campaign.
 */
export interface Attempt {
  /** Which attempt this is, from 1. */
  readonly number: number;
  /** From the second attempt on, the run of the unit that is under way, counted from 0. */
  readonly run?: number;
  /** How often each run was under way when a worker ended. */
  readonly strikes: Readonly<Record<number, number>>;
}

/** Strikes after which a run is left out. */
const MAX_STRIKES = 2;
/** Attempts after which a unit is left out as a whole: whatever ends its workers, it is none of its runs. */
const MAX_ATTEMPTS = 20;

/** The attempt after this one, whose worker has ended. */
export function nextAttempt(before: Attempt | undefined): Attempt {
  if (!before) return { number: 1, strikes: {} };
  const { number, run, strikes } = before;
  return { number: number + 1, strikes: run === undefined ? strikes : { ...strikes, [run]: (strikes[run] ?? 0) + 1 } };
}

/** Whether the run is left out. */
export function isLeftOut({ strikes }: Attempt, run: number): boolean {
  return (strikes[run] ?? 0) >= MAX_STRIKES;
}

/** Whether the unit is left out as a whole. */
export function isHopeless({ number }: Attempt): boolean {
  return number > MAX_ATTEMPTS;
}
