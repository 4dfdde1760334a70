/** What a restart adds to the constants of a machine: the call, and the image. */

/** What of a machine is the restart's. */
export interface RestartWorld {
  /* ---- the call ---- */
  /** restart()'s arguments, by task. */
  readonly argPid: Int32Array;
  readonly argFlags: Int32Array;
  /** Pointer of the one context. */
  readonly ctx: number;
  /** Pointer of the tree's root. */
  readonly root: number;
  readonly capable: boolean;
  readonly badFd: boolean;
  readonly badLogfd: boolean;
  /** CONFIG_CHECKPOINT_DEBUG */
  readonly debug: boolean;
  /** TASKSELF: the coordinator is the tree's root. */
  readonly taskself: boolean;

  /* ---- the image: one stream of objects ---- */
  /** Type of each object (CKPT_HDR_*). */
  readonly objects: Uint8Array;
  /** What reading an object gives instead, a negative errno; 0: it is sound. */
  readonly objectError: Int16Array;
  /** The record that an object belongs to; asked for objects of records only. */
  readonly recordOf: (object: number) => number;
  readonly pids: Int32Array;
  /** Whether it is one of them; asked by each task, so not by looking at all. */
  readonly isNamed: (pid: number) => boolean;
  /** `nr_tasks` of the tree's header, as saved. */
  readonly nrSaved: number;
  /** Bytes of the pids in the stream. */
  readonly pidsBytes: number;
  /** By record. */
  readonly retval: Int32Array;
  readonly zombie: Uint8Array;
}

declare module '../backends/simulated/kernel/world.ts' {
  interface World extends RestartWorld {}
}

/** Types of objects. */
export const CKPT_HDR_HEADER = 0;
export const CKPT_HDR_CONTAINER = 1;
export const CKPT_HDR_TREE = 2;
/** pids_arr: a buffer, without a header of its own. */
export const CKPT_HDR_BUFFER = 3;
/** A record is two objects of different type. */
export const CKPT_HDR_TASK = 4;
export const CKPT_HDR_THREAD = 5;
export const CKPT_HDR_TAIL = 6;
/** The first object of the first record: header, container, tree and pids come before. */
export const FIRST_RECORD = 4;

/** Calls of a restart that a scenario can make fail, beside the kernel's. */
export const FAIL_READ = 1;
export const FAIL_RESTORE = 2;
