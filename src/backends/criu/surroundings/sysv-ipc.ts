/** System V shared memory, semaphores and message queues: no process has them, so they outlive all that fails. */
import { listedByAgent } from './things.ts';

export const sysvIpc = listedByAgent('System V IPC objects', 'ipc');
