import * as z from 'zod';
import { parseJson } from '../boundary/parse-json.ts';

/**
 * How often a unit was begun, and which of its runs was under way when its worker ended. A worker may be killed by anything; a run that was
 * under way twice when that happened is taken for the cause, and is not begun again: it costs one run, not the campaign.
 */
export const ATTEMPT = z.strictObject({
  /** Which attempt this is, from 1. */
  number: z.int().min(1),
  /** From the second attempt on, the run of the unit that is under way, counted from 0. */
  run: z.int().min(0).optional(),
  /** How often each run was under way when a worker ended. */
  strikes: z.record(z.string().regex(/^\d{1,15}$/), z.int().min(1)),
});

export type Attempt = Readonly<z.infer<typeof ATTEMPT>>;

/** Strikes after which a run is left out. */
const MAX_STRIKES = 2;
/** Attempts after which a unit is left out as a whole: whatever ends its workers, it is none of its runs. */
const MAX_ATTEMPTS = 20;

/** Reads an attempt; undefined: the text is none. */
export function readAttempt(text: string): Attempt | undefined {
  const attempt = parseJson(ATTEMPT, text);
  return typeof attempt === 'string' ? undefined : attempt;
}

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
