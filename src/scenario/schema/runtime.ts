/** A checkpoint and a restore by a container runtime: how it is used, and what goes wrong there. */
import * as z from 'zod';
import { STAGES_OF } from '../../model/criu.ts';
import {
  IMAGE_DAMAGES,
  IMAGE_PLACES,
  LOW_LEVEL_NAMES,
  RUNTIME_CALL_NAMES,
  RUNTIME_FAULTS,
  RUNTIME_NAMES,
  RUNTIME_NETWORKS,
  RUNTIME_SETTING_NAMES,
  RUNTIME_SETTINGS,
  RUNTIME_TARGET_NAMES,
  USER_CAPABILITIES,
} from '../../model/runtime.ts';
import { isRange, RANGE_FORM } from '../../model/version-range.ts';
import { MAX_FAULTS } from '../limits.ts';
import { syscallErrno } from './values.ts';
import { flag, integer, list, mapping, oneOf, oneOrMore, text, word } from './word.ts';

/** Calls of a case. */
const MAX_CALLS = 50;
const MAX_MOUNTS = 20;

const call = oneOf(RUNTIME_CALL_NAMES, 'call of a runtime');
const target = oneOf(RUNTIME_TARGET_NAMES, 'target');

const option = z
  .string({ error: 'an option such as --tcp-established' })
  .max(100, { error: 'an option such as --tcp-established' })
  // No path: an option cannot reach outside of the case.
  .regex(/^--[a-z][a-z-]*(=[\w.,-]+)?$/, { error: 'an option such as --tcp-established' });

const fault = mapping('a mapping with kill, stop, fail, criu, disk, cgroup, name, pid or image, and of', {
  kill: word(target, 'This process receives SIGKILL.', 'kill: criu').optional(),
  stop: word(target, 'This process receives SIGSTOP, and stays stopped.', 'stop: runtime').optional(),
  fail: word(
    oneOf(RUNTIME_FAULTS.fail, 'target'),
    'A system call of CRIU, or of the first thread of the runtime, fails; needs call.',
    'fail: criu',
  ).optional(),
  criu: word(
    oneOf(RUNTIME_FAULTS.criu, 'state of CRIU'),
    'The program CRIU is missing, hangs, fails at once, or is of another version than before.',
    'criu: missing',
  ).optional(),
  disk: word(
    oneOf(RUNTIME_FAULTS.disk, 'state of the disk'),
    'The disk of the images is full.',
    'disk: full',
  ).optional(),
  cgroup: word(
    oneOf(RUNTIME_FAULTS.cgroup, 'state of the cgroup'),
    'The cgroup of the container is frozen, or was removed.',
    'cgroup: frozen',
  ).optional(),
  name: word(
    oneOf(RUNTIME_FAULTS.name, 'state of the name'),
    'Another container has the name.',
    'name: taken',
  ).optional(),
  pid: word(
    oneOf(RUNTIME_FAULTS.pid, 'state of the pid'),
    'Another process has the pid of the init; needs a shared pid namespace.',
    'pid: taken',
  ).optional(),
  image: word(
    text('the name of a file of the images', 100),
    'This file of the images is damaged; needs damage.',
    'image: core-1.img',
  ).optional(),
  of: word(call, 'In which call: the last of its kind in rounds.', 'of: checkpoint'),
  call: word(
    text('the name of a system call', 50),
    'With kill, stop or fail: before this system call of the CRIU that dumps or restores; of runsc: of the runtime. Default: kill and stop hit the init and the guest before the call, everything else when CRIU starts.',
    'call: openat',
  ).optional(),
  number: word(
    integer(1, 10_000_000, 'the number of a call'),
    'With call: which of them. Default: 1.',
    'number: 3',
  ).optional(),
  'counted-in': word(
    oneOf(['criu', 'runtime'], 'program'),
    'With kill or stop, and call: the program that makes the system call; of the runtime its first thread. Default: criu.',
    'counted-in: runtime',
  ).optional(),
  stage: word(
    oneOf([...STAGES_OF.dump, ...STAGES_OF.restore], 'stage of CRIU'),
    'With kill or stop, in place of call: when CRIU is at this stage.',
    'stage: post-dump',
  ).optional(),
  errno: word(syscallErrno, 'With fail: the errno. Default: EIO.', 'errno: ENOSPC').optional(),
  damage: word(oneOf(IMAGE_DAMAGES, 'damage'), 'With image: what is wrong with it.', 'damage: missing').optional(),
  optional: word(
    flag(),
    'It need not happen. Otherwise a case in which it happens in no run fails (fault-never-fired). Default: false.',
    'optional: true',
  ).optional(),
}).meta({ id: 'runtime-fault', description: 'Something that goes wrong in a call of the runtime.' });

/** Below the root of the container, none of the folders that every container has. */
const MOUNT_POINT = /^\/(?!(bin|proc|sys|dev|run|tmp|mk|etc)(\/|$))[a-z0-9-]+(\/[a-z0-9-]+){0,3}$/;
const mountPoint = z
  .string({ error: 'a folder of the container, such as /data' })
  .max(100, { error: 'a folder of the container of at most 100 characters' })
  .regex(MOUNT_POINT, { error: 'a folder of the container, such as /data; not one that every container has' });

const mount = mapping('a mapping with tmpfs or bind', {
  tmpfs: word(mountPoint, 'A file system in memory at this folder of the container.', 'tmpfs: /scratch').optional(),
  bind: word(
    mountPoint,
    'A bind mount at this folder of the container, of a folder that the case makes outside of it.',
    'bind: /data',
  ).optional(),
  'read-only': word(flag(), 'With bind: it cannot be written. Default: false.', 'read-only: true').optional(),
}).meta({ id: 'runtime-mount', description: 'A mount of the container.' });

