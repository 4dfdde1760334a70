/** What is queued in the pipes, sockets, terminals and inotify files of a process that does nothing, as the agent sees it. */
import path from 'node:path';
import type { Kind } from './kind.ts';

/** By descriptor: `5 of 65536 bytes, checksum …`. */
export type Queues = ReadonlyMap<number, string>;

/** `find`: of the process with this pid. */
export function queues(find: (pid: number) => Queues | undefined): Kind {
  return {
    of: 'process',
    changes: true,
    read: (process) =>
      Object.fromEntries(
        [...(find(Number(path.basename(process.path))) ?? [])].map(([fd, text]) => [
          `${nameQueue(text)} of open file ${fd}`,
          text,
        ]),
      ),
  };
}

/** By what a text ends with: kinds of queues that are compared in another way (criu-not-restored.ts, criu-peers.ts). */
const NAMES = { ' of events': 'unread events', ' of datagrams': 'datagrams', ' of a connection': 'arrived bytes' };

function nameQueue(text: string): string {
  return Object.entries(NAMES).find(([end]) => text.endsWith(end))?.[1] ?? 'queue';
}
