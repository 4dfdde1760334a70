/** The words of a scenario for a container runtime: what the runtime is asked for, and what goes wrong there. */
import type { CriuStage } from './criu.ts';
import type { SyscallErrno } from './errno.ts';

/** The runtimes that have a driver. */
export const RUNTIMES = {
  runc: 'the reference runtime, by CRIU',
  crun: 'the runtime in C, by CRIU',
  podman: 'the engine, with a monitor for each container, and crun or runc below it, by CRIU',
  runsc: "gVisor: the sandbox's own checkpoint, without CRIU",
} as const;
export type RuntimeName = keyof typeof RUNTIMES;
export const RUNTIME_NAMES = Object.keys(RUNTIMES) as RuntimeName[];

/** The runtimes that podman starts containers with; the first is its default. */
export const LOW_LEVEL_NAMES = ['crun', 'runc'] as const satisfies readonly RuntimeName[];
export type LowLevelName = (typeof LOW_LEVEL_NAMES)[number];
/** Where the images are. */
export const IMAGE_PLACES = ['exported', 'kept'] as const;

/** What a user other than root can be given for CRIU. */
export const USER_CAPABILITIES = [
  'CAP_CHECKPOINT_RESTORE',
  'CAP_DAC_OVERRIDE',
  'CAP_NET_ADMIN',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SYS_ADMIN',
  'CAP_SYS_PTRACE',
] as const;
export type UserCapability = (typeof USER_CAPABILITIES)[number];

/** What a runtime can be asked for. */
export const RUNTIME_CALLS = {
  checkpoint: 'the container is saved, and ends',
  'leave-running': 'the container is saved, and keeps running',
  'pre-dump': 'the memory of the container is saved ahead of a checkpoint, which builds on it',
  restore: 'the container is restored from the last images',
  'restore-renamed': 'the container is restored under another name',
  pause: 'the container is frozen',
  resume: 'the container is thawed',
  exec: 'a command is run in the container',
  'exec-detached': 'a command is started in the container, and stays there',
  kill: 'the container receives SIGKILL',
  delete: 'the container is removed, with force',
} as const;
export type RuntimeCall = keyof typeof RUNTIME_CALLS;
export const RUNTIME_CALL_NAMES = Object.keys(RUNTIME_CALLS) as RuntimeCall[];

/** The calls that save a container. */
export const SAVING_CALLS: ReadonlySet<RuntimeCall> = new Set(['checkpoint', 'leave-running', 'pre-dump']);
/** The calls that bring one back. */
export const RESTORING_CALLS: ReadonlySet<RuntimeCall> = new Set(['restore', 'restore-renamed']);

/** What a fault can hit. */
export const RUNTIME_TARGETS = {
  runtime: 'the process of the runtime that carries out the call',
  criu: 'the CRIU that dumps or restores',
  init: 'the init of the container; in gVisor the sandbox',
  guest: 'the process that exec-detached has started',
  monitor: 'the process that watches the container: conmon of podman',
} as const;
export type RuntimeTarget = keyof typeof RUNTIME_TARGETS;
export const RUNTIME_TARGET_NAMES = Object.keys(RUNTIME_TARGETS) as RuntimeTarget[];

/** The kinds of faults, each with its values; undefined: any file of the images. */
export const RUNTIME_FAULTS = {
  kill: RUNTIME_TARGET_NAMES,
  stop: RUNTIME_TARGET_NAMES,
  fail: ['criu', 'runtime'],
  criu: ['missing', 'hangs', 'fails', 'other-version'],
  disk: ['full'],
  cgroup: ['frozen', 'vanished'],
  name: ['taken'],
  pid: ['taken'],
  image: undefined,
} as const satisfies Record<string, readonly string[] | undefined>;
export type RuntimeFaultKind = keyof typeof RUNTIME_FAULTS;

export const IMAGE_DAMAGES = ['missing', 'empty', 'truncated', 'changed'] as const;
export type RuntimeDamage = (typeof IMAGE_DAMAGES)[number];

