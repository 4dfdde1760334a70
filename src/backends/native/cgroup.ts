/** Where a cgroup (v2) can be made for the freezer. */
import { accessSync, constants, existsSync, readFileSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { sweepFolder } from '../host/names.ts';

/** The folder below which this process may make a cgroup and move its children; undefined where it may not. Removes there what dead runs left. */
export function cgroupFolder(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const mount = mountPoint();
  const own = ownGroup();
  if (mount === undefined || own === undefined) return undefined;
  const folder = path.join(mount, own);
  // To move a process, the common ancestor's list has to be writable too.
  if (!isWritable(folder) || !isWritable(path.join(folder, 'cgroup.procs'))) return undefined;
  sweepFolder(folder, rmdirSync);
  return folder;
}

function mountPoint(): string | undefined {
  for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n')) {
    const [, place, type] = line.split(' ');
    if (type === 'cgroup2' && place !== undefined) return place.replaceAll('\\040', ' ');
  }
  return undefined;
}

function ownGroup(): string | undefined {
  return /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
}

function isWritable(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
