/**
 * The run record: what happened in one run. The one currency between backends, properties and reporters.
 * Plain JSON, versioned; the same plan, seed and schedule give the same record byte for byte.
 */
import type { BackendName, Failure, TaskId } from '../model/case.ts';
import type { Point } from '../model/points.ts';
import type { CriuRecord } from './criu.ts';
import type { RuntimeRecord } from './runtime.ts';

export const RECORD_VERSION = 1;

/** The actor of a step: the coordinator, a task by pid, or the environment (a fault). */
export type Actor = TaskId | 'environment';

/**
 * One thing that happened. `step` counts the steps of the run from 1 (0: before any actor moved); several events can
 * share a step, in their order.
 */
export type RunEvent = { readonly step: number; readonly actor: Actor } & Effect;

export type Effect =
  /** The actor arrives at a point of the protocol. */
  | { readonly kind: 'point'; readonly point: Point }
  /** Enters restart(2). */
  | { readonly kind: 'call'; readonly pid: number; readonly flags: number }
  /** The coordinator's walk looks at a task. */
  | { readonly kind: 'visit'; readonly task: TaskId }
  /** Sets a task's checkpoint_ctx (its own: claim). */
  | { readonly kind: 'mark'; readonly task: TaskId }
  /** Clears its own checkpoint_ctx. */
  | { readonly kind: 'unmark' }
  /** Goes to sleep. */
  | { readonly kind: 'sleep'; readonly on: string }
  /** Wakes a task that slept. */
  | { readonly kind: 'wake'; readonly task: TaskId }
  /** A wait ended by a signal: -ERESTARTSYS. */
  | { readonly kind: 'interrupted'; readonly on: string }
  /** A signal is sent; SIGKILL too. `force`: by the restart itself. */
  | { readonly kind: 'signal'; readonly task: TaskId; readonly signal: string; readonly force: boolean }
  /** active_pid moves to `index`; `pid` undefined when none remain. */
  | { readonly kind: 'activate'; readonly index: number; readonly pid?: number }
  /** Begins to restore itself. */
  | { readonly kind: 'restore-begin' }
  /** Has read its state: record number and its task; or failed with an errno (negative). */
  | { readonly kind: 'restore-end'; readonly record?: number; readonly error?: number }
  /** Passed the sync point of its thread group. */
  | { readonly kind: 'threads-passed' }
  /** Counted as done; how many are left. */
  | { readonly kind: 'done'; readonly left: number }
  /** nr_total is set: so many must be done. */
  | { readonly kind: 'total'; readonly tasks: number }
  /** Records an error (negative); `first`: it is the one that counts. */
  | { readonly kind: 'error'; readonly error: number; readonly first: boolean }
  | { readonly kind: 'success' }
  /** A completion fires: `complete` or `errno_sync`. */
  | { readonly kind: 'complete'; readonly what: string }
  /** The reference count after a get or a put. */
  | { readonly kind: 'get' | 'put'; readonly references: number }
  /** The context is freed. */
  | { readonly kind: 'free' }
  /** (debug build) an entry of the status list is made or changed. */
  | { readonly kind: 'status'; readonly status: DebugState }
  /** (debug build) the status list as printed when the context is freed. */
  | { readonly kind: 'status-list'; readonly entries: readonly DebugEntry[] }
  /** A child is made; `inherits`: it got the context. */
  | { readonly kind: 'fork'; readonly child: number; readonly inherits: boolean }
  /** A fork failed, with a negative errno. */
  | { readonly kind: 'fork-failed'; readonly error: number }
  /** A task was frozen. */
  | { readonly kind: 'frozen'; readonly task: TaskId }
  /** restart(2) has its result, negative errno or value; `own`: the function of a protocol of one's own has. */
  | { readonly kind: 'return'; readonly result: number; readonly own?: true }
  /** Is back in user space. */
  | { readonly kind: 'user' }
  /** Is dead now. */
  | { readonly kind: 'exit'; readonly how: 'killed' | 'exited' | 'zombie'; readonly code: number }
  /** A dying task's child goes to a thread of its group that lives, or to the namespace's init. */
  | { readonly kind: 'reparent'; readonly task: TaskId; readonly to?: TaskId }
  /** A dying task lets go of a task that it traced. */
  | { readonly kind: 'detach'; readonly task: TaskId }
  /** A call is made to fail, with a negative errno. */
  | { readonly kind: 'call-failed'; readonly call: Failure; readonly error: number }
  /** A fault of the scenario comes. */
  | { readonly kind: 'fault'; readonly fault: string; readonly verb: string; readonly target?: TaskId }
  /** (protocol of one's own) A step of this name, of this line of the protocol's file. */
  | { readonly kind: 'step'; readonly name: string; readonly line: number }
  /** (protocol of one's own) A word is read or changed; `of`: the process whose word it is, absent for a shared one. */
  | { readonly kind: 'load' | 'store'; readonly word: string; readonly of?: TaskId; readonly value: number }
  /** A line of the restart's log. */
  | { readonly kind: 'log'; readonly text: string }
  /** A defect of the kernel shows. */
  | ({ readonly kind: 'finding' } & { readonly finding: Finding });

export type EffectKind = Effect['kind'];

export type DebugType = 'Coord' | 'Root' | 'Ghost' | 'Task';
export type DebugState = 'Waiting' | 'Running' | 'Failed' | 'Success' | 'Exited';

