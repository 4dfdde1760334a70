/** What the other end of a TCP connection can do while a program is dumped and restored: its process was not dumped, and runs. */
import type { CriuCensus } from '../record/criu.ts';

/** By the state that a connection had: those into which segments from its other end can bring it. */
const BY_SEGMENTS: Readonly<Record<string, readonly string[]>> = {
  'SYN sent': ['established', 'close wait'],
  'SYN received': ['established', 'close wait'],
  established: ['close wait'],
  'FIN wait 1': ['FIN wait 2', 'closing'],
};

/** `socket 3 (TCP established 0100007F:1F90 to 0100007F:E62E)` of a census, in its parts. */
const CONNECTION =
  /^(?<which>.*)\((?<protocol>TCP6?) (?<state>[A-Za-z0-9 ]+) (?<local>[0-9A-F]+:[0-9A-F]{4}) to (?<remote>[0-9A-F]+:[0-9A-F]{4})\)(?<more>.*)$/;

/**
 * Whether two facts are of one connection that its other end has brought from the one state to the other. An other end that is in
 * the dumped tree too was held, and can have sent nothing. One that the scenario has ended can leave any state.
 */
export function didOtherEnd(before: string, after: string, census: CriuCensus): boolean {
  const then = CONNECTION.exec(before)?.groups;
  const now = CONNECTION.exec(after)?.groups;
  if (!then || hasSocket(census, `${then['remote']} to ${then['local']})`)) return false;
  // What a reset has ended is a socket without addresses.
  if (census.isLeft) return after.startsWith(then['which']!.trim());
  const isSame = ['which', 'protocol', 'local', 'remote', 'more'].every((part) => then[part] === now?.[part]);
  return isSame && (BY_SEGMENTS[then['state']!]?.includes(now!['state']!) ?? false);
}

function hasSocket({ tasks }: CriuCensus, end: string): boolean {
  return tasks.some(({ facts, heldFacts }) =>
    [facts, heldFacts].some((some) => Object.values(some ?? {}).some((fact) => `${fact}`.includes(end))),
  );
}

/** A connection of whose other end a process that was not held may have sent more since: only what is lost is a difference. */
const ARRIVED = /^arrived bytes of open file /;
const BYTES = /^(no|\d+) bytes/;

/** Whether a fact says that more has arrived at a connection than before. What was there already is not compared then. */
export function hasMoreArrived(fact: string, before: string, after: string): boolean {
  return ARRIVED.test(fact) && countBytes(after) > countBytes(before);
}

function countBytes(text: string): number {
  return Number(BYTES.exec(text)?.[1]) || 0;
}
