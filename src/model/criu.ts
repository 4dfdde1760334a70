/** The words of a scenario for CRIU: how a tree is dumped and restored by it, and what goes wrong there. */
import type { FaultVerb } from './case.ts';
import type { CriuCgroup, CriuFreezerSetup } from './criu-cgroups.ts';
import type { CriuNamespace } from './criu-namespaces.ts';
import type { CriuOptionWords } from './criu-options.ts';
import type { CriuPeerSetup } from './criu-peer.ts';
import type { CriuRival } from './criu-rival.ts';
import type { RoundCall } from './criu-rounds.ts';
import type { CriuInterface } from './criu-rpc.ts';
import type { CriuServerSetup } from './criu-servers.ts';
import type { SyscallErrno } from './errno.ts';
import type { OwnValues } from './own-words.ts';
import type { SignalName } from './signals.ts';
import type { OutcomeName } from './syscall-outcomes.ts';

/** The moments of a dump and a restore at which a fault can come, in their order. */
export const CRIU_STAGES = {
  'before-dump': 'the tree exists, CRIU has not been started',
  'pre-dump': 'CRIU is about to stop the tree',
  'network-lock': 'the tree is stopped, its network is about to be cut off (network namespace of its own only)',
  'post-dump': 'the images are written, the tree is still there',
  'before-restore': 'the tree is gone, CRIU has not been started again',
  'pre-restore': 'CRIU is about to make the root',
  'setup-namespaces': 'the root has been created (own namespace only)',
  'post-setup-namespaces': 'the namespaces are ready (own namespace only)',
  'post-restore': 'all tasks are restored, and held',
  'network-unlock': 'the network of the tree is about to be let go (network namespace of its own only)',
  'pre-resume': 'all tasks are about to be released',
  'post-resume': 'all tasks run',
} as const;

/** The faults that have a meaning for CRIU. */
export const CRIU_VERBS: ReadonlySet<FaultVerb> = new Set(['signal', 'kill', 'stop', 'ptrace']);

export type CriuStage = keyof typeof CRIU_STAGES;
export const CRIU_STAGE_NAMES = Object.keys(CRIU_STAGES) as CriuStage[];

/** The two things that CRIU is asked for. */
export type CriuCall = 'dump' | 'restore';

/** The stages at which a call's action script is started. */
export const STAGES_OF: Readonly<Record<CriuCall, readonly CriuStage[]>> = {
  dump: ['pre-dump', 'network-lock', 'post-dump'],
  restore: [
    'pre-restore',
    'setup-namespaces',
    'post-setup-namespaces',
    'post-restore',
    'network-unlock',
    'pre-resume',
    'post-resume',
  ],
};

/**
 * The call that a stage is of: what happens right before a call is of it. A dump that fails, or leaves the tree running, unlocks the
 * network too, which is no stage of it.
 */
export function callOfStage(stage: CriuStage): CriuCall {
  return CRIU_STAGE_NAMES.indexOf(stage) < CRIU_STAGE_NAMES.indexOf('before-restore') ? 'dump' : 'restore';
}

/** The fields of a task in pstree.img, by the names of CRIU's own definition. */
export const PSTREE_FIELDS = { pid: 1, ppid: 2, pgid: 3, sid: 4, threads: 5 } as const;
export type PstreeField = keyof typeof PSTREE_FIELDS;

/** What is no value at all: the field is left out. */
export const ABSENT = 'absent';

/** One change of the images between dump and restore. */
export type ImageEdit =
  | { readonly kind: 'missing'; readonly file: string }
  /** Only so many bytes stay; a negative number: so many are cut off. */
  | { readonly kind: 'truncate'; readonly file: string; readonly bytes: number }
  /** So many bytes 0xff follow. */
  | { readonly kind: 'extend'; readonly file: string; readonly bytes: number }
  /** A byte is changed; `at` counts from the end when it is negative. */
  | { readonly kind: 'xor'; readonly file: string; readonly at: number; readonly xor: number }
  /** A record is removed, or repeated. */
  | { readonly kind: 'drop' | 'repeat'; readonly file: string; readonly record: number }
  /**
   * A field of a record, by the path of protobuf field numbers to it; `nth`: which one of each, from 0. Only numbers have values;
   * `add` changes the number by that much, for one that depends on the machine, such as an address.
   */
  | {
      readonly kind: 'field';
      readonly file: string;
      readonly record: number;
      readonly path: readonly number[];
      readonly nth: readonly number[];
      readonly value: number | typeof ABSENT | { readonly add: number };
    }
  /** Numbers of a task in pstree; an empty list: the field is left out. */
  | {
      readonly kind: 'task';
      readonly record: number;
      readonly set: Readonly<Partial<Record<PstreeField, readonly number[]>>>;
    };

/** Changes that are drawn from the images when they are there, always the same for the same images and seed. */
export interface ImageMutation {
  readonly kind: 'mutate';
  /** A kind of image file (`core`), or `any`. */
  readonly target: string;
  readonly seed: string;
  /** How many, one after the other. */
  readonly changes: number;
}

