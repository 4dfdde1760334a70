/** Runs that are too large for a report: formatting them would take seconds, during which no signal ends the run. */
import type { RunRecord } from '../../src/record/record.ts';
import type { Verdict } from '../../src/record/verdict.ts';

/** Events of a record that is reported, at most: the run of a tree of 3,000 tasks has that many. */
const MAX_EVENTS = 100_000;
/** Tasks of a case that is reported, at most. */
const MAX_TASKS = 10_000;

export function isLongRecord(record: RunRecord): boolean {
  return record.events.length > MAX_EVENTS;
}

/** Whether a report leaves out the case and its records. */
export function isTooLarge({ case: c, record, differential = [] }: Verdict): boolean {
  const records = record ? [record, ...differential] : differential;
  return (c?.tasks.length ?? 0) > MAX_TASKS || records.some(isLongRecord);
}