/** Something that goes wrong in a call of the runtime. */
export interface RuntimeFault {
  readonly kind: RuntimeFaultKind;
  /** The target, the state, or the file. */
  readonly value: string;
  /** The call: the last of its kind. */
  readonly of: RuntimeCall;
  /**
   * When: before this system call of the CRIU that dumps or restores; of a runtime without CRIU, of the runtime. Without it kill and stop
   * hit CRIU and the runtime when CRIU starts, and the container before the call.
   */
  readonly call?: string;
  /** The system calls are those of the first thread of the runtime, and not of CRIU. */
  readonly isOfRuntime?: true;
  /** Which of these system calls, from 1. */
  readonly number?: number;
  /** When, in place of a system call: CRIU has logged that it is at this stage, and goes on with its action scripts. */
  readonly stage?: CriuStage;
  /** Of `fail`. */
  readonly errno?: SyscallErrno;
  /** Of `image`. */
  readonly damage?: RuntimeDamage;
  /** It need not happen in any run. */
  readonly optional?: true;
}

/** A mount of a container, by the folder in which it is; a bind mount is of a folder that the case makes. */
export interface RuntimeMount {
  readonly kind: 'tmpfs' | 'bind';
  readonly folder: string;
  readonly readOnly?: true;
}

/** What a container may use, at most, by its cgroup. */
export interface RuntimeLimits {
  /** Bytes. */
  readonly memory?: number;
  /** Tasks. */
  readonly pids?: number;
  /** Per cent of one processor. */
  readonly cpu?: number;
}

/** What each process of a container can be given, for a restore to bring back. */
export const RUNTIME_SETTINGS = {
  affinity: 'it may run on one processor only',
  personality: 'that of a 32-bit machine',
  'core-dump-filter': 'core dumps have other mappings than usual',
  'timer-slack': 'its timers may be late by another time than usual',
  nice: 'the scheduler prefers others',
  umask: 'other permissions of new files',
  limit: 'a lower limit of open files',
  'oom-score': 'the kernel kills it earlier when memory runs out',
  'ignored-signal': 'it ignores SIGUSR1',
  'handled-signal': 'it handles SIGUSR2',
  'working-folder': 'a working folder other than the root',
  file: 'a file, open at an offset',
  'appended-file': 'a file that is open to append',
  'deleted-file': 'an open file without a name',
  fifo: 'a FIFO with bytes in it',
  'posix-queue': 'a message queue of POSIX',
  'system-v-objects': 'in its IPC namespace shared memory, semaphores and a message queue',
} as const;
export type RuntimeSetting = keyof typeof RUNTIME_SETTINGS;
export const RUNTIME_SETTING_NAMES = Object.keys(RUNTIME_SETTINGS) as RuntimeSetting[];

export const RUNTIME_NETWORKS = ['own', 'shared', 'bridge'] as const;
export type RuntimeNetwork = (typeof RUNTIME_NETWORKS)[number];

/** How a runtime is used in a case. */
export interface RuntimeSetup {
  readonly name: RuntimeName;
  /** A range of versions; absent: any. */
  readonly version?: string;
  /** The calls in their order. */
  readonly rounds: readonly RuntimeCall[];
  /** Whether the container has a network namespace of its own, and in it an interface at a bridge. */
  readonly network: RuntimeNetwork;
  /** Absent: the container has a pid namespace of its own. */
  readonly pid?: 'shared';
  /** Beside /proc. Absent: none. */
  readonly mounts?: readonly RuntimeMount[];
  /** Absent: none. */
  readonly limits?: RuntimeLimits;
  /** Of each process. Absent: none. */
  readonly settings?: readonly RuntimeSetting[];
  /** Of podman: the runtime below it. */
  readonly lowLevel?: LowLevelName;
  /** The runtime keeps the images with the container. Absent: they are in a folder or an archive that the call names. */
  readonly images?: 'kept';
  /** The runtime is started by a user other than root. */
  readonly rootless?: true;
  /** Of that user. Absent: none. */
  readonly capabilities?: readonly UserCapability[];
  /** Options of the runtime's command line beside those of the driver. */
  readonly options: { readonly checkpoint: readonly string[]; readonly restore: readonly string[] };
  readonly faults: readonly RuntimeFault[];
  /** How often the case is run: for what does not show every time. */
  readonly repeat: number;
  /** Milliseconds that each call may take. */
  readonly limit?: number;
}

/** For people: `kill criu of the checkpoint, at call 3 of openat`. */
export function runtimeFaultText({ kind, value, of, call, number = 1, errno, damage }: RuntimeFault): string {
  const what = kind === 'image' ? `image ${value} ${damage}` : `${kind} ${value}`;
  const how = errno === undefined ? '' : ` with ${errno}`;
  const at = call === undefined ? '' : `, at call ${number} of ${call}`;
  return `${what}${how} of the ${of}${at}`;
}
