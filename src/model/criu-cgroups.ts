/** A cgroup of the tree's own: its limits, and what happens to its freezer, which CRIU uses to stop the tree (--freeze-cgroup). */
import type { CriuSetup, CriuStage, Optional } from './criu.ts';

export const CGROUP_VERSIONS = [1, 2] as const;
export type CgroupVersion = (typeof CGROUP_VERSIONS)[number];

/** What the tasks of the tree may use together. */
export interface CriuCgroup {
  /** In a hierarchy of this version of cgroups. Absent: as the machine has it. */
  readonly version?: CgroupVersion;
  /** Bytes. */
  readonly memory?: number;
  readonly pids?: number;
  /** Percent of one processor. */
  readonly cpu?: number;
}

export const FREEZER_FAULTS = {
  freeze: 'another process freezes it; it is thawed again when the call has ended',
  thaw: 'another process thaws it while CRIU holds the tree',
  remove: 'it is removed while no task is in it, after before-restore',
} as const;
export type FreezerFault = keyof typeof FREEZER_FAULTS;
export const FREEZER_FAULT_NAMES = Object.keys(FREEZER_FAULTS) as FreezerFault[];

export interface CriuFreezerSetup extends Optional {
  /** Both, or none of them. */
  readonly fault?: FreezerFault;
  readonly after?: CriuStage;
}

/** Controllers, by the names that the kernel gives them. */
export type Controller = 'memory' | 'pids' | 'cpu' | 'freezer';

type Words = Pick<CriuSetup, 'cgroup' | 'freezer' | 'namespaces'>;

/** Those that limit or freeze the tree of a case. */
export function neededControllers({ cgroup, freezer }: Words): readonly Controller[] {
  const limited = (['memory', 'pids', 'cpu'] as const).filter((name) => cgroup?.[name] !== undefined);
  return [...limited, ...(freezer ? (['freezer'] as const) : [])];
}

/** Those that a machine must have for a case: without a limit, too, a cgroup has a freezer. Empty: the tree has no cgroup of its own. */
export function neededHierarchies(setup: Words): readonly Controller[] {
  const needed = neededControllers(setup);
  return needed.length === 0 && setup.namespaces?.includes('cgroup') ? ['freezer'] : needed;
}

/** Why this cannot happen to a freezer; undefined: it can. */
export function refuseFreezer({ fault, after }: CriuFreezerSetup): string | undefined {
  if (fault === undefined || after === undefined) return undefined;
  if (fault === 'freeze' && after === 'before-dump') return 'a frozen task shows nothing that a dump could lose';
  if ((fault === 'remove') === (after === 'before-restore')) return undefined;
  return fault === 'remove' ? 'a cgroup with tasks in it cannot be removed' : 'before a restore no task is in it';
}
