/** What is in each namespace that the root of a tree has made. */
import type { Case } from '../../model/case.ts';
import type { CriuNamespace } from '../../model/criu-namespaces.ts';
import type { CriuFacts } from '../../record/criu.ts';
import { ProcFolder } from '../census/kind.ts';
import type { Seen } from './census.ts';
import type { Sandbox } from './sandbox.ts';
import { listThings } from './surroundings/things.ts';

/** Those that only a process in the namespace can list, by the kinds of agent/things.c. */
const LISTED: Readonly<Partial<Record<CriuNamespace, Readonly<Record<string, string>>>>> = {
  ipc: { 'ipc-contents': 'System V IPC objects', 'posix-queues': 'POSIX message queues' },
  uts: { 'host-name': 'host and domain name' },
  net: { interfaces: 'network interfaces' },
  cgroup: { cgroups: 'cgroups, below the root of its namespace' },
};

/** Those that files of the root in /proc show to all. */
const SHOWN: Readonly<Partial<Record<CriuNamespace, (root: ProcFolder) => CriuFacts>>> = {
  mount: (root) => ({
    ...describeMounts(rows(root.text('mountinfo'))),
    'file of a mount of its own': root.text('root/own/part/file'),
  }),
  user: (root) => ({
    'user ids': oneLine(root.text('uid_map')),
    'group ids': oneLine(root.text('gid_map')),
    'setgroups(2)': oneLine(root.text('setgroups')),
  }),
  time: (root) => ({ 'offsets of clocks': rows(root.text('timens_offsets')).map(describeOffset).join(', ') }),
};

function rows(text: string): string[] {
  return text.split('\n').filter((row) => row !== '');
}

function oneLine(text: string): string {
  return rows(text)
    .map((row) => row.trim().replace(/\s+/g, ' '))
    .join(', ');
}

/** By mount point: `36 35 98:0 /root /point options [shared:1 master:2] - type source options`, all but the numbers. */
function describeMounts(all: readonly string[]): CriuFacts {
  const facts: Record<string, string> = {};
  for (const row of all) {
    const [before = '', after = ''] = row.split(' - ');
    const [, , , root, point, options, ...propagation] = before.split(' ');
    const kinds = propagation.map((word) => word.replace(/:\d+$/, ''));
    const text = `${root} of ${after}, ${[options, ...(kinds.length > 0 ? kinds : ['private'])].join(' ')}`;
    const name = `mount at ${point}`;
    // One may be on top of another.
    facts[name] = facts[name] === undefined ? text : `${facts[name]}; ${text}`;
  }
  return facts;
}

/**
 * CRIU restores a clock as it was dumped, so that it is ahead by a little less than before: what is declared is in the middle of a hundred
 * seconds.
 */
function describeOffset(row: string): string {
  const [clock, seconds] = row.trim().split(/\s+/);
  return `${clock} ${Math.floor(Number(seconds) / 100) * 100} s`;
}

/** What is in the namespaces that the root has made; undefined: it has made none, or is not there. */
export async function readNamespaces(
  sandbox: Sandbox,
  { criu, tasks }: Case,
  group: readonly Seen[],
): Promise<{ readonly id: number; readonly facts: CriuFacts } | undefined> {
  const pid = criu?.namespace === 'own' ? 1 : tasks[0]!.pid;
  const seen = group.find(({ role, pid: one, state }) => role === 'tree' && one === pid && state !== 'Z');
  if (!criu?.namespaces || !seen) return undefined;
  const root = new ProcFolder(`${sandbox.inside('/proc')}/${seen.id}`);
  const listed = criu.namespaces
    .flatMap((name) => Object.entries(LISTED[name] ?? {}))
    .map(
      async ([of, fact]): Promise<[string, string]> => [
        fact,
        (await listThings(sandbox, of, seen.id)).sort().join(', '),
      ],
    );
  const shown = criu.namespaces.flatMap((name) => Object.entries(SHOWN[name]?.(root) ?? {}));
  return { id: seen.id, facts: Object.fromEntries([...shown, ...(await Promise.all(listed))]) };
}
