/** The bundle of a container: a root file system of busybox, a script that is its tree, and its configuration. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Case, uniqueName } from '../index.ts';
import type { Sandbox } from './sandbox.ts';

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
 * its memory. The root of the tree is the init of the container.
 */
export function treeScript({ tasks }: Case): string {
  const functions = tasks.map(({ pid }) => {
    const children = tasks.filter(({ parent }) => parent === pid).map((child) => `task_${child.pid} &`);
    return `task_${pid}() {\n  memory=${memoryOf(pid)}\n${children.map((line) => `  ${line}\n`).join('')}  serve ${pid}\n}`;
  });
  return `serve() {
  asked=0
  mkfifo /mk/$1.new && mv /mk/$1.new /mk/$1.in
  while :; do
    read question < /mk/$1.in || continue
    asked=$((asked + 1))
    echo "$question $asked $memory" > /mk/$1.out
  done
}
${functions.join('\n')}
task_${tasks[0]!.pid}
`;
}

/** Makes a bundle; its path in the sandbox. */
export async function makeBundle(sandbox: Sandbox, name: string, c: Case, network: 'own' | 'shared'): Promise<string> {
  const bundle = `/work/${name}`;
  const rootfs = sandbox.inside(path.join(bundle, 'rootfs'));
  for (const folder of ['bin', 'proc', 'sys', 'dev', 'run', 'tmp', 'mk', 'etc'])
    await mkdir(path.join(rootfs, folder), { recursive: true });
  await sandbox.shell(`cp "$(readlink -f /bb/sh)" ${bundle}/rootfs/bin/busybox`);
  for (const applet of ['sh', 'mkfifo', 'mv', 'cat']) await symlink('busybox', path.join(rootfs, 'bin', applet));
  await writeFile(path.join(rootfs, 'mk/tree.sh'), treeScript(c));
  await writeFile(
    sandbox.inside(path.join(bundle, 'config.json')),
    JSON.stringify(configuration(name, network, uniqueName('oci'))),
  );
  return bundle;
}

function configuration(name: string, network: 'own' | 'shared', cgroup: string): object {
  const namespaces = ['pid', 'ipc', 'uts', 'mount', ...(network === 'own' ? ['network'] : [])];
  return {
    ociVersion: '1.0.2',
    process: {
      user: { uid: 0, gid: 0 },
      args: ['/bin/sh', '/mk/tree.sh', name],
      env: ['PATH=/bin'],
      cwd: '/',
      capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: false },
    hostname: name,
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
    linux: { namespaces: namespaces.map((type) => ({ type })), cgroupsPath: `/${cgroup}` },
  };
}
