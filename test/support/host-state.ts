/** All of a machine that a run could change and leave changed, as texts that can be compared. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';

const CGROUPS = '/sys/fs/cgroup';
const LISTED = ['/run', '/tmp', '/dev/shm', '/dev/mqueue', '/var/tmp', '/etc'];
/** What tools of the tests keep. */
const LEFT_OUT = /\/(node_modules|\.git|tsx-\d+)$/;

/** The state of this machine: by what it is, its lines. */
export function hostState(): Readonly<Record<string, readonly string[]>> {
  return {
    iptables: [...rules('iptables-save'), ...rules('iptables-legacy-save'), ...rules('ip6tables-save')],
    nftables: rules('nft', 'list', 'ruleset'),
    // The first fields are ids that change with each mount of others.
    mounts: lines('/proc/self/mountinfo').map((line) => line.split(' ').slice(2).join(' ')),
    cgroups: cgroups(),
    'System V IPC': ['shm', 'sem', 'msg'].flatMap((kind) => lines(`/proc/sysvipc/${kind}`)),
    'network interfaces': lines('/proc/net/dev').map((line) => line.split(':')[0]!),
    'host name': [hostname()],
    'kernel settings': ['/proc/sys/kernel/core_pattern', '/proc/sys/net/ipv4/ip_forward'].flatMap(lines),
    files: [...LISTED.flatMap((folder) => tree(folder)), ...tree(process.cwd(), 1)],
    processes: processes(),
  };
}

/** What differs, each as `+ line` or `- line` with what it is; nothing when two states are the same. */
export function compareStates(
  before: Readonly<Record<string, readonly string[]>>,
  after: Readonly<Record<string, readonly string[]>>,
): string[] {
  return Object.keys(before).flatMap((what) => [
    ...before[what]!.filter((line) => !after[what]!.includes(line)).map((line) => `- ${what}: ${line}`),
    ...after[what]!.filter((line) => !before[what]!.includes(line)).map((line) => `+ ${what}: ${line}`),
  ]);
}

/** The rules that a tool lists, without times and counters; none where there is no such tool. */
function rules(tool: string, ...args: readonly string[]): string[] {
  try {
    const text = execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return text.split('\n').filter((line) => /^\s*(-A|ip6? |meta |tcp |udp )/.test(line));
  } catch {
    return [];
  }
}

function lines(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

/** Cgroups of ours, of runs in this pid namespace. */
export function cgroups(): string[] {
  const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))![0];
  return tree(CGROUPS, 3).filter((folder) => folder.includes('/mktrouble-') && folder.includes(`-${namespace}-`));
}

function tree(folder: string, depth = 6): string[] {
  if (depth === 0 || LEFT_OUT.test(folder)) return [];
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const here = path.join(folder, entry.name);
      return [here, ...(entry.isDirectory() ? tree(here, depth - 1) : [])];
    });
  } catch {
    return [];
  }
}

function processes(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return command === '' ? [] : [`${pid} ${command}`];
      } catch {
        return [];
      }
    });
}
