/**
 * Names for what mktrouble makes outside of a case's namespaces: cgroups, temporary folders. A name is unique on the machine,
 * also among containers that share a file system, and it carries the process that made it, so that a later run can see
 * what a dead process left behind.
 */
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { readStartTime } from '../../boundary/processes.ts';

/** The process that made a name: its pid namespace, its pid there and its start time, in clock ticks since boot. */
interface Owner {
  readonly namespace: string;
  readonly pid: number;
  readonly started: string;
}

const UNKNOWN = '0';
/** A name may be hidden by a leading dot. */
const NAME = /^\.?mktrouble-[a-z]+-(\d+)-(\d+)-(\d+)-[0-9a-f]+$/;

/** A new name: `mktrouble-<kind>-<pid namespace>-<pid>-<start time>-<random>`. `kind`: lower-case letters. */
export function uniqueName(kind: string): string {
  return `${ownPrefix(kind)}${randomBytes(4).toString('hex')}`;
}

/** What all names of a kind that this process makes begin with. */
export function ownPrefix(kind: string): string {
  return `mktrouble-${kind}-${namespaceOfPids()}-${process.pid}-${readStartTime(process.pid) ?? UNKNOWN}-`;
}

/** Whether one of these processes made a name, or an earlier process of its pid. */
export function isMadeBy(name: string, pids: readonly number[]): boolean {
  const owner = parseOwner(name);
  return owner !== undefined && owner.namespace === namespaceOfPids() && pids.includes(owner.pid);
}

/** Whether a name is one of ours and the process that made it has ended. False where that cannot be known. */
export function isAbandoned(name: string): boolean {
  const owner = parseOwner(name);
  if (!owner || owner.started === UNKNOWN || owner.namespace === UNKNOWN) return false;
  return owner.namespace === namespaceOfPids() && readStartTime(owner.pid) !== owner.started;
}

/** Removes what ended processes of this user left in a folder. `remove` is given a path; what it throws is ignored. */
export function sweepFolder(folder: string, remove: (path: string) => void): void {
  for (const name of listEntries(folder)) {
    if (!isAbandoned(name)) continue;
    const left = path.join(folder, name);
    try {
      // Another user could give a folder of theirs such a name.
      if (lstatSync(left).uid === process.getuid?.()) remove(left);
    } catch {
      // In use, or removed since.
    }
  }
}

function parseOwner(name: string): Owner | undefined {
  const [, namespace, pid, started] = NAME.exec(name) ?? [];
  return namespace === undefined ? undefined : { namespace, pid: Number(pid), started: started! };
}

function listEntries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function namespaceOfPids(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}
