/** The bundle of a container: a root file system of busybox, a script that is its tree, and its configuration. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Case, type RuntimeLimits, type RuntimeMount, type RuntimeSetup, uniqueName } from '../index.ts';
import { CPU_PERIOD } from './cgroups.ts';
import { type ContainerSpec, type Driver, type PlacedMount, treeCommand } from './drivers/driver.ts';
import { INTERFACE, NETWORKS } from './network.ts';
import { USER } from './rootless.ts';
import type { Sandbox } from './sandbox.ts';
import { changePersonality, makeSettings, QUEUES } from './settings.ts';

const CAPABILITIES = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_KILL',
  'CAP_MKNOD',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SYS_CHROOT',
];

/** The text that a task keeps in its memory. */
export function memoryOf(pid: number): string {
  return `memory-of-${pid}`;
}

/**
 * The tree as a shell script: each task answers each question with it, with how often it was asked, and with a text that it has only in
 * its memory. The root of the tree is the init of the container, and reads a file of each mount before it answers: where one is lost, or
 * another, so is its memory.
 */
export function treeScript({ tasks, runtime }: Case): string {
  const mounts = runtime?.mounts ?? [];
  const hasInterface = runtime?.network === 'bridge';
  const root = tasks[0]!.pid;
  const functions = tasks.map(({ pid }) => {
    const children = tasks.filter(({ parent }) => parent === pid).map((child) => `task_${child.pid} &`);
    return `task_${pid}() {\n  memory=${memoryOf(pid)}\n${children.map((line) => `  ${line}\n`).join('')}  serve ${pid}\n}`;
  });
  return `${changePersonality(runtime?.settings)}serve() {
  asked=0
  read self rest < /proc/self/stat
  echo $self > /mk/$1.pid
${makeSettings(runtime?.settings)}  mkfifo /mk/$1.new && mv /mk/$1.new /mk/$1.in
  while :; do
    read question < /mk/$1.in || continue
    asked=$((asked + 1))
${mounts.length === 0 ? '' : `    [ $1 != ${root} ] || check_mounts\n`}${hasInterface ? '    check_interface\n' : ''}    echo "$question $asked $memory" > /mk/$1.out
  done
}
${checkMounts(mounts)}${hasInterface ? CHECK_INTERFACE : ''}${functions.join('\n')}
task_${root}
`;
}

const CHECK_INTERFACE = `check_interface() {
  found=lost-interface
  while read line; do case $line in ${INTERFACE}:*) found=$memory ;; esac; done < /proc/net/dev
  memory=$found
}
`;

function checkMounts(mounts: readonly RuntimeMount[]): string {
  const files = mounts.map(({ folder }) => `${folder}/${KEPT}`).join(' ');
  const made = mounts.filter(({ kind }) => kind === 'tmpfs').map(({ folder }) => `echo ${KEPT} > ${folder}/${KEPT}\n`);
  return mounts.length === 0
    ? ''
    : `${made.join('')}check_mounts() {
  for file in ${files}; do
    kept=
    read kept < $file
    [ "$kept" = ${KEPT} ] || memory=lost-mount-of-$file
  done
}
`;
}

/** The file of a mount, and its text. */
const KEPT = 'kept';

/** Makes a bundle; its path in the sandbox. */
export async function makeBundle(sandbox: Sandbox, name: string, c: Case, driver: Driver): Promise<string> {
  const bundle = `/work/${name}`;
  const rootfs = sandbox.inside(path.join(bundle, 'rootfs'));
  for (const folder of ['bin', 'proc', 'sys', 'dev', 'run', 'tmp', 'mk', 'etc'])
    await mkdir(path.join(rootfs, folder), { recursive: true });
  await sandbox.shell(`cp "$(readlink -f /bb/sh)" ${bundle}/rootfs/bin/busybox`);
  for (const applet of ['sh', 'mkfifo', 'mv', 'cat']) await symlink('busybox', path.join(rootfs, 'bin', applet));
  for (const [i, { kind, folder }] of (c.runtime!.mounts ?? []).entries()) {
    await mkdir(path.join(rootfs, folder), { recursive: true });
    if (kind !== 'bind') continue;
    const source = sandbox.inside(placeOf(bundle, i));
    await mkdir(source, { recursive: true });
    await writeFile(path.join(source, KEPT), `${KEPT}\n`);
  }
  await writeFile(path.join(rootfs, 'mk/tree.sh'), treeScript(c));
  const { rootless = false } = c.runtime!;
  const isMapped = rootless && !driver.makesUserNamespace;
  await writeFile(
    sandbox.inside(path.join(bundle, 'config.json')),
    JSON.stringify(configuration(name, describeContainer(name, bundle, c.runtime!), uniqueName('oci'), isMapped)),
  );
  if (rootless) await sandbox.shell(`chown -R ${USER}:${USER} ${bundle}`);
  return bundle;
}

/** What the container of a bundle is to be. */
export function describeContainer(label: string, bundle: string, setup: RuntimeSetup): ContainerSpec {
  const { network, pid = 'own', mounts = [], limits, rootless, settings } = setup;
  return {
    args: treeCommand(label),
    mounts: mounts.map((mount, i) => ({ ...mount, source: placeOf(bundle, i) })),
    hasQueues: settings?.includes('posix-queue') ?? false,
    ...(limits && { limits }),
    network,
    pid,
    ...(rootless && { rootless }),
  };
}

/** The folder of a bind mount, outside of the container. */
function placeOf(bundle: string, mount: number): string {
  return `${bundle}/mounts/${mount}`;
}

function toMount({ kind, folder, readOnly, source }: PlacedMount): object {
  if (kind === 'tmpfs') return { destination: folder, type: 'tmpfs', source: 'tmpfs', options: ['size=1m'] };
  const options = ['bind', readOnly ? 'ro' : 'rw'];
  return { destination: folder, type: 'bind', source, options };
}

/** The limits in the words of the specification. */
export function toResources({ memory, pids, cpu }: RuntimeLimits): object {
  return {
    ...(memory !== undefined && { memory: { limit: memory } }),
    ...(pids !== undefined && { pids: { limit: pids } }),
    ...(cpu !== undefined && { cpu: { quota: (cpu * CPU_PERIOD) / 100, period: CPU_PERIOD } }),
  };
}

function configuration(name: string, spec: ContainerSpec, cgroup: string, isMapped: boolean): object {
  const { args, network, pid, mounts, limits, hasQueues } = spec;
  const queues = { destination: QUEUES, type: 'mqueue', source: 'mqueue' };
  const own = { pid: pid !== 'shared', network: network !== 'shared' };
  const namespaces = [
    ...(own.pid ? ['pid'] : []),
    'ipc',
    'uts',
    'mount',
    ...(own.network ? ['network'] : []),
    ...(isMapped ? ['user'] : []),
  ];
  const given = { type: 'network', path: `${NETWORKS}/${name}` };
  const mapping = [{ containerID: 0, hostID: USER, size: 1 }];
  return {
    ociVersion: '1.0.2',
    process: {
      user: { uid: 0, gid: 0 },
      args,
      env: ['PATH=/bin'],
      cwd: '/',
      capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: false },
    hostname: name,
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      ...(hasQueues ? [queues] : []),
      ...mounts.map(toMount),
    ],
    linux: {
      namespaces: namespaces.map((type) => (type === 'network' && network === 'bridge' ? given : { type })),
      ...(isMapped && { uidMappings: mapping, gidMappings: mapping }),
      cgroupsPath: `/${cgroup}`,
      ...(limits && { resources: toResources(limits) }),
    },
  };
}
