/** The processes that a run of mktrouble consists of, found by what /proc says of the machine. */
import { readdirSync, readFileSync } from 'node:fs';

/** `group`: the process group of mktrouble, all at once. `init`: the agent, or the shell of containers, inside of its namespaces. */
export const PARTS = ['mktrouble', 'group', 'worker', 'warden', 'init', 'criu', 'runtime'] as const;
export type Part = (typeof PARTS)[number];

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Of an agent; of a sandbox for containers, whose init is a child of unshare(1). */
const WARDEN = /-agent-\S+ serve |mkdir \$CGROUPS/;
const UNSHARE = /^unshare --mount --pid --net --ipc /;

/** The pids of this part of the run that has this pid; none while there is no such process. */
export function findPart(part: Part, mktrouble: number): number[] {
  const below = listBelow(mktrouble);
  const has = (pattern: RegExp) => below.filter(({ command }) => pattern.test(command)).map(({ pid }) => pid);
  const childrenOf = (parents: readonly number[]) =>
    below.filter(({ parent }) => parents.includes(parent)).map(({ pid }) => pid);
  switch (part) {
    case 'mktrouble':
      return [mktrouble];
    case 'group':
      return [-mktrouble];
    case 'worker':
      return has(/workerpool|worker\.js/);
    case 'warden':
      return has(WARDEN);
    case 'init':
      return [...childrenOf(has(/-agent-\S+ serve /)), ...childrenOf(has(UNSHARE))];
    case 'criu':
      return has(/ -D \/run\/mktrouble\/images|criu swrk /);
    case 'runtime':
      return has(/^(\/usr\/(s?)bin\/)?(runc|crun|runsc|podman|conmon) /);
  }
}

/** The processes below this one. */
export function listBelow(pid: number): readonly Process[] {
  return descendants(listProcesses(), pid);
}

function listProcesses(): Process[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return [{ pid: Number(pid), parent, command }];
    } catch {
      return [];
    }
  });
}

function descendants(all: readonly Process[], root: number): Process[] {
  const children = all.filter(({ parent }) => parent === root);
  return children.flatMap((child) => [child, ...descendants(all, child.pid)]);
}