/** A change by an image editor of the user's own. */
export interface OwnImageChange {
  readonly kind: 'edit';
  /** The name of the editor, and what it is given. */
  readonly editor: string;
  readonly with: OwnValues;
}

export type ImageChange = (ImageEdit | ImageMutation | OwnImageChange) & Optional;

/** What was done to the images in a run: by an editor of the user's own each file that it has changed. */
export type MadeEdit = ImageEdit | { readonly kind: 'edited'; readonly file: string; readonly editor: string };

/** `optional`: it need not happen in any run. */
export interface Optional {
  readonly optional?: true;
}

/** What a program may use, at most. */
export interface CriuLimits {
  /** Processes and threads, CRIU's own and those that it makes (pids.max). */
  readonly pids?: number;
  /** Open files. */
  readonly files?: number;
  /** Bytes of a file that it writes. */
  readonly fileSize?: number;
  /** Bytes of the file system on which the images are; of a pre-dump or a dump. */
  readonly disk?: number;
}

/**
 * What becomes of the Nth system call of CRIU, counted from CRIU's own start (it opens the folder of its images) or from
 * the end of a stage: neither a wrapper script nor a dynamic loader changes the number.
 */
export interface CriuSyscall extends Optional {
  readonly of: CriuCall;
  /** Of the process that restores the task with this pid, counted from its start; absent: of CRIU's main process. */
  readonly task?: number;
  /** The name of the call; `all` counts every one. */
  readonly call: string;
  /** From 1. */
  readonly number: number;
  /** Each one that there is, in a run of its own; `task` absent: of CRIU's main process and of each that restores a task. */
  readonly every?: true;
  /** Beside `every`: the ways in which each one ends, in runs of their own. */
  readonly outcomes?: readonly OutcomeName[];
  /** Counted from where CRIU goes on after this stage; a stage of this call. */
  readonly after?: CriuStage;
  /** Without `outcomes` one of these three. */
  readonly errno?: SyscallErrno;
  readonly signal?: SignalName;
  /** It reads or writes half of what it is asked for. */
  readonly short?: true;
}

/** The words of the section that have no `optional` of their own. */
export const OPTIONAL_WORDS = ['script-fails', 'taken', 'pre-dump-limits', 'dump-limits', 'restore-limits'] as const;
export type OptionalWord = (typeof OPTIONAL_WORDS)[number];

export interface CriuSetup {
  /** Whether the tree is in the pid namespace of those around it, or has its own, whose init is the root. */
  readonly namespace: 'host' | 'own';
  /** The namespaces that the root makes beside. Absent: none. */
  readonly namespaces?: readonly CriuNamespace[];
  /** The limits of a cgroup that the tree has. Absent, and without `freezer`: it is in that of CRIU. */
  readonly cgroup?: CriuCgroup;
  /** The dump freezes a cgroup of the tree. Absent: it does not. */
  readonly freezer?: CriuFreezerSetup;
  /** What happens to the other end of the tree's connections. Absent: nothing. */
  readonly peer?: CriuPeerSetup;
  /** How CRIU is called. Absent: by its command line. */
  readonly interface?: CriuInterface;
  /** CRIU's own fault points (CRIU_FAULT). */
  readonly faultPoint?: { readonly of: CriuCall; readonly number: number } & Optional;
  /** Stages at which the action script fails. */
  readonly scriptFails: readonly CriuStage[];
  /** Pids that other processes have when the restore begins. */
  readonly taken: readonly number[];
  /** Of a pre-dump: of the last one of the last round. */
  readonly limits: Readonly<Partial<Record<RoundCall, CriuLimits>>>;
  /** The calls in their order. Faults, and all else that goes wrong, come in the last round. */
  readonly rounds: readonly RoundCall[];
  /** Options of CRIU's command line, beside those that the backend gives. */
  readonly options: Readonly<Partial<Record<CriuCall, CriuOptionWords>>>;
  readonly syscalls: readonly CriuSyscall[];
  /** The page server of the dump, and the lazy-pages daemon of the restore. Absent: neither. */
  readonly servers?: Readonly<Partial<Record<CriuCall, CriuServerSetup>>>;
  readonly images: readonly ImageChange[];
  /** The words whose effect need not show in any run. */
  readonly optional?: readonly OptionalWord[];
  /** How many restores of the last round's images there are at one time. Absent: one. */
  readonly parallel?: number;
  /** What a second CRIU does at a stage of the last round. Absent: there is none. */
  readonly rival?: CriuRival;
  /** How often the case is run: for what does not show every time. */
  readonly repeat: number;
  /** Milliseconds that each of CRIU's two calls may take. Without it by the number of tasks. */
  readonly limit?: number;
}

/** What stands where nothing is said. */
export const PLAIN_CRIU: CriuSetup = {
  namespace: 'host',
  scriptFails: [],
  taken: [],
  limits: {},
  rounds: ['dump', 'restore'],
  options: {},
  syscalls: [],
  images: [],
  repeat: 1,
};
