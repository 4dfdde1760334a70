/** Small readers of a record that properties and reporters share. */
import type { Case, CoordinatorOutcome, TaskOutcome } from '../model/case.ts';
import { errnoName } from '../model/errno.ts';
import type { Actor, Effect, EffectKind, FinalState, RunEvent, RunRecord, TaskFinal } from './record.ts';

type EventOf<K extends EffectKind> = RunEvent & Extract<Effect, { kind: K }>;

/** The events of one kind, in their order. */
export function eventsOf<K extends EffectKind>(record: RunRecord, kind: K): EventOf<K>[] {
  return record.events.filter((event): event is EventOf<K> => event.kind === kind);
}

/** The position in `record.events` of the first event of this kind (and actor) that passes the test; -1 for none. */
export function indexOfEvent<K extends EffectKind>(
  record: RunRecord,
  kind: K,
  actor?: Actor,
  test: (event: EventOf<K>) => boolean = () => true,
): number {
  return record.events.findIndex(
    (event) => event.kind === kind && (actor === undefined || event.actor === actor) && test(event as EventOf<K>),
  );
}

/** A task's end in the scenario format's words. */
export function taskOutcome(final: TaskFinal): TaskOutcome | 'crashed' | 'running' {
  return final.end === 'returned' ? 'resumed' : final.end;
}

/** The coordinator's end in the scenario format's words. */
export function coordinatorOutcome(final: FinalState): CoordinatorOutcome | 'crashed' {
  const { end, result } = final.coordinator;
  if (end === 'waiting') return 'blocked';
  if (end !== 'returned') return end;
  return result === undefined || result >= 0 ? 'ok' : (errnoName(result) as CoordinatorOutcome);
}

/** Whether the coordinator came back with an error. */
export function failed(record: RunRecord): boolean {
  const { end, result } = record.final.coordinator;
  return end === 'returned' && result !== undefined && result < 0;
}

/** Whether the coordinator came back with success. */
export function succeeded(record: RunRecord): boolean {
  const { end, result } = record.final.coordinator;
  return end === 'returned' && result !== undefined && result >= 0;
}

/** The pids that one of the case's faults is aimed at with a signal that can't be caught. */
export function killedByFault(record: RunRecord): ReadonlySet<Actor> {
  const hit = new Set<Actor>();
  for (const event of eventsOf(record, 'fault')) {
    if (event.verb === 'kill' && event.target !== undefined) hit.add(event.target);
  }
  return hit;
}

/** Whether a pid belongs to the tree of the case. */
export function inTree(c: Case, pid: Actor): boolean {
  return typeof pid === 'number' && c.tasks.some((task) => task.pid === pid);
}
