/** Signals, and SIGKILL among them, sent by the restart or by a fault. */
import type { Case, TaskId } from '../model/case.ts';
import { isFatalToTasks, type SignalName } from '../model/signals.ts';
import type { RunEvent } from '../record/record.ts';
import { identify } from './tree.ts';

interface Sent {
  readonly victim: Kill['victim'];
  readonly signal: SignalName;
}

export interface Kill {
  readonly victim: TaskId;
  /** By the restart itself. */
  readonly force: boolean;
}

/** A signal that an event is, by its name; undefined for any other event. */
export function signalIn(c: Case, event: RunEvent): Sent | undefined {
  if (event.kind === 'signal') return { victim: identify(c, event.task), signal: event.signal as SignalName };
  if (event.kind !== 'fault' || event.verb !== 'signal' || event.target === undefined) return undefined;
  const signal = c.faults.find(({ name }) => name === event.fault)?.signal;
  return signal === undefined ? undefined : { victim: identify(c, event.target), signal };
}

/**
 * The SIGKILL that an event is, or what the kernel makes one of; undefined for any other event. A backend may record a fault's kill as a
 * fault only.
 */
export function killIn(c: Case, event: RunEvent): Kill | undefined {
  if (event.kind === 'fault' && event.verb === 'kill' && event.target !== undefined) {
    return { victim: identify(c, event.target), force: false };
  }
  const sent = signalIn(c, event);
  if (!sent || !(sent.signal === 'SIGKILL' || endsTask(c, sent))) return undefined;
  return { victim: sent.victim, force: event.kind === 'signal' && event.force };
}

function endsTask(c: Case, { victim, signal }: Sent): boolean {
  if (victim === 'coordinator' || !isFatalToTasks(signal)) return false;
  /* its tracer gets the signal */
  const isTraced = c.tasks.some(({ pid, tracedBy }) => pid === victim && tracedBy !== undefined);
  return !isTraced && !c.faults.some(({ verb, targets }) => verb === 'ptrace' && targets.includes(victim));
}