export interface DebugEntry {
  readonly task: TaskId;
  readonly type: DebugType;
  readonly state: DebugState;
}

/** The kinds of defects that the kernel itself would show as a crash. */
export const KERNEL_DEFECT_KINDS = [
  'bug',
  'null-dereference',
  'out-of-bounds',
  'uninitialized-read',
  'use-after-free',
  'double-free',
  'crash',
] as const;

/** Those, and what is left behind, or what a run shows of its backend. */
export const FINDING_KINDS = [
  ...KERNEL_DEFECT_KINDS,
  'reference-leak',
  'hang',
  'disagreement',
  // A property of a protocol of one's own does not hold; `at` is its name, `detail` its statement.
  'broken-property',
] as const;

export interface Finding {
  readonly kind: (typeof FINDING_KINDS)[number];
  /** The function (our name of it) where it shows. */
  readonly at: string;
  readonly detail?: string;
}

export interface CoordinatorFinal {
  /** exited: with taskself, by itself, in place of its call. */
  readonly end: 'returned' | 'killed' | 'exited' | 'waiting' | 'crashed';
  readonly at?: Point;
  /** What restart gave it; absent when it never got that far. */
  readonly result?: number;
  /** It said that it failed, without an errno (CRIU). */
  readonly failed?: true;
}

export interface TaskFinal {
  /**
   * returned: back in user space from restart · frozen · killed · zombie: restored into one · exited ·
   * waiting: sleeps indefinitely, `at` a point · untouched: alive, never entered restart (or had exited before) ·
   * crashed: the kernel defect hit it · running: the run was cut while it could still move.
   */
  readonly end:
    | 'returned'
    | 'frozen'
    | 'killed'
    | 'zombie'
    | 'exited'
    | 'waiting'
    | 'untouched'
    | 'crashed'
    | 'running';
  readonly at?: Point;
  readonly result?: number;
  /** The number of the image record that it restored itself from. */
  readonly record?: number;
  /** Whether the restart ever set its checkpoint_ctx (by the walk or by fork). */
  readonly marked: boolean;
}

export interface ContextFinal {
  readonly owner: TaskId;
  readonly freed: boolean;
  /** References left, 0 when freed. */
  readonly references: number;
}

export interface FinalState {
  readonly coordinator: CoordinatorFinal;
  /** By pid, in the order of the case's tasks; forked children too. A forked-late task that was never made is absent. */
  readonly tasks: Readonly<Record<number, TaskFinal>>;
  /** The completed restores in their order: [pid, record]. */
  readonly restores: readonly (readonly [number, number])[];
  /** The main restart's context; undefined when none was made. */
  readonly context?: ContextFinal;
}

/** What /proc said of a task of a real backend at the end of the run. */
export interface TaskCensus {
  readonly task: TaskId;
  readonly pid: number;
  /** State letter of /proc/<pid>/status; absent with all that follows when the task was there no more. */
  readonly state?: string;
  readonly parent?: number;
  readonly pgid?: number;
  readonly session?: number;
  /** Threads of its group. */
  readonly threads?: number;
  /** Pid of its tracer, 0 for none. */
  readonly tracer?: number;
  /** Pending signals, as a mask: bit n - 1 for signal n. */
  readonly pending?: number;
  /** The kernel function in which it sleeps. */
  readonly waitChannel?: string;
}

/** What /proc said in the middle of a run: the state of every task when a fault fired. */
export interface Snapshot {
  /** The last step that was begun before. */
  readonly step: number;
  /** Name of the fault that came then. */
  readonly fault: string;
  readonly tasks: readonly TaskCensus[];
}

/** What a protocol of one's own has in place of the restart's context and points. */
export interface OwnShape {
  /** Its stages, in the order of its file; what `point` names in its events. */
  readonly stages: readonly string[];
  /** Its words, with what is in them before the first step. */
  readonly words: readonly { readonly name: string; readonly perProcess: boolean; readonly initial: number }[];
}

export interface RunRecord {
  readonly version: typeof RECORD_VERSION;
  readonly backend: BackendName;
  readonly protocol: string;
  readonly case: string;
  readonly seed: string | null;
  /** The schedule in the words of a replay file; undefined where a backend does not know it. */
  readonly schedule?: readonly string[];
  /** Real backends: how many entries of the imposed schedule no actor took; absent: none. */
  readonly missed?: number;
  readonly events: readonly RunEvent[];
  readonly final: FinalState;
  readonly findings: readonly Finding[];
  /**
   * The faults that fired: what they do was done, or the call was made to fail. By their names; what a `criu` section says by
   * its path in the file. Absent: those of the events of kind `fault`.
   */
  readonly fired?: readonly string[];
  /** How the run ended: over (no task can move), crashed (a kernel defect stopped it), cut (a limit). */
  readonly end: 'over' | 'crashed' | 'cut';
  /** Real backends: what the kernel said at the end. */
  readonly census?: readonly TaskCensus[];
  /** Real backends: what it said when faults came; of the first few. */
  readonly snapshots?: readonly Snapshot[];
  /** Of a protocol of one's own. */
  readonly own?: OwnShape;
  /** What was seen of a dump and a restore by CRIU. */
  readonly criu?: CriuRecord;
  /** What was seen of the calls of a container runtime. */
  readonly runtime?: RuntimeRecord;
}
