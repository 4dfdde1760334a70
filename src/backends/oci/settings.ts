/** What the tree of a container, a shell script, does for each process to have what the scenario asks for. */
import { cpus } from 'node:os';
import type { RuntimeSetting, RuntimeSetup } from '../index.ts';
import { type Driver, TREE_SCRIPT } from './drivers/driver.ts';

/** Where queues of POSIX are mounted: mq_overview(7). */
export const QUEUES = '/dev/mqueue';

/** `$self`: the pid of the process; `$1`: that of the scenario. Of a personality see changePersonality(), of objects of System V makeObjects(). */
export const SETTING_COMMANDS: Readonly<Partial<Record<RuntimeSetting, string>>> = {
  affinity: '/bin/busybox taskset -p 1 $self > /dev/null',
  'core-dump-filter': 'echo 0x7f > /proc/self/coredump_filter',
  'timer-slack': 'echo 123456 > /proc/self/timerslack_ns',
  nice: '/bin/busybox renice -n 5 -p $self',
  umask: 'umask 027',
  limit: 'ulimit -S -n 100',
  'oom-score': 'echo 500 > /proc/self/oom_score_adj',
  'ignored-signal': "trap '' USR1",
  'handled-signal': 'trap : USR2',
  'working-folder': 'cd /mk',
  file: 'echo one two > /mk/file.$1; exec 5< /mk/file.$1; read line <&5',
  'appended-file': 'exec 6>> /mk/log.$1; echo one >&6',
  'deleted-file': 'exec 7> /mk/deleted.$1; echo one >&7; /bin/busybox rm /mk/deleted.$1',
  fifo: 'mkfifo /mk/fifo.$1; exec 8<> /mk/fifo.$1; echo one >&8',
  'posix-queue': `: > ${QUEUES}/queue.$1`,
};

/** What each process does before it answers: lines of the script. */
export function makeSettings(settings: readonly RuntimeSetting[] = []): string {
  return settings
    .flatMap((one) => SETTING_COMMANDS[one] ?? [])
    .map((command) => `  ${command}\n`)
    .join('');
}

/** A personality counts from the next program on: the script starts again with it. */
export function changePersonality(settings: readonly RuntimeSetting[] = []): string {
  return settings.includes('personality')
    ? `[ "$changed" ] || { export changed=yes; exec /bin/busybox linux32 /bin/sh ${TREE_SCRIPT} "$1"; }\n`
    : '';
}

/** Why processes cannot have these here; undefined: they can. */
export function refuseSettings({ settings }: RuntimeSetup, { name, sharesFiles }: Driver): string | undefined {
  if (settings === undefined) return undefined;
  if (!sharesFiles)
    return `the processes of a container of ${name} are in no /proc of the host: their state is not compared`;
  return settings.includes('affinity') && cpus().length === 1
    ? 'this machine has one processor: a process has no other affinity than all'
    : undefined;
}
