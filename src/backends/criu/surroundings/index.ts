/** All that surrounds a tree in the namespaces of its case, by kind. A new kind is a file of its own, and a line here. */
import type { CriuChange, CriuRecord } from '../../../record/criu.ts';
import type { Seen } from '../census.ts';
import type { Sandbox } from '../sandbox.ts';
import { cgroups } from './cgroups.ts';
import { files, messageQueues } from './files.ts';
import { frozenCgroups } from './frozen-cgroups.ts';
import { hostName } from './host-name.ts';
import { interfaces } from './interfaces.ts';
import type { SurroundingsKind } from './kind.ts';
import { mounts } from './mounts.ts';
import { orphanedConnections } from './orphaned-connections.ts';
import { packetFilter } from './packet-filter.ts';
import { processesOfCriu } from './processes.ts';
import { repairedSockets, unixSockets } from './sockets.ts';
import { sysvIpc } from './sysv-ipc.ts';

const KINDS: readonly SurroundingsKind[] = [
  mounts,
  files,
  messageQueues,
  sysvIpc,
  unixSockets,
  packetFilter,
  repairedSockets,
  orphanedConnections,
  interfaces,
  hostName,
  cgroups,
  frozenCgroups,
  processesOfCriu,
];

/** The things of each kind that was read. */
export type Surroundings = ReadonlyMap<SurroundingsKind, readonly string[]>;

/** `isProgram`: the tree is a program of the user's. */
export async function readSurroundings(
  sandbox: Sandbox,
  tree: readonly Seen[],
  isProgram: boolean,
): Promise<Surroundings> {
  const kinds = KINDS.filter(({ ofPrograms }) => isProgram || !ofPrograms);
  return new Map(await Promise.all(kinds.map(async (kind) => [kind, await kind.read(sandbox, tree)] as const)));
}

/** What has been added and removed, by kind. `isHeld`: nothing of the tree ran meanwhile. */
export function compareSurroundings(before: Surroundings, after: Surroundings, isHeld: boolean): CriuChange[] {
  return [...before].flatMap(([kind, things]) => {
    const now = after.get(kind) ?? [];
    const counts = (thing: string) => isHeld || !kind.mayBeOfProgram(thing);
    const [added, removed] = [without(now, things).filter(counts), without(things, now).filter(counts)];
    return added.length + removed.length > 0 ? [{ kind: kind.name, added, removed }] : [];
  });
}

/** Those that are not among others, each as often as it is there more. */
function without(things: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const other of others) counts.set(other, (counts.get(other) ?? 0) + 1);
  return things.filter((thing) => {
    const left = counts.get(thing) ?? 0;
    counts.set(thing, left - 1);
    return left <= 0;
  });
}

/** What the record has of the changes by a dump and by a restore. */
export function describeChanges(
  dump: readonly CriuChange[],
  restore: readonly CriuChange[] = [],
): Pick<CriuRecord, 'surroundings'> {
  if (dump.length + restore.length === 0) return {};
  return { surroundings: { ...(dump.length > 0 && { dump }), ...(restore.length > 0 && { restore }) } };
}
