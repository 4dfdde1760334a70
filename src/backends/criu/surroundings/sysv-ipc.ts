/** System V shared memory, semaphores and message queues: no process has them, so they outlive all that fails. */
import type { SurroundingsKind } from './kind.ts';
import { listedByAgent, listThings } from './things.ts';

export const sysvIpc: SurroundingsKind = {
  ...listedByAgent('System V IPC objects', 'ipc'),
  // To read a segment is to attach it, which a program that runs could see.
  read: (sandbox, tree) => listThings(sandbox, tree.length > 0 ? 'ipc' : 'ipc-contents'),
};