const limits = mapping('a mapping with memory, pids or cpu', {
  memory: word(
    integer(4_194_304, 2 ** 40, 'a number of bytes'),
    'Bytes of memory (memory.max; in cgroup v1 memory.limit_in_bytes).',
    'memory: 67108864',
  ).optional(),
  pids: word(integer(1, 100_000, 'a number of tasks'), 'Number of tasks (pids.max).', 'pids: 50').optional(),
  cpu: word(
    integer(1, 10_000, 'per cent of a processor'),
    'Per cent of one processor (cpu.max; in cgroup v1 cpu.cfs_quota_us).',
    'cpu: 50',
  ).optional(),
}).meta({ id: 'runtime-limits', description: 'What the container may use, at most.' });

export const runtime = mapping('a mapping with name', {
  name: word(oneOf(RUNTIME_NAMES, 'runtime'), 'The container runtime.', 'name: runc'),
  version: word(
    z
      .string({ error: `any, or ${RANGE_FORM}` })
      .max(100, { error: `any, or ${RANGE_FORM}` })
      .refine((text) => text === 'any' || isRange(text), { error: `any, or ${RANGE_FORM}` }),
    'Versions that the case is for; with others it is skipped. Default: any.',
    'version: ">=1.1 <1.3"',
  ).optional(),
  rounds: word(
    list(call, 'a list of calls').max(MAX_CALLS, { error: `at most ${MAX_CALLS} calls` }),
    'The calls in their order, on the same container. Default: [checkpoint, restore].',
    'rounds: [pause, checkpoint, restore, resume]',
  ).optional(),
  network: word(
    oneOf(RUNTIME_NETWORKS, 'network'),
    'Whether the container has a network namespace of its own; bridge: with an interface at a bridge, by podman and netavark, or in a namespace that the case makes. Default: shared.',
    'network: own',
  ).optional(),
  pid: word(
    oneOf(['own', 'shared'], 'pid namespace'),
    'Whether the container has a pid namespace of its own. Default: own.',
    'pid: shared',
  ).optional(),
  mounts: word(
    oneOrMore(mount, 'a list of mounts').refine((given) => !Array.isArray(given) || given.length <= MAX_MOUNTS, {
      error: `at most ${MAX_MOUNTS} mounts`,
    }),
    'Mounts of the container beside /proc. Each has a file that the init reads for every answer.',
    'mounts: [{ tmpfs: /scratch }, { bind: /data, read-only: true }]',
  ).optional(),
  limits: word(
    limits,
    'What the container may use, at most, by its cgroup. Read back before and after each call. Skipped where no cgroup hierarchy has such a controller for cgroups of a case.',
    'limits: { memory: 67108864, pids: 50, cpu: 50 }',
  ).optional(),
  settings: word(
    oneOrMore(oneOf(RUNTIME_SETTING_NAMES, 'setting'), 'a list of settings'),
    `What each process of the container has, or the container, compared around each call and after a restore: ${Object.entries(
      RUNTIME_SETTINGS,
    )
      .map(([name, what]) => `${name} (${what})`)
      .join(', ')}. Skipped with runsc, whose processes are in no /proc of the host.`,
    'settings: [nice, umask, deleted-file]',
  ).optional(),
  'low-level': word(
    oneOf(LOW_LEVEL_NAMES, 'runtime below podman'),
    'With podman: the runtime that it starts the container with. Default: crun.',
    'low-level: runc',
  ).optional(),
  images: word(
    oneOf(IMAGE_PLACES, 'place of the images'),
    'Where the images are: exported to a folder or an archive that the call names, or kept by podman with the container. Default: exported.',
    'images: kept',
  ).optional(),
  rootless: word(
    flag(),
    'The runtime is started by a user other than root, and the container has a user namespace of that user. Default: false.',
    'rootless: true',
  ).optional(),
  capabilities: word(
    oneOrMore(oneOf(USER_CAPABILITIES, 'capability'), 'a list of capabilities'),
    'With rootless: the capabilities of that user; CRIU does without others (its option unprivileged). Default: none.',
    'capabilities: [CAP_CHECKPOINT_RESTORE]',
  ).optional(),
  'checkpoint-options': word(
    oneOrMore(option, 'a list of options'),
    "Options of the runtime's command line for calls that save.",
    'checkpoint-options: --file-locks',
  ).optional(),
  'restore-options': word(
    oneOrMore(option, 'a list of options'),
    "Options of the runtime's command line for calls that restore.",
    'restore-options: --tcp-established',
  ).optional(),
  faults: word(
    z.union([fault, list(fault, 'a list of faults').max(MAX_FAULTS, { error: `at most ${MAX_FAULTS} faults` })]),
    'What goes wrong in the calls.',
    'faults: { kill: criu, of: checkpoint }',
  ).optional(),
  repeat: word(
    integer(1, 1000, 'a number of runs'),
    'The number of runs, for defects that do not show every time: with violates only until each defect has shown, but up to ten times as many. Default: 1.',
    'repeat: 20',
  ).optional(),
  limit: word(
    integer(100, 600_000, 'a number of milliseconds'),
    'Time limit of each call of the runtime, in milliseconds. Default: 20000.',
    'limit: 5000',
  ).optional(),
}).meta({
  id: 'runtime',
  description: 'How a container runtime checkpoints and restores the tree, and what goes wrong there.',
});
