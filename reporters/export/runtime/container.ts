/** The container of a reproducer: a root file system of busybox, in which each task sleeps, and its configuration. */
import { IMAGE } from '../../../src/backends/oci/drivers/podman.ts';
import { makeNetworks, NETWORKS } from '../../../src/backends/oci/network.ts';
import { SETTING_COMMANDS } from '../../../src/backends/oci/settings.ts';
import type { Case, Task } from '../../../src/model/case.ts';
import type { RuntimeSetting, RuntimeSetup } from '../../../src/model/runtime.ts';
import { CannotExport } from '../finding.ts';
import { LOG, NAME, SLEEP, WORK } from './setup.ts';

/** Not sleep: that of busybox ends when CRIU has interrupted its system call. */
const TASK = ['/bin/busybox', 'tail', '-s', `${SLEEP}`, '-f', '/dev/null'];

/** What a process of the container does for itself before it sleeps, and keeps; what it is started with. */
const KEPT: ReadonlySet<RuntimeSetting> = new Set([
  'core-dump-filter',
  'timer-slack',
  'oom-score',
  'limit',
  'umask',
  'ignored-signal',
]);
const PREFIXES: Readonly<Partial<Record<RuntimeSetting, readonly string[]>>> = {
  affinity: ['/bin/busybox', 'taskset', '1'],
  personality: ['/bin/busybox', 'linux32'],
};

/** The command of the container: one process for each task, below its parent. Throws CannotExport for what no process gets so. */
export function listArgs({ tasks }: Case, { settings = [] }: Pick<RuntimeSetup, 'settings'>): readonly string[] {
  const strange = settings.find((one) => !KEPT.has(one) && PREFIXES[one] === undefined);
  if (strange !== undefined) throw new CannotExport(`the processes of the script have no ${strange}`);
  const lines = settings.flatMap((one) => (KEPT.has(one) ? (SETTING_COMMANDS[one] ?? []) : []));
  const program = [...settings.flatMap((one) => PREFIXES[one] ?? []), ...TASK];
  const write = (task: Task): string => {
    const children = tasks.filter(({ parent, pid }) => parent === task.pid && pid !== task.pid);
    const own = [...lines, `exec ${program.join(' ')}`].join('; ');
    return `${children.map((child) => `(${write(child)}) & `).join('')}${own}`;
  };
  const isPlain = tasks.length === 1 && lines.length === 0;
  return isPlain ? program : ['/bin/busybox', 'sh', '-c', write(tasks[0]!)];
}

/** Makes the bundle of a runtime that reads one. */
export function writeBundle(c: Case, setup: RuntimeSetup): string[] {
  const { network, pid } = setup;
  const namespaces = [
    ...(pid === 'shared' ? [] : ['pid']),
    ...['ipc', 'uts', 'mount'],
    ...(network === 'own' ? ['network'] : []),
  ].map((type) => ({ type }));
  const all = network === 'bridge' ? [...namespaces, { type: 'network', path: `${NETWORKS}/${NAME}` }] : namespaces;
  const process = { user: { uid: 0, gid: 0 }, args: listArgs(c, setup), env: ['PATH=/bin'], cwd: '/' };
  const mounts = [{ destination: '/proc', type: 'proc', source: 'proc' }];
  return [
    ...(network === 'bridge' ? makeNetworks([NAME]).split('\n') : []),
    `mkdir -p ${['bin', 'proc', 'dev', 'sys'].map((name) => `${NAME}/rootfs/${name}`).join(' ')}`,
    `cp "$BUSYBOX" ${NAME}/rootfs/bin/busybox && cat > ${NAME}/config.json <<'EOF' || exit 125`,
    `{ "ociVersion": "1.0.2", "root": { "path": "rootfs" }, "hostname": "${NAME}",`,
    `  "process": ${JSON.stringify(process)},`,
    `  "mounts": ${JSON.stringify(mounts)},`,
    `  "linux": { "cgroupsPath": "/${NAME}", "namespaces": ${JSON.stringify(all)} } }`,
    'EOF',
  ];
}

/** Where the folder of all that podman keeps is. */
export const STORAGE = `${WORK}/images/storage`;

/**
 * Makes podman keep everything in the working folder, and an image: it imports an archive only for a container of an image. What it makes
 * for its first container is no remainder of a call.
 */
export function writePodman({ lowLevel = 'crun', network }: RuntimeSetup): string[] {
  const bridge = network === 'bridge';
  return [
    'export CONTAINERS_CONF=$PWD/containers.conf CONTAINERS_STORAGE_CONF=$PWD/storage.conf',
    'cat > containers.conf <<EOF',
    '[containers]\npids_limit = 0\nlog_driver = "none"\n[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "none"',
    `lock_type = "file"\nruntime = "${lowLevel}"`,
    ...(bridge
      ? ['[network]', 'firewall_driver = "$(iptables -t nat -L > /dev/null 2>&1 && echo iptables || echo none)"']
      : []),
    'EOF',
    `printf '[storage]\\ndriver = "vfs"\\ngraphroot = "${STORAGE}"\\nrunroot = "/run/containers"\\n' > storage.conf`,
    'mkdir -p root/bin && cp "$BUSYBOX" root/bin/busybox || exit 125',
    'mkdir -p /sys/fs/cgroup/conmon /run/lock /run/crun/.cache',
    `tar -C root -c . | "$PODMAN" import --quiet - ${IMAGE} > out 2> ${LOG} && podman create --name first ${IMAGE} /bin/busybox && podman rm first || untestable`,
    ...(bridge ? [`podman run --rm --network podman --cgroup-parent / ${IMAGE} /bin/busybox true || untestable`] : []),
  ];
}
