/** The cgroup hierarchies of this machine, and the cgroups in them. */
import { existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RuntimeLimitRead, RuntimeLimits } from '../index.ts';

/** Milliseconds in which the kernel lets go of the cgroups of what has ended. */
const REMOVE_LIMIT = 2000;

/** How a cgroup is thawed, in v1 and v2. */
const THAW = { 'freezer.state': 'THAWED', 'cgroup.freeze': '0' };

/** A hierarchy by the folder of its mount. */
interface Hierarchy {
  readonly folder: string;
  /** Of v1: its controllers, or `systemd`. Absent: that of v2. */
  readonly controllers?: readonly string[];
}

/** All of them, that of v2 first; none where there is no v2. */
function listHierarchies(): Hierarchy[] {
  const v2 = listMounts(/ - cgroup2 /)[0];
  if (v2 === undefined) return [];
  const v1 = listMounts(/ - cgroup /).map((folder) => ({ folder, controllers: path.basename(folder).split(',') }));
  return [{ folder: v2 }, ...v1];
}

function listMounts(kind: RegExp): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.filter((line) => kind.test(line)).map((line) => line.split(' ')[4]!);
}

/** The cgroup, seen from here, of a process whose /proc/…/cgroup has this text. */
function findCgroup({ folder, controllers }: Hierarchy, text: string): string | undefined {
  const names = controllers ? `\\d+:(?:name=)?${controllers}` : '0:';
  const own = new RegExp(`^${names}:(.*)$`, 'm').exec(text)?.[1];
  return own === undefined ? undefined : path.join(folder, own);
}

/**
 * The folders in which cgroups are made, that of v2 first: of each hierarchy of v1 the cgroup in which mktrouble is. In a hierarchy without
 * one of the case's own CRIU would save cgroups of others, and make those that it restores beside them.
 */
export function listCgroupFolders(): string[] {
  const own = readFileSync('/proc/self/cgroup', 'utf8');
  return listHierarchies().map((one) => (one.controllers && findCgroup(one, own)) ?? one.folder);
}

/** The names of the v1 hierarchies: their controllers, or `systemd`. */
export function listV1(): string[] {
  return listHierarchies().flatMap(({ controllers }) => (controllers ? [String(controllers)] : []));
}

/** The controllers that a cgroup of a case's own has; those of v1 too, where they are asked for. */
export function listControllers(): { readonly v1: readonly string[]; readonly v2: readonly string[] } {
  const [v2] = listHierarchies();
  const enabled = v2 ? readText(path.join(v2.folder, 'cgroup.subtree_control')).trim().split(/\s+/) : [];
  return { v1: listV1().flatMap((names) => names.split(',')), v2: enabled };
}

/** All cgroups of a process, by the text of its /proc/…/cgroup: that of v2 first. */
export function findCgroups(text: string): string[] {
  return listHierarchies()
    .map((one) => findCgroup(one, text))
    .filter((one) => one !== undefined);
}

/** The cgroups that freeze a process, by the text of its /proc/…/cgroup: that of v2 first. */
export function findFreezers(text: string): string[] {
  const able = listHierarchies().filter(({ controllers }) => !controllers || controllers.includes('freezer'));
  return able.map((one) => findCgroup(one, text)).filter((one) => one !== undefined);
}

/** Whether a cgroup is frozen, of v1 or v2. */
export function isFrozen(folder: string): boolean {
  const [v1, v2] = ['freezer.state', 'cgroup.events'].map((name) => readText(path.join(folder, name)));
  return /^FROZEN$/m.test(v1!) || /^frozen 1$/m.test(v2!);
}

export function freeze(folder: string): void {
  const [name, frozen] = existsSync(path.join(folder, 'freezer.state'))
    ? ['freezer.state', 'FROZEN']
    : ['cgroup.freeze', '1'];
  writeFileSync(path.join(folder, name!), frozen!);
}

/** Ignores what is gone. */
export function thaw(folder: string): void {
  for (const [file, thawed] of Object.entries(THAW)) {
    try {
      // Opening makes no file there.
      writeFileSync(path.join(folder, file), thawed, { flag: 'r+' });
    } catch {
      // It is of the other version, or the cgroup is gone.
    }
  }
}

/** Shell command of a sandbox that moves these processes out of the cgroup of this name, in each hierarchy, and removes it. */
export function vanishCommand(name: string, pids: readonly number[]): string {
  return (
    `for r in /sys/fs/cgroup /sys/fs/cgroup/*; do [ -d $r/${name} ] || continue; to=$r/init; [ -d $to ] || to=$r; ` +
    `for p in ${pids.join(' ')}; do echo $p > $to/cgroup.procs; done; rmdir $r/${name} || exit 1; done`
  );
}

/** Microseconds in which a container gets its part of a processor. */
export const CPU_PERIOD = 100_000;

/** The files of a limit with the values that they are to have, in a hierarchy of v1 or in that of v2. */
export function limitFiles(name: keyof RuntimeLimits, limit: number, isV1: boolean): Readonly<Record<string, string>> {
  if (name === 'pids') return { 'pids.max': `${limit}` };
  if (name === 'memory') return { [isV1 ? 'memory.limit_in_bytes' : 'memory.max']: `${limit}` };
  const quota = (limit * CPU_PERIOD) / 100;
  return isV1
    ? { 'cpu.cfs_quota_us': `${quota}`, 'cpu.cfs_period_us': `${CPU_PERIOD}` }
    : { 'cpu.max': `${quota} ${CPU_PERIOD}` };
}

/** The limits of a process's cgroup, by the text of its /proc/…/cgroup. */
export function readLimits(text: string, limits: RuntimeLimits): RuntimeLimitRead[] {
  const [v2, ...v1] = listHierarchies();
  return (Object.keys(limits) as (keyof RuntimeLimits)[]).flatMap((name) => {
    const own = v1.find(({ controllers }) => controllers?.includes(name));
    const folder = findCgroup(own ?? v2!, text) ?? '';
    return Object.entries(limitFiles(name, limits[name]!, own !== undefined)).map(([file, asked]) => ({
      file,
      asked,
      value: readText(path.join(folder, file)).trim(),
    }));
  });
}

/** The text of a file; empty where there is none. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Waits until they are gone. */
export async function removeCgroups(folders: readonly string[]): Promise<void> {
  for (const late = Date.now() + REMOVE_LIMIT; Date.now() < late; await sleep(20)) {
    const left = folders.filter((folder) => existsSync(folder));
    if (left.length === 0) return;
    left.forEach(removeCgroup);
  }
}

/** Removes what a warden that was killed has left, and thaws it first: what is frozen does not end. Ignores what cannot be removed. */
export function removeCgroup(folder: string): void {
  try {
    thaw(folder);
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) removeCgroup(path.join(folder, entry.name));
    rmdirSync(folder);
  } catch {
    // It is gone, or in use.
  }
}
