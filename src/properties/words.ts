/** How violations say things: names, results and lists of pids. */
import { errnoName } from '../model/errno.ts';
import type { Actor, CoordinatorFinal, TaskFinal } from '../record/record.ts';

/** How many tasks a message names before it only counts them. */
const NAMED = 5;

/** `the coordinator`, `task 101`. */
export function formatActor(actor: Actor): string {
  return typeof actor === 'number' ? `task ${actor}` : `the ${actor}`;
}

/** `-EINVAL`, `1000`. */
export function resultText(result: number): string {
  return result < 0 ? `-${errnoName(result)}` : String(result);
}

/** `killed`, `waiting at sync-2`, `returned -EBUSY`. */
export function endText(final: TaskFinal | CoordinatorFinal): string {
  if (final.end === 'waiting') return final.at === undefined ? 'waiting' : `waiting at ${final.at}`;
  if (final.end === 'returned' && final.result !== undefined) return `returned ${resultText(final.result)}`;
  return final.end;
}

/** `100, 101 and 3 more`. */
export function formatList(items: readonly (string | number)[]): string {
  const named = items.slice(0, NAMED).join(', ');
  return items.length > NAMED ? `${named} and ${items.length - NAMED} more` : named;
}

/** `task 100`, `tasks 100, 101`. */
export function tasksText(pids: readonly (string | number)[]): string {
  return `${pids.length === 1 ? 'task' : 'tasks'} ${formatList(pids)}`;
}
