/** Where a cgroup (v2) can be made for the freezer. */
import { accessSync, constants, existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import path from 'node:path';

/** The folder below which this process may make a cgroup and move its children; undefined where it may not. */
export function cgroupFolder(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const mount = mountPoint();
  const own = ownGroup();
  if (mount === undefined || own === undefined) return undefined;
  const folder = path.join(mount, own);
  // To move a process, the common ancestor's list has to be writable too.
  if (!isWritable(folder) || !isWritable(path.join(folder, 'cgroup.procs'))) return undefined;
  removeOrphans(folder);
  return folder;
}

/** Cgroups of agents that were killed together with everybody who could have removed them. Those in use can't be. */
function removeOrphans(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, pid] = /^mktrouble-(\d+)$/.exec(name) ?? [];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    try {
      rmdirSync(path.join(folder, name));
    } catch {
      // Somebody is in it, or was faster.
    }
  }
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
