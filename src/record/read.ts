/** Small readers of a record that properties and reporters share. */
import type { CoordinatorOutcome, TaskOutcome } from '../model/case.ts';
import { errnoName } from '../model/errno.ts';
import type { CoordinatorFinal, Effect, EffectKind, FinalState, RunEvent, RunRecord, TaskFinal } from './record.ts';

type EventOf<K extends EffectKind> = RunEvent & Extract<Effect, { kind: K }>;

/** The events of one kind, in their order. */
export function selectEvents<K extends EffectKind>(record: RunRecord, kind: K): EventOf<K>[] {
  return record.events.filter((event): event is EventOf<K> => event.kind === kind);
}

/** The faults that fired in a run, by their names; see RunRecord.fired. */
export function firedIn(record: RunRecord): readonly string[] {
  return record.fired ?? [...new Set(selectEvents(record, 'fault').map(({ fault }) => fault))];
}

/** A task's end in the scenario format's words; undefined: the task was never made. */
export function taskOutcome(final: TaskFinal | undefined): TaskOutcome | 'crashed' | 'running' {
  if (!final) return 'never-forked';
  if (final.end === 'untouched' && final.marked) return 'marked';
  return final.end === 'returned' ? 'resumed' : final.end;
}

/**
 * The final state of the coordinator, from that of a task: stopped before its call it waits indefinitely, frozen with the tree
 * it has returned.
 */
export function coordinatorFinal({ end, at, result }: TaskFinal): CoordinatorFinal {
  const ends: Readonly<Partial<Record<TaskFinal['end'], CoordinatorFinal['end']>>> = {
    untouched: 'waiting',
    frozen: 'returned',
    returned: 'returned',
    killed: 'killed',
    exited: 'exited',
    waiting: 'waiting',
  };
  return {
    end: ends[end] ?? 'crashed',
    ...(at !== undefined && { at }),
    ...(result !== undefined && { result }),
  };
}

/** The coordinator's end in the scenario format's words. */
export function coordinatorOutcome(final: FinalState): CoordinatorOutcome | 'crashed' {
  const { end, result, failed } = final.coordinator;
  if (failed) return 'failed';
  if (end === 'waiting') return 'blocked';
  if (end !== 'returned') return end;
  return result === undefined || result >= 0 ? 'ok' : (errnoName(result) as CoordinatorOutcome);
}
