/** The sockets of a network namespace, by inode, as the tables in /proc/net have them. */
import type { ProcFolder } from './kind.ts';

/** TCP states of include/net/tcp_states.h. */
const TCP_STATES = [
  '?',
  'established',
  'SYN sent',
  'SYN received',
  'FIN wait 1',
  'FIN wait 2',
  'time wait',
  'closed',
  'close wait',
  'last ACK',
  'listening',
  'closing',
];

const SO_ACCEPTCON = 1 << 16;
const UNIX_TYPES: Readonly<Record<number, string>> = { 1: 'stream', 2: 'datagram', 5: 'seqpacket' };
const UNIX_STATES: Readonly<Record<number, string>> = {
  1: 'unconnected',
  2: 'connecting',
  3: 'connected',
  4: 'disconnecting',
};

/** By inode: `TCP established 0100007F:1F90 to 0100007F:C350`. */
export function readSockets(process: ProcFolder): ReadonlyMap<string, string> {
  const sockets = new Map<string, string>();
  for (const protocol of ['tcp', 'tcp6', 'udp', 'udp6', 'udplite', 'raw', 'raw6']) {
    for (const [, local, remote, state, , , , , , inode] of rows(process, protocol)) {
      const name = protocol.toUpperCase();
      const how = protocol.startsWith('tcp') ? ` ${TCP_STATES[Number.parseInt(state!, 16)]}` : '';
      sockets.set(inode!, `${name}${how} ${local} to ${remote}`);
    }
  }
  for (const [, , , flags, type, state, inode, path] of rows(process, 'unix')) {
    const how = Number.parseInt(flags!, 16) & SO_ACCEPTCON ? 'listening' : UNIX_STATES[Number.parseInt(state!, 16)];
    const kind = UNIX_TYPES[Number.parseInt(type!, 16)];
    sockets.set(inode!, `unix ${kind} ${how}${path === undefined ? '' : ` at ${path}`}`);
  }
  for (const row of rows(process, 'netlink')) sockets.set(row.at(-1)!, `netlink ${row[1]} groups ${row[3]}`);
  for (const row of rows(process, 'packet')) sockets.set(row.at(-1)!, `packet ${row[2]} ${row[3]}`);
  return sockets;
}

/** The rows of a table but its heading, in columns. */
function rows(process: ProcFolder, table: string): string[][] {
  return process
    .text(`net/${table}`)
    .split('\n')
    .slice(1)
    .filter((row) => row !== '')
    .map((row) => row.trim().split(/\s+/));
}
