/** What is around the tree in a reproducer: a cgroup of its own, and the packet filter of its network. */
import type { CriuSetup } from '../../src/model/criu.ts';
import type { CriuCgroup } from '../../src/model/criu-cgroups.ts';
import { CannotExport, type ExportedFinding } from './finding.ts';

/** In each hierarchy of version 1; CG is a name that no other run has. */
export const CGROUPS = '/sys/fs/cgroup/*/$CG';
/** Microseconds, as the kernel has them. */
const PERIOD = 100_000;

type Limit = Exclude<keyof CriuCgroup, 'version'>;

/** The file of a limit, with the folder of its hierarchy, and what is written there. */
const LIMITS: Readonly<Record<Limit, (limit: number) => readonly [string, number]>> = {
  memory: (bytes) => ['memory/$CG/memory.limit_in_bytes', bytes],
  pids: (count) => ['pids/$CG/pids.max', count],
  cpu: (percent) => ['cpu/$CG/cpu.cfs_quota_us', (percent * PERIOD) / 100],
};

/** Whether the tree has one: its freezer is that of one without limits, too. */
export function hasCgroup({ cgroup, freezer }: Partial<Pick<CriuSetup, 'cgroup' | 'freezer'>>): boolean {
  return cgroup !== undefined || freezer !== undefined;
}

/** Throws CannotExport for what a script cannot make. */
export function refuseCgroup(setup: CriuSetup): void {
  const { cgroup, freezer, repeat } = setup;
  if (freezer && freezer.fault !== 'remove') throw new CannotExport('the cgroup of the tree is frozen');
  if (cgroup?.version === 2) throw new CannotExport('the tree has a cgroup of version 2');
  if (hasCgroup(setup) && repeat > 1) throw new CannotExport('a race in a cgroup of its own');
}

/** The command that builds the tree, in that cgroup: CRIU saves all cgroups of a task, so that it is one in each hierarchy. */
export function inCgroup(setup: CriuSetup, command: string): readonly string[] {
  if (!hasCgroup(setup)) return [`${command} || exit 125`];
  const { cgroup = {} } = setup;
  const limits = (Object.keys(LIMITS) as Limit[]).flatMap((name) => {
    const limit = cgroup[name];
    if (limit === undefined) return [];
    const [file, value] = LIMITS[name](limit);
    return [`echo ${value} > /sys/fs/cgroup/${file} || exit 125`];
  });
  return [
    'for d in /sys/fs/cgroup/*/; do # of cgroup v1',
    `	mkdir -p $d$CG; for f in cpuset.cpus cpuset.mems; do [ ! -e $d$f ] || cat $d$f > $d$CG/$f; done`,
    'done',
    ...limits,
    `(for d in ${CGROUPS}; do echo 0 > $d/cgroup.procs; done; exec ${command}) || exit 125`,
  ];
}

/** How a script that has a cgroup ends, outside of its namespaces: the cgroup is removed when no task is left. */
export function runInCgroup(start: string): string {
  return `{ export CG=repro-$$; ${start}; status=$?; sleep 0.3; rmdir ${CGROUPS} 2> /dev/null; exit $status; }`;
}

/** Whose network with connections CRIU locks, where a dump has left it so: that of the tree's own, or that of the script. */
export function findNetwork({ case: c, violates }: ExportedFinding): 'tree' | 'script' | undefined {
  if (c.criu?.namespaces?.includes('net')) return 'tree';
  const dumpsConnections = c.subject !== undefined || c.criu?.options.dump?.['tcp-established'] === true;
  return dumpsConnections && violates.includes('failed-dump-leaves-nothing-behind') ? 'script' : undefined;
}

/** `rules`: the packet filter in the network of the tree; `root`: the pid of its root here. */
export function writeRules(root: string): string {
  return `rules() { # of the packet filter, in the network of the tree
	nsenter -n -t ${root} sh -c 'iptables-save; nft list ruleset' 2> /dev/null | sed '/^#/d; s/ \\[.*//'
}`;
}
