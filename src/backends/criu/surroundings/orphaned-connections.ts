/** TCP connections that no process has open, and that wait for their other end: their addresses cannot be used meanwhile. */
import type { Sandbox } from '../sandbox.ts';
import type { SurroundingsKind } from './kind.ts';

/** As include/net/tcp_states.h numbers them. One in TIME_WAIT (6) stops nothing. */
const STATES: Readonly<Record<string, string>> = {
  '04': 'FIN_WAIT1',
  '05': 'FIN_WAIT2',
  '09': 'LAST_ACK',
  '0B': 'CLOSING',
};

/** As agent.h has it: the other end of the tree's connections, which the scenario ends, or its own process. */
const PEER_PORT = 27020;

export const orphanedConnections: SurroundingsKind = {
  name: 'TCP connections of no process',
  ofPrograms: true,
  mayBeOfProgram: () => true,
  read: async (sandbox) => (await Promise.all(['tcp', 'tcp6'].map((table) => readTable(sandbox, table)))).flat(),
};

async function readTable(sandbox: Sandbox, table: string): Promise<string[]> {
  return parseConnections(await sandbox.network(table));
}

/** `sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …`, addresses in hexadecimal. */
export function parseConnections(text: string): string[] {
  return text.split('\n').flatMap((row) => {
    const [, local, remote, state = '', , , , , , inode] = row.trim().split(/\s+/);
    if (port(local) === PEER_PORT) return [];
    return inode === '0' && STATES[state] ? [`${STATES[state]} from port ${port(local)} to port ${port(remote)}`] : [];
  });
}

function port(address = ''): number {
  return Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16);
}
