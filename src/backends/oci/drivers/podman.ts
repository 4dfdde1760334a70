/**
 * podman: an engine. It makes config.json itself, from its own options, starts each container by a runtime below it and under a monitor, and
 * exports images to an archive, or keeps them with the container.
 */
import path from 'node:path';
import type { RuntimeSetup } from '../../index.ts';
import type { CallContext, ContainerSpec, Driver, DriverCall } from './driver.ts';
import { GUEST, isTreeScript } from './driver.ts';

/** On the disk of the images: where that is full podman can write nothing. */
export const STORAGE = '/work/images/storage';
const CONTAINERS = `${STORAGE}/vfs-containers`;
/** The second half: of a user other than root. */
const LIBPOD = ['exits', 'persist', 'locks', 'tmp/exits', 'tmp/persist', 'tmp/locks'];
const FOLDERS = ['crun', 'runc', 'lock', 'netns', ...LIBPOD.map((name) => `libpod/${name}`)].map(
  (name) => `/run/${name}`,
);
export const IMAGE = 'localhost/tree';
/** The folder, below that of the images, in which an archive is unpacked. */
const UNPACKED = 'unpacked';

/** An archive can be imported only for a container of an image, so there is one: a shell, made here. */
const MAKE_IMAGE = `
mkdir -p /work/root/bin
cp "$(readlink -f /bb/sh)" /work/root/bin/busybox
for n in sh mkfifo mv cat; do ln -s busybox /work/root/bin/$n; done
tar -C /work/root --owner 0 --group 0 -c . | podman import --quiet - ${IMAGE}
rm -r /work/root`;

/**
 * No limit of pids and no cgroup `libpod_parent`, which has no processors: both work only where the controllers are in the cgroup v2 hierarchy.
 * What podman makes for its first container, and keeps, is made here: it is no remainder of a call.
 */
function prepare({ lowLevel, network }: RuntimeSetup): string {
  return `
cat > /etc/containers/containers.conf << END
[containers]
pids_limit = 0
log_driver = "none"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "${lowLevel!}"
lock_type = "file"
[network]
firewall_driver = "$(iptables -t nat -L > /dev/null 2>&1 && echo iptables || echo none)"
END
cat > /etc/containers/storage.conf << END
[storage]
driver = "vfs"
graphroot = "${STORAGE}"
rootless_storage_path = "${STORAGE}"
runroot = "/run/containers"
END
${MAKE_IMAGE}
for c in /sys/fs/cgroup/*; do [ ! -e $c/tasks ] || mkdir $c/conmon; done
mkdir -p /sys/fs/cgroup/conmon /run/lock /run/crun/.cache
podman create --name first ${IMAGE} /bin/sh
podman rm first${network === 'bridge' ? `\npodman run --rm --network podman --cgroup-parent / ${IMAGE} /bin/busybox true` : ''}`;
}

export const podman: Driver = {
  name: 'podman',
  hasCriu: true,
  // Before it podman and the runtime below ask CRIU for its version, and ahead of a pre-dump for what it can do.
  criuStart: (call) => (call === 'pre-dump' ? 5 : 3),
  keepsSaved: true,
  keepsImages: true,
  stateFolders: [...FOLDERS, CONTAINERS],
  lacks: [],
  sharesFiles: true,
  makesNetworks: true,
  leftovers: "iptables-save | sed -n 's/^-A/firewall rule -A/p'",
  prepare,
  command: (call, context) => ['podman', ...words(call, context)],
  openImages: ({ images, isKept }) =>
    isKept
      ? `ls -d ${CONTAINERS}/*/userdata/checkpoint`
      : `cd ${images} && mkdir ${UNPACKED} && tar -xf checkpoint.tar -C ${UNPACKED} && echo ${images}/${UNPACKED}/checkpoint && echo ${images}/${UNPACKED}`,
  closeImages: ({ images, isKept }) =>
    isKept ? 'true' : `cd ${images} && tar -cf checkpoint.tar -C ${UNPACKED} . && rm -r ${UNPACKED}`,
  logs: `${CONTAINERS}/*/userdata`,
  isInit: isTreeScript,
  isMonitor: (all, name) => /(^|\/)conmon$/.test(all[0] ?? '') && all[all.indexOf('-n') + 1] === name,
  readStatus: (printed) => printed.trim().replace('exited', 'stopped') || undefined,
};

function words(call: DriverCall, context: CallContext): string[] {
  const { name, images, isKept, parent, savedAs, options, container } = context;
  const archive = `${images}/checkpoint.tar`;
  const place = isKept ? ['--keep'] : ['--export', archive, '--compress', 'none'];
  const saving = [
    'container',
    'checkpoint',
    ...place,
    ...(parent === undefined ? [] : ['--with-previous']),
    ...options,
  ];
  const previous = parent === undefined ? [] : ['--import-previous', path.join(images, parent, 'checkpoint.tar')];
  switch (call) {
    case 'run':
      return ['run', '--detach', '--name', name, ...settings(container, context.bundle), IMAGE, ...container.args];
    case 'state':
      return ['container', 'inspect', '--format', '{{.State.Status}}', name];
    case 'checkpoint':
      return [...saving, name];
    case 'leave-running':
      return [...saving, '--leave-running', name];
    case 'pre-dump':
      return ['container', 'checkpoint', '--pre-checkpoint', ...(isKept ? [] : place), ...options, name];
    case 'restore':
    case 'restore-renamed':
      if (isKept) return ['container', 'restore', '--keep', ...options, name];
      return [
        ...['container', 'restore', '--import', archive, ...previous, ...options],
        ...(savedAs === name ? [] : ['--name', name]),
      ];
    case 'resume':
      return ['unpause', name];
    case 'exec':
      return ['exec', name, '/bin/busybox', 'true'];
    case 'exec-detached':
      return ['exec', '--detach', name, ...GUEST];
    case 'kill':
      return ['kill', '--signal', 'KILL', name];
    case 'delete':
      return ['rm', '--force', '--time', '0', name];
    default:
      return [call, name];
  }
}

const NETWORK = { own: 'none', shared: 'host', bridge: 'podman' } as const;

/** What config.json says of a container, as options. The tasks are asked through a folder that is shared. */
function settings({ mounts, limits, network, pid }: ContainerSpec, bundle: string): string[] {
  const { memory, pids, cpu } = limits ?? {};
  return [
    ...['--network', NETWORK[network], '--cgroup-parent', '/', '--volume', `${bundle}/rootfs/mk:/mk`],
    ...(pid === 'shared' ? ['--pid', 'host'] : []),
    ...mounts.flatMap(({ kind, folder, source, readOnly }) =>
      kind === 'tmpfs' ? ['--tmpfs', `${folder}:size=1m`] : ['--volume', `${source}:${folder}${readOnly ? ':ro' : ''}`],
    ),
    ...(memory === undefined ? [] : ['--memory', String(memory)]),
    ...(pids === undefined ? [] : ['--pids-limit', String(pids)]),
    ...(cpu === undefined ? [] : ['--cpus', String(cpu / 100)]),
  ];
}
