/**
 * A case: one scenario with its matrix values filled in, every default written out and every reference checked.
 * What the scenario room produces, and all that an injector, a backend or a property ever sees of a file. Plain JSON.
 */

import type { CriuSetup, CriuStage } from './criu.ts';
import { type CriuOptionWords, optionWords, reachesOutside } from './criu-options.ts';
import type { Resource } from './criu-resources.ts';
import type { ErrnoName } from './errno.ts';
import type { OwnValues } from './own-words.ts';
import type { CoordinatorPoint, TaskPoint } from './points.ts';
import type { RuntimeSetup } from './runtime.ts';
import type { SignalName } from './signals.ts';
import type { Subject } from './subject.ts';

/** A place in a source file; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `coordinator`, or the pid of a task of the tree. */
export type TaskId = 'coordinator' | number;

export const RESTART_FLAGS = { taskself: 0x1, frozen: 0x2, ghost: 0x4 } as const;

/** A task as user space (mktree) made it. */
export interface Task {
  readonly pid: number;
  readonly name?: string;
  /** The task whose child it is (its real_parent); `coordinator` for the root and for siblings of the root. */
  readonly parent: TaskId;
  /** The leader of its thread group; its own pid when it is one. */
  readonly leader: number;
  /** The task that made it: differs from `parent` for a sibling (CLONE_PARENT). */
  readonly creator: TaskId;
  /** alive; zombie: the image says it was one (it is made alive and restores itself into one); dead: has exited before restart was called. */
  readonly state: 'alive' | 'zombie' | 'dead';
  /** 0 to 255. */
  readonly exitCode: number;
  readonly ghost: boolean;
  readonly sibling: boolean;
  readonly session: number;
  readonly pgid: number;
  /** Traced when restart is called: by a task outside of the tree, or by the task with this pid. */
  readonly tracedBy?: 'outsider' | number;
  /** Attaching to a stranger is refused. */
  readonly owner: 'self' | 'stranger';
  /** Already has a context of its own: a nested coordinator. */
  readonly restartingItself: boolean;
  /** Never calls restart. */
  readonly absent: boolean;
  /** Exits instead of calling restart. */
  readonly exits: boolean;
  /** Its own flags argument to restart: bits of RESTART_FLAGS, or unknown ones. Ghosts have the ghost bit. */
  readonly flags: number;
  /** CRIU: what it was when it was dumped. */
  readonly criu?: TaskForCriu;
  /** Set for a task that its creator forks only while the restart may be at work: the order among its creator's forks, from 0. */
  readonly forkedLate?: number;
}

/** A live task and child of `parent`, leader of its own thread group, without anything special. `group`: its session and group. */
export function plainTask(pid: number, parent: TaskId, group: number): Task {
  return {
    pid,
    parent,
    leader: pid,
    creator: parent,
    state: 'alive',
    exitCode: 0,
    ghost: false,
    sibling: false,
    session: group,
    pgid: group,
    owner: 'self',
    restartingItself: false,
    absent: false,
    exits: false,
    flags: 0,
  };
}

/** KiB of memory of its own that a task has when the scenario does not say how much. */
export const USUAL_MEMORY = 16;

/** What only a real checkpoint sees of a task. */
export interface TaskForCriu {
  /** Stopped by SIGSTOP, with its whole group. */
  readonly stopped: boolean;
  readonly blocked: readonly SignalName[];
  /** Left pending: blocked too. */
  readonly pending: readonly SignalName[];
  /** A zombie that this signal has killed. */
  readonly exitSignal?: SignalName;
  /** KiB of memory of its own that has a pattern. */
  readonly memory: number;
  /** What else it has. Absent: nothing. */
  readonly resources?: readonly Resource[];
  /** The process that made it has exited, and its parent adopted it. */
  readonly orphan?: true;
  /** It came into the pid namespace of the tree from outside: it has no parent there, whatever `Task.parent` is. */
  readonly entered?: true;
}

/**
 * The pid of the process that made an orphan and has exited: that of its session, or else of its process group, which no task of the tree
 * has. Undefined: any pid; it led neither.
 */
export function findGoneMaker(
  { session, pgid }: Pick<Task, 'session' | 'pgid'>,
  isTask: (pid: number) => boolean,
): number | undefined {
  return [session, pgid].find((pid) => !isTask(pid));
}

/** One record of the image: the task that it was saved for, and what that task returns. */
export interface ImageRecord {
  readonly pid: number;
  readonly zombie: boolean;
  /** What the task that reads this record returns from restart; 1000 + its number unless the file says otherwise. */
  readonly retval: number;
}

export type ImageObject = 'header' | 'container' | 'tree' | 'task' | 'tail';

export interface ImageDamage {
  readonly kind: 'truncate' | 'corrupt';
  readonly object: ImageObject;
  /** Which record, for `task`: from 0. */
  readonly index: number;
  /** Byte offset in the object, and what it is xor'ed with (corrupt only). */
  readonly at: number;
  readonly xor: number;
}

