/** In which cgroup a process of a tree is that has one of its own, and the limits there. */
import type { TreeCgroup } from '../tree-cgroup.ts';
import type { Kind } from './kind.ts';

export function cgroups(cgroup: TreeCgroup): Kind {
  return { of: 'process', changes: false, read: (process) => cgroup.describe(process.text('cgroup')) };
}
