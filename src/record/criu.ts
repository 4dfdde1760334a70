/** What was seen of a dump and a restore by CRIU: the tree before and after, and how CRIU ended. Part of a run record. */
import type { CriuCall, CriuStage, MadeEdit } from '../model/criu.ts';
import type { FreezerFault } from '../model/criu-cgroups.ts';
import type { PeerFault } from '../model/criu-peer.ts';
import type { RivalFault } from '../model/criu-rival.ts';
import type { RoundCall } from '../model/criu-rounds.ts';
import type { ServerFault, ServerName } from '../model/criu-servers.ts';
import type { SignalName } from '../model/signals.ts';

/** State by name, as /proc shows it: `umask` → `0022`, `open file 3` → `/dev/null, flags 02`. */
export type CriuFacts = Readonly<Record<string, string>>;

/** A thread as /proc shows it; masks in hexadecimal, bit n - 1 for signal n. */
export interface CriuThread {
  readonly tid: number;
  readonly state: string;
  readonly blocked: string;
  readonly pending: string;
  /** Pid of its tracer, 0 for none. */
  readonly tracer: number;
  /** The kernel function in which it sleeps. */
  readonly wchan: string;
  /** What differs between two censuses of the run; what was equal in all of them is left out. */
  readonly facts?: CriuFacts;
}

/** A process; its numbers are those of its own pid namespace, in which the root of an own one has that of the scenario. */
export interface CriuTask {
  readonly pid: number;
  readonly name: string;
  /** State letter of /proc. */
  readonly state: string;
  /** 0: no task of the tree. */
  readonly parent: number;
  readonly pgid: number;
  readonly session: number;
  /** Signals pending for the process as a whole. */
  readonly pending: string;
  /** A zombie's, as wait() gives it. */
  readonly status?: number;
  /** Checksums of its patterned memory; absent when it could not be read. */
  readonly privateMemory?: string;
  readonly sharedMemory?: string;
  /** What differs between two censuses of the run; what was equal in all of them is left out. */
  readonly facts?: CriuFacts;
  /** The same of what a program changes by what it does: read only of a tree that does nothing, or is held. */
  readonly heldFacts?: CriuFacts;
  /** The same of what only the process itself can ask the kernel: of a program that sleeps. */
  readonly askedFacts?: CriuFacts;
  /** By tid. */
  readonly threads: readonly CriuThread[];
}

/** A system call that was made to fail, or at which a signal was sent. */
export interface CriuInjected {
  /** Which of the scenario's system calls for this call of CRIU, from 0. */
  readonly index: number;
  readonly call: string;
  /** What the process that made it got; absent: the call returned something else. */
  readonly signal?: SignalName;
  /** Its first three arguments, in hexadecimal. */
  readonly args: readonly string[];
  /** Its first or second argument, where it is a text: a path, mostly. */
  readonly path?: string;
  /** The last line of CRIU's log before it, without its time. */
  readonly logLine?: string;
}

/** The second CRIU beside a call. */
export interface CriuServer {
  readonly name: ServerName;
  /** How it ended by itself, or by the fault; absent: it was still there when it had to have ended. */
  readonly end?: CriuEnd;
  /** No process of the call has ever connected to it: it waited on, and mktrouble has killed it. */
  readonly unused?: true;
  /** What happened to it. */
  readonly hit?: ServerFault;
  /** The errors of its log, as those of CRIU. */
  readonly errors: readonly string[];
}

/** What CRIU has answered to a request. */
export interface CriuResponse {
  readonly success: boolean;
  readonly errno?: number;
  /** The first error of its log. */
  readonly message?: string;
}

/** One call of CRIU. */
export interface CriuRun {
  readonly of: RoundCall;
  /** Its exit code; absent when a signal ended it. */
  readonly exit?: number;
  /** The number of the signal that ended it. */
  readonly signal?: number;
  /** It was killed at its limit of time, of so many milliseconds. */
  readonly timedOut?: number;
  /** It was killed when its log had more bytes than this. */
  readonly flooded?: number;
  /** Milliseconds that it took; a real clock's, so no two runs have the same. Absent in older records. */
  readonly duration?: number;
  /** The system calls of `criu: { syscalls }` that were hit, in the order of the scenario. Absent when the scenario names none. */
  readonly injected?: readonly CriuInjected[];
  /** The errors of its log in their order, without their times, each with its place in CRIU's source: `cr-dump.c:1570: Collect mappings failed`. */
  readonly errors: readonly string[];
  /** The last line of its log, where the call failed and its log has no error. */
  readonly lastLine?: string;
  /** What it has answered, where it was called by a request; an empty list: nothing. */
  readonly responses?: readonly CriuResponse[];
  /** The page server of a dump, the lazy-pages daemon of a restore. Absent: the scenario has none. */
  readonly server?: CriuServer;
  /** Each process and where it waited when the call reached its limit of time. */
  readonly waiting?: readonly CriuTask[];
}

/** A group of tasks as it was seen once. */
export interface CriuCensus {
  readonly tasks: readonly CriuTask[];
  /** Seen while CRIU held all of them: what they do meanwhile is no part of it. Their states are those of the images. */
  readonly held?: true;
  /** After it the scenario has ended the connections of the tree at their other end. */
  readonly isLeft?: true;
  /** Tids of the threads that were asked whether they run, and did not answer. */
  readonly silent: readonly number[];
}