/** Bytes of a pid record: five __s32, aligned to 8 (include/linux/checkpoint_hdr.h of the series). The first is the pid. */
export const SIZEOF_CKPT_PIDS = 24;

export interface Image {
  /** `pids_arr`, as saved. May name tasks that the tree does not have. */
  readonly pids: readonly number[];
  /** The header's count; by default the length of `pids`. */
  readonly nrTasks: number;
  /** How many bytes of `pids` the image has; undefined: all of them, SIZEOF_CKPT_PIDS for each. */
  readonly pidsBytes?: number;
  readonly records: readonly ImageRecord[];
  readonly damage: readonly ImageDamage[];
}

/** The backends that ship. */
export const BACKENDS = ['simulated', 'native', 'criu', 'oci'] as const;
export type ShippedBackend = (typeof BACKENDS)[number];
/** One of BACKENDS, or a backend of a user's own. */
export type BackendName = string;

/** Whether a backend is one of BACKENDS. */
export function isShipped(name: BackendName): name is ShippedBackend {
  return (BACKENDS as readonly string[]).includes(name);
}

/** Whether a text can be the name of a backend: lower-case words joined by dashes. */
export function isBackendName(text: string): boolean {
  return text.length <= 100 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text);
}

/** Whether a backend is given by its file, and not by its name. */
export function isBackendFile(text: string): boolean {
  return isModuleFile(text);
}

/** Whether a protocol is one of the user's own, which is given by its file. */
export function isProtocolFile(text: string): boolean {
  return isModuleFile(text);
}

/** Whether a text is the file of a module, and not a name. */
export function isModuleFile(text: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(text);
}

export interface RestartCall {
  /** The argument: the root's pid unless the file says otherwise. */
  readonly pid: number;
  readonly coordinatorPid: number;
  readonly flags: number;
  readonly capable: boolean;
  readonly fd: 'good' | 'bad';
  readonly logfd: 'good' | 'bad' | 'none';
  readonly debug: boolean;
  /** patch, series, hardened, the name of a variant, or the file of a protocol of one's own from the working folder. */
  readonly protocol: string;
  /** Backends that the file asks for; empty: any. */
  readonly backends: readonly BackendName[];
}

/** `own`: a verb of the user's own; see Fault.own. */
export type FaultVerb = 'signal' | 'kill' | 'stop' | 'ptrace' | 'fork' | 'fail' | 'wake' | 'delay' | 'exit' | 'own';

/** What can be made to fail (fault `fail`). */
export const FAILURES = {
  kmalloc: { errno: 'ENOMEM', what: 'an allocation of the restart' },
  'image-read': { errno: 'EIO', what: 'a read of the image' },
  restore: { errno: 'EINVAL', what: 'restore_task(): a task cannot restore its own state' },
  freeze: { errno: 'EBUSY', what: 'the freezer' },
} as const satisfies Record<string, { errno: ErrnoName; what: string }>;
export type Failure = keyof typeof FAILURES;

/** The errno that a failure has where none is given. A call of a protocol of one's own travels as a failure: it has EIO. */
export function usualErrno(failure: Failure): ErrnoName {
  return Object.hasOwn(FAILURES, failure) ? FAILURES[failure].errno : 'EIO';
}

export type When =
  | { readonly kind: 'any' }
  | { readonly kind: 'start' }
  | { readonly kind: 'task'; readonly task: number; readonly at: TaskPoint }
  | { readonly kind: 'coordinator'; readonly at: CoordinatorPoint }
  | { readonly kind: 'criu'; readonly at: CriuStage }
  /** A moment that the fault verb of the user's own declares. */
  | { readonly kind: 'moment'; readonly at: string }
  | { readonly kind: 'after'; readonly fault: string };

export interface Fault {
  readonly verb: FaultVerb;
  /** Of `own`: its name, what it is given, and the names of the backends that have it. */
  readonly own?: { readonly verb: string; readonly with: OwnValues; readonly backends: readonly BackendName[] };
  /** Unique in its case: the name given, else the verb and its number. */
  readonly name: string;
  /** The tasks that it may hit; it hits one of them. `fail`: the task that makes the call (empty: any task). */
  readonly targets: readonly TaskId[];
  readonly signal?: SignalName;
  readonly failure?: Failure;
  readonly errno?: ErrnoName;
  /** `fail`: the Nth call of its kind, from 1. Without it: `when: any` means any one of them, else the first after `when`. */
  readonly call?: number;
  /** How often it comes, at least 1. */
  readonly times: number;
  /** `fork`: the pid of the new child. */
  readonly child?: number;
  readonly when: When;
  /** It need not fire in any run; otherwise a case in which it never does fails. */
  readonly optional?: true;
  readonly position?: Position;
}

/** What a scenario has that says how to explore, and not how much. */
export const DEFAULT_SCHEDULES = 1000;
export const DEFAULT_DEPTH = 3;

