/** The other end of a connection sees no more than a pause. */

import type { CriuConnection, CriuRecord } from '../../../record/criu.ts';
import { falloutSince, succeeded, wasEnded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'connection-sees-a-pause';

export const connectionSeesAPause: Property = {
  name,
  title: 'The other end of a connection sees no more than a pause',
  statement:
    'After a restore that reported success, and after a dump that failed or left the tree running, each connection of the tree to a process outside of it is open, and what its task sends arrives within two seconds. (Connections of the resources tcp-connection and udp-connection. Not judged when a fault has hit a task, when the scenario has ended the connection at its other end, or when mktrouble had to end the call.)',
  source:
    'criu(8), --tcp-established: "checkpoint/restore established TCP connections"; criu/sk-tcp.c: the connection is locked from the dump to the restore, so that its peer sees no reset',
  hint: 'Was the socket restored in its state, is it still in repair mode, or does a rule of the packet filter stay?',
  check(_c, { criu }) {
    if (!criu?.connections || !isTreeThere(criu)) return [];
    if (criu.peer !== undefined && criu.peer !== 'stop') return [];
    const { before, after } = criu.connections;
    const wrong = after.flatMap((now, i) => {
      const reason = describeWrong(before[i], now);
      return reason === undefined ? [] : [`connection ${i + 1} ${reason}`];
    });
    return wrong.length === 0 ? [] : [{ property: name, message: wrong.join('; ') }];
  },
};

/** Whether the tree has to run now, untouched by faults. */
function isTreeThere(criu: CriuRecord): boolean {
  if (falloutSince(criu, 'before-dump').size > 0) return false;
  const { dump, restore } = criu;
  const last = restore ?? dump;
  if (wasEnded(last)) return false;
  return restore ? succeeded(restore) : criu.afterDump.tasks.length > 0;
}

function describeWrong(before: CriuConnection | undefined, now: CriuConnection): string | undefined {
  if (before?.end) return undefined;
  if (now.end) return now.end === 'reset' ? 'was reset' : 'was closed';
  return now.bytes > (before?.bytes ?? 0) ? undefined : 'is open, but nothing of what its task has sent arrives';
}
