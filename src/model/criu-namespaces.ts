/** The namespaces that the root of a tree makes beside that of pids, and which of them can be made together. */
import type { Task } from './case.ts';

/** What the root of a tree can have of its own beside a pid namespace, with the flag of unshare(2). */
export const CRIU_NAMESPACES = {
  ipc: { what: 'System V IPC objects, POSIX message queues', flag: 0x08000000 },
  uts: { what: 'the host name, which is `tree` there', flag: 0x04000000 },
  net: { what: 'network interfaces: a loopback interface that is up', flag: 0x40000000 },
  mount: {
    what: 'mounts, with a root folder of its own, which the restore is given as --root: /proc, a file system, and a part of it that is read-only and shared',
    flag: 0x00020000,
  },
  user: { what: 'user and group ids, of which root is root there too', flag: 0x10000000 },
  cgroup: { what: 'the root of the cgroups, which is a cgroup of the tree of its own', flag: 0x02000000 },
  time: { what: 'clocks that are ahead: monotonic by 5050 s, boottime by 7050 s', flag: 0x00000080 },
} as const;
export type CriuNamespace = keyof typeof CRIU_NAMESPACES;
export const CRIU_NAMESPACE_NAMES = Object.keys(CRIU_NAMESPACES) as CriuNamespace[];

/** Why a tree cannot have these namespaces, and what helps; undefined: it can. */
export function refuseNamespaces(
  names: readonly CriuNamespace[],
  pids: 'host' | 'own',
  tasks: readonly Pick<Task, 'criu'>[],
): { readonly message: string; readonly hint: string } | undefined {
  const has = (name: CriuNamespace) => names.includes(name);
  const ofOwn = 'namespace: own, so that the pid namespace is in the user namespace too';
  if (has('user') && pids === 'host' && tasks.length > 1)
    return { message: 'in a user namespace of its own no task can give another its pid around it', hint: ofOwn };
  if (has('user') && pids === 'host' && has('mount'))
    return {
      message: 'in a user namespace of its own no task can mount /proc of the pid namespace around it',
      hint: ofOwn,
    };
  if ((has('user') || has('mount')) && tasks.some(({ criu }) => criu?.entered))
    return {
      message: 'a task that enters comes into the pid namespace only, and would have other namespaces than the tree',
      hint: 'a tree without `entered`, or no namespaces of users and mounts',
    };
  if (has('mount') && tasks.some(({ criu }) => criu?.resources?.some((name) => TERMINALS.test(name))))
    return { message: 'the root folder of its own has no terminals', hint: 'no terminal among `resources`' };
  return undefined;
}

const TERMINALS = /terminal$/;