export interface Explore {
  /** replay: the one run that `schedule` says. */
  readonly strategy: 'random' | 'pct' | 'exhaustive' | 'replay';
  readonly schedules: number;
  /** In the words of a replay file. */
  readonly schedule?: readonly string[];
  readonly seed?: string;
  /** States that an exhaustive search may keep, from 1. */
  readonly maxStates?: number;
  /** Depth of a bug that pct looks for. */
  readonly depth: number;
}

export const TASK_OUTCOMES = {
  resumed: 'returned from restart to user space',
  frozen: 'is frozen, and did not run since its restore',
  killed: 'died by SIGKILL',
  zombie: 'was restored into a zombie',
  exited: 'exited by itself',
  untouched: 'the restart neither marked nor killed it',
  marked: 'the restart marked it, and it is alive and never called restart',
  'never-forked': 'was never forked: the task that forks it did not get that far',
  waiting: 'sleeps indefinitely',
} as const;
export type TaskOutcome = keyof typeof TASK_OUTCOMES;

export type CoordinatorOutcome = 'ok' | 'failed' | 'killed' | 'exited' | 'blocked' | ErrnoName;

/** What a task may end as: any of these. `at`: waiting there. */
export interface TaskExpectation {
  readonly outcome: TaskOutcome;
  readonly at?: TaskPoint;
}

/** A defect that a case shows: only findings with one of its signatures are expected. */
export interface ExpectedDefect {
  /** Its name in mktrouble.known.yaml. */
  readonly name: string;
  /** The ids of its signatures. */
  readonly signatures: readonly string[];
}

export interface Expect {
  /** Any of these; empty: not said. */
  readonly coordinator: readonly CoordinatorOutcome[];
  /** By pid, any of these. `all` in the file is written out here. */
  readonly tasks: Readonly<Record<number, readonly TaskExpectation[]>>;
  /** Pids that may be (with this list: exactly those that are) left waiting; undefined: none may. */
  readonly leftWaiting?: readonly number[];
  /** Known defects: each of these properties must be violated. */
  readonly violates: readonly string[];
  /** Known defects that show only now and then, as races do: each of these properties may be violated, or not. */
  readonly mayViolate?: readonly string[];
  /** The ranges of CRIU's version for which `violates` and `mayViolate` name a property, by the property; others: any version. */
  readonly versions?: Readonly<Record<string, string>>;
  /** The defects of mktrouble.known.yaml that violate properties of `violates` and `mayViolate`, by the property; of others any violation is expected. */
  readonly defects?: Readonly<Record<string, ExpectedDefect>>;
  /** Properties not judged. */
  readonly except: readonly string[];
  /** Only these properties are judged. */
  readonly only?: readonly string[];
}

export interface Case {
  /** `file#scenario` and the matrix values: the same on every machine. */
  readonly id: string;
  readonly scenario: string;
  /** The scenario's name with its matrix values, as a test's title. */
  readonly title: string;
  readonly why?: string;
  readonly tags: readonly string[];
  readonly matrix: Readonly<Record<string, string | number | boolean>>;
  readonly position: Position;
  /** Why it is not run. */
  readonly skip?: string;
  /** Why no case without such a reason is run together with it. */
  readonly only?: string;
  /** In the walk's order: a task, its children (deep), then its next thread (walk_task_subtree). The first is the root. */
  readonly tasks: readonly Task[];
  readonly image: Image;
  readonly restart: RestartCall;
  readonly faults: readonly Fault[];
  /** How CRIU is used; set for a scenario that is for CRIU. */
  readonly criu?: CriuSetup;
  /** How a container runtime is used; set for a scenario that is for one. */
  readonly runtime?: RuntimeSetup;
  /** A program in place of the tree: its root has the pid of the tree's. */
  readonly subject?: Subject;
  /** A command that is run after a restore that returned success, and must exit with 0. */
  readonly check?: readonly string[];
  readonly explore?: Explore;
  readonly expect: Expect;
  /** Where the file says a thing, by its path as in `expect.tasks.101`; for diagnostics and annotations. */
  readonly positions: Readonly<Record<string, Position>>;
}

/** The file as a user wrote it is YAML; a case made in code has this for its position. */
export const NOWHERE: Position = { file: '(code)', line: 1, column: 1 };

/** The commands that a case runs, each a program and its arguments; CRIU with an option that reaches outside of the case is one. */
export function listCommands({ subject, check, criu }: Case): readonly (readonly string[])[] {
  const own = [subject?.command, subject?.load?.command, check].filter((command) => command !== undefined);
  return [...own, ...Object.entries(criu?.options ?? {}).flatMap(([call, options]) => listOutside(call, options))];
}

function listOutside(call: string, options: CriuOptionWords): string[][] {
  const outside = Object.entries(options).filter(([name, value]) => reachesOutside(name, value));
  return outside.length === 0 ? [] : [['criu', call, ...optionWords(Object.fromEntries(outside))]];
}
