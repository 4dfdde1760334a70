/** How much a search tried, in a few words. Runs in a browser too. */
import type { Verdict } from '../../src/record/verdict.ts';
import { count } from './numbers.ts';

/** `1,140 states, 14 outcomes`; nothing for one plain run. */
export function triedWords({ tried, violations, status }: Pick<Verdict, 'tried' | 'violations' | 'status'>): string {
  const parts = [
    ...((status === 'fail' || status === 'flaky') && violations.length > 0
      ? [count(violations.length, 'violation')]
      : []),
    ...(tried.states === undefined ? [] : [count(tried.states, 'state')]),
    ...(tried.states === undefined && tried.schedules > 1 ? [count(tried.schedules, 'schedule')] : []),
    ...(tried.outcomes === undefined ? [] : [count(tried.outcomes, 'outcome')]),
  ];
  return parts.join(', ');
}
