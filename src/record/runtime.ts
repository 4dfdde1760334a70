/** What was seen of a container and its runtime: each call, and what was there before and after it. Part of a run record. */
import type { RuntimeCall, RuntimeName } from '../model/runtime.ts';
import type { CriuCensus } from './criu.ts';

/** What a task of a container answers: how often it was asked since it was started, and a text that it keeps in its memory. */
export interface RuntimeAnswer {
  readonly asked: number;
  readonly memory: string;
}

/** A container as its runtime describes it, and as the kernel shows it. */
export interface RuntimeContainer {
  readonly name: string;
  /** The status that the runtime reports; absent when it knows no such container. */
  readonly status?: string;
  /** The runtime could not say: it failed otherwise than for an unknown name, or did not end in time. */
  readonly unknown?: true;
  /** Whether the kernel has an init of the container: in gVisor a sandbox. */
  readonly isThere: boolean;
  /** State letter of /proc of the init; absent where there is none. */
  readonly state?: string;
  /** Its cgroup is frozen; in gVisor it is paused, and no task answers. */
  readonly isFrozen: boolean;
  /** Processes of the container; of gVisor those of its sandbox. */
  readonly processes: number;
  /** By the pid of the scenario; tasks that did not answer in time are absent. Empty where no task was asked. */
  readonly answers: Readonly<Record<number, RuntimeAnswer>>;
  /** Whether its tasks were asked: not those of a frozen one. */
  readonly isAsked: boolean;
  /** Those that the scenario gives it, as its cgroup has them; absent where there is no init. */
  readonly limits?: readonly RuntimeLimitRead[];
  /** Its processes with their state; absent where there is no init, and of gVisor, whose processes are in no /proc of the host. */
  readonly census?: CriuCensus;
}

/** A limit in a file of a cgroup. */
export interface RuntimeLimitRead {
  readonly file: string;
  /** What the scenario asks for. */
  readonly asked: string;
  /** Empty where there is no such file. */
  readonly value: string;
}

/** How a process of the runtime ended. */
export interface RuntimeEnd {
  /** Absent when a signal ended it, or when it was killed at its limit of time. */
  readonly exit?: number;
  /** The number of the signal that ended it. */
  readonly signal?: number;
  /** It was killed at its limit of time, of so many milliseconds. */
  readonly timedOut?: number;
  /** What it printed and logged as errors. */
  readonly message: string;
}

/** One call of the runtime. */
export interface RuntimeRun extends RuntimeEnd {
  readonly call: RuntimeCall;
  /** The name of the container that it is about; after restore-renamed another one. */
  readonly container: string;
  /** Milliseconds; a real clock's. */
  readonly duration: number;
  /** How often the runtime started CRIU. */
  readonly criuStarts: number;
  /** The errors of CRIU's log, without their times. */
  readonly criuErrors: readonly string[];
  readonly before: RuntimeContainer;
  readonly after: RuntimeContainer;
  /** After a restore that failed: what is there that was not before it, such as `cgroup /one` or `process criu`. */
  readonly added: readonly string[];
  /** What mktrouble hit in it: `criu`, `runtime`, `runtime-call` (a system call of it failed), `init`, `cgroup`. */
  readonly hits: readonly string[];
}

/** After a restore that failed: whether the name can be used again. */
export interface RuntimeReuse {
  readonly deleted: RuntimeEnd;
  /** A new container of that name; absent where it was not tried. */
  readonly created?: RuntimeEnd;
}

export interface RuntimeRecord {
  readonly runtime: RuntimeName;
  readonly version: string;
  /** Of CRIU; absent for a runtime without it. */
  readonly criu?: string;
  readonly runs: readonly RuntimeRun[];
  readonly reuse?: RuntimeReuse;
  /** A container that nothing is done to. */
  readonly bystander: { readonly before: RuntimeContainer; readonly after: RuntimeContainer };
  /** What is left when the runtime has deleted every container. */
  readonly left: readonly string[];
}