/** A signal that mktrouble sent, a tracer that it attached, or a fault verb of the user's own that has fired. */
export interface CriuHit {
  readonly verb: 'signal' | 'trace' | 'own';
  /** The name of a verb of the user's own. */
  readonly own?: string;
  /** What was hit. Absent for a verb of the user's own for which the scenario names no task: what it does to others is judged. */
  readonly to?: 'criu' | number;
  readonly signal?: number;
  readonly stage: CriuStage;
  /** The name of the fault; absent for a tracer that `traced-by` declares. */
  readonly fault?: string;
}

/** How a process ended: one of both. */
export interface CriuEnd {
  readonly exit?: number;
  /** The number of the signal that killed it. */
  readonly signal?: number;
}

/** The end of what a program has written, as UTF-8. */
export interface CriuOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** The program that was dumped in place of a tree. */
export interface CriuSubject {
  readonly command: readonly string[];
  /** How its root ended after a restore that returned success; absent: it ran to the end of the run. */
  readonly end?: CriuEnd;
  readonly output: CriuOutput;
}

/** The command that was run after a restore that returned success. */
export interface CriuCheck extends CriuEnd {
  readonly command: readonly string[];
  /** It was killed at its limit of time, of so many milliseconds. */
  readonly timedOut?: number;
  readonly output: CriuOutput;
}

/** What a call has added to its surroundings, and removed from them: mounts, files, rules of the packet filter, … */
export interface CriuChange {
  /** In the plural: `mounts`. */
  readonly kind: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** What the process at the other end of a connection of the tree has seen of it. */
export interface CriuConnection {
  /** Bytes that have arrived. */
  readonly bytes: number;
  readonly end?: 'closed' | 'reset' | undefined;
}

/** A pre-dump, and the tree before and after it. */
export interface CriuPreDump {
  readonly before: CriuCensus;
  readonly run: CriuRun;
  readonly after: CriuCensus;
  /** What it has changed around the tree. Absent when nothing changed. */
  readonly changes?: readonly CriuChange[];
}

/** A second CRIU, at this stage of the first; what has happened to it. */
export interface CriuSecond {
  readonly at: CriuStage;
  readonly run: CriuRun;
  readonly hit?: RivalFault;
}

/** A round: a dump and the restore of its images. */
export interface CriuRecord {
  readonly version: string;
  /** The rounds before this one, in which nothing was made to fail. Absent where there are none. */
  readonly earlier?: readonly CriuRecord[];
  readonly preDumps?: readonly CriuPreDump[];
  /** Nothing was dumped in this round: `before`, `dump` and `afterDump` are those of the round before, whose images were restored again. */
  readonly sameImages?: true;
  /** The tree before the dump; of a program that runs on: while the dump held it, where the dump came that far. */
  readonly before: CriuCensus;
  readonly dump: CriuRun;
  /** What was there of the tree, or left by CRIU, when the dump had ended. */
  readonly afterDump: CriuCensus;
  /** After a dump that was killed: once more, without faults, of the same tree. */
  readonly dumpAgain?: CriuRun;
  /** What has happened to the cgroup that the tree has. */
  readonly freezer?: FreezerFault;
  /** What has happened to the other end of its connections. */
  readonly peer?: PeerFault;
  /** Of several at one time the first that succeeded. */
  readonly restore?: CriuRun;
  /** The other restores of the same images at the same time. Absent: there was one. */
  readonly rivals?: readonly CriuRun[];
  /**
   * What a second CRIU did at a stage of the first. Where both dumped, or both restored, and only the second one succeeded, it is `dump` or
   * `restore`, and this is the first.
   */
  readonly rival?: CriuSecond;
  /** A program that runs on: while the restore held it, before it was let go. */
  readonly restored?: CriuCensus;
  readonly afterRestore?: CriuCensus;
  /** After a restore that failed: once more, without faults, from the same images. */
  readonly again?: CriuRun;
  readonly restoredAgain?: CriuCensus;
  readonly afterAgain?: CriuCensus;
  /**
   * What the surroundings of the tree have more, or less: after a dump, and after a restore that returned success, than before the
   * dump; after a restore that failed than before it. Absent when nothing changed.
   */
  readonly surroundings?: Readonly<Partial<Record<CriuCall, readonly CriuChange[]>>>;
  /** The connections of the tree in the order in which they were made. Absent: it has none. */
  readonly connections?: { readonly before: readonly CriuConnection[]; readonly after: readonly CriuConnection[] };
  readonly subject?: CriuSubject;
  readonly check?: CriuCheck;
  /** The processes that do not belong to the tree. */
  readonly bystanders: { readonly before: CriuCensus; readonly after: CriuCensus };
  /** What was changed in the images, with what a seed chose. Absent when nothing was, or when the dump failed. */
  readonly edits?: readonly MadeEdit[];
  /** The pids that pstree.img named when the restore began; absent when it could not be read. */
  readonly imaged?: readonly number[];
  /** What mktrouble did to CRIU and to tasks. */
  readonly hits: readonly CriuHit[];
  /** The stages that came. */
  readonly stages: readonly CriuStage[];
  /** Whether what is judged is the tree's own memory: not for a program of the user's. */
  readonly ownSubject: boolean;
}
