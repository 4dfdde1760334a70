/**
 * What the backends that ship hand over to fault verbs of a user's own: see docs/extending.md. Pids and paths are those of this machine, as
 * mktrouble itself sees them; they are those of the moment, and are not kept up to date.
 */

/** How a command that a scene has run has ended, and what it has printed: UTF-8, of each at most the last 4096 bytes with CRIU. */
export interface CommandEnd {
  /** Absent when a signal ended it. */
  readonly exit?: number;
  readonly signal?: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that is no task of the scenario. */
export interface SceneProcess {
  readonly pid: number;
  /** As /proc/<pid>/comm has it. */
  readonly name: string;
}

/** The scene of the backend `criu`. Its moments are the stages of CRIU, `before-dump` and `before-restore`. */
export interface CriuScene {
  /** Of CRIU: `4.1.1`. */
  readonly version: string;
  /** Pids of the tasks that exist, threads included, by their pids in the scenario; of a program of yours by those that it has in its case. */
  readonly tasks: ReadonlyMap<number, number>;
  /** Pid of CRIU itself. Absent before a dump, and before a restore. */
  readonly criu?: number;
  /** Processes that CRIU has started and that are no tasks, and the page server or the lazy-pages daemon beside it. */
  readonly helpers: readonly SceneProcess[];
  /** The folder of the images. */
  readonly images: string;
  /** CRIU's working folder: its logs, its pid files, its sockets. */
  readonly work: string;
  /**
   * Runs a command in the namespaces in which CRIU runs, and waits for its end. Of a shared tree they are those of the tree, too. Rejects
   * when it cannot be started.
   */
  run(words: readonly string[]): Promise<CommandEnd>;
}

/** The scene of the backend `oci`. Its moments are `before-` and `during-` a call of the runtime: `before-checkpoint`, `during-restore`. */
export interface OciScene {
  /** `runc`. */
  readonly runtime: string;
  /** Of the runtime, and of CRIU, as in the record. */
  readonly version: string;
  readonly criuVersion?: string;
  /** The name (the id) of the container. */
  readonly container: string;
  /** Folders in which the runtime keeps an entry for each container. */
  readonly state: readonly string[];
  /** The folder with config.json and rootfs. */
  readonly bundle: string;
  /** The folder of the images that the call writes or reads. Absent where it does neither. */
  readonly images?: string;
  /** The words of the call that is made. */
  readonly command: readonly string[];
  /** Pids of the processes of the container; none before a restore. */
  readonly processes: readonly number[];
  /** Pids of the init of the container, and of the monitor beside it. Absent where there is none. */
  readonly init?: number;
  readonly monitor?: number;
  /** Pids of the runtime that carries out the call, and of its CRIU. Absent before the call. */
  readonly call?: number;
  readonly criu?: number;
  /** The cgroups of the container, that of version 2 first; none before a restore. */
  readonly cgroups: readonly string[];
  /** Runs a command in the sandbox, beside the container, and waits for its end. */
  run(words: readonly string[]): Promise<CommandEnd>;
  /** Runs a command in the container, by the runtime, and waits for its end. */
  exec(words: readonly string[]): Promise<CommandEnd>;
}
