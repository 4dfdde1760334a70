/** Records that are too large for a report: what is made of them takes seconds, in which no signal would end the run. */
import type { RunRecord } from '../../src/record/record.ts';

/** Events of a record that is reported, at most: the run of a tree of 3,000 tasks has that many. */
const MAX_EVENTS = 100_000;

export function isTooLarge(record: RunRecord): boolean {
  return record.events.length > MAX_EVENTS;
}
