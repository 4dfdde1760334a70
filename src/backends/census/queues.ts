/** What is queued in the pipes, sockets, terminals and inotify files of a process that does nothing, as the agent sees it. */

/** By what a text ends with: kinds of queues that are compared in another way (criu-not-restored.ts, criu-peers.ts). */
const NAMES = { ' of events': 'unread events', ' of datagrams': 'datagrams', ' of a connection': 'arrived bytes' };

/** The name of the fact that has a text such as `5 of 65536 bytes, checksum …`: `queue of open file 3`. */
export function nameQueue(text: string, fd: number): string {
  const kind = Object.entries(NAMES).find(([end]) => text.endsWith(end))?.[1] ?? 'queue';
  return `${kind} of open file ${fd}`;
}
