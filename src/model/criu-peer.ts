/** What happens to the process that has the other end of the tree's connections. */
import type { Task } from './case.ts';
import type { CriuStage, Optional } from './criu.ts';

export const PEER_FAULTS = {
  close: 'it closes its ends of the TCP connections',
  reset: 'it resets the TCP connections',
  stop: 'it is stopped until the call has ended',
  kill: 'it is killed',
} as const;
export type PeerFault = keyof typeof PEER_FAULTS;
export const PEER_FAULT_NAMES = Object.keys(PEER_FAULTS) as PeerFault[];

export interface CriuPeerSetup extends Optional {
  readonly fault: PeerFault;
  readonly after: CriuStage;
}

/** Whether a task has a connection to it. */
export function hasConnection({ criu }: Task): boolean {
  return criu?.resources?.some((name) => name === 'tcp-connection' || name === 'udp-connection') ?? false;
}
