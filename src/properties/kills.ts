/** Who is sent SIGKILL, by the restart or by a fault. */
import type { Case, Who } from '../model/case.ts';
import type { RunEvent } from '../record/record.ts';
import { identify } from './tree.ts';

export interface Kill {
  readonly victim: Who;
  /** By the restart itself. */
  readonly force: boolean;
}

/** The SIGKILL that an event is; undefined for any other event. A backend may tell a fault's kill as a fault only. */
export function killIn(c: Case, event: RunEvent): Kill | undefined {
  if (event.kind === 'signal') {
    return event.signal === 'SIGKILL' ? { victim: identify(c, event.task), force: event.force } : undefined;
  }
  if (event.kind !== 'fault' || event.target === undefined) return undefined;
  const kills = event.verb === 'kill' || (event.verb === 'signal' && isSigkill(c, event.fault));
  return kills ? { victim: identify(c, event.target), force: false } : undefined;
}

function isSigkill(c: Case, fault: string): boolean {
  return c.faults.some(({ name, signal }) => name === fault && signal === 'SIGKILL');
}
