/** What does not change during a run: who there is, what user space will do, the image, the faults. Made by ../world.ts. */

/** A task's number `i` is its place in these arrays; its pointer is `firstTask + i * taskWords`. Number 0 is the coordinator. */
export interface World {
  readonly nrTasks: number;
  readonly firstTask: number;
  readonly taskWords: number;
  /** Words of the whole memory. */
  readonly words: number;

  /* ---- tasks, by number ---- */
  readonly pid: Int32Array;
  /** Pointer of the group leader. */
  readonly leader: Int32Array;
  /** Pointer of the next thread of the group, round and round; its own where it is alone. */
  readonly nextThread: Int32Array;
  /** restart()'s arguments. */
  readonly argPid: Int32Array;
  readonly argFlags: Int32Array;
  readonly exitCode: Uint8Array;
  /** Pointer of the first task that it forks before its call, and of the next one with the same creator; 0: none. */
  readonly firstFork: Int32Array;
  readonly nextFork: Int32Array;
  /** 1 for a child that only a `fork` fault makes. */
  readonly forkedByFault: Uint8Array;
  /** Pointer of the parent that a task forked late gets. */
  readonly forkParent: Int32Array;
  /** Pointer of the task of the tree that traces it at the start; 0: none does. */
  readonly tracer: Int32Array;
  /** Never calls restart (or is busy with its own). */
  readonly absent: Uint8Array;
  /** Pointer of the task with this pid; 0 where there is none. */
  readonly byPid: (pid: number) => number;

  /* ---- the call ---- */
  readonly ctx: number;
  /** Pointer of the tree's root. */
  readonly root: number;
  readonly capable: boolean;
  readonly badFd: boolean;
  readonly badLogfd: boolean;
  readonly hasLog: boolean;
  readonly debug: boolean;
  /** TASKSELF: the coordinator is the tree's root. */
  readonly taskself: boolean;

  /* ---- the image: one stream of objects ---- */
  /** Kind of each object (OBJ_*). */
  readonly objects: Uint8Array;
  /** What reading an object gives instead, a negative errno; 0: it is sound. */
  readonly objectError: Int16Array;
  /** The record that an object belongs to; asked for objects of records only. */
  readonly recordOf: (object: number) => number;
  readonly pids: Int32Array;
  /** Whether it is one of them; asked by each task, so not by looking at all. */
  readonly isNamed: (pid: number) => boolean;
  /** The header's count, as saved. */
  readonly nrSaved: number;
  /** Bytes of the pids in the stream. */
  readonly pidsBytes: number;
  /** By record. */
  readonly retval: Int32Array;
  readonly zombie: Uint8Array;

  /* ---- faults: their words in memory begin here, FAULT_WORDS each ---- */
  readonly firstFault: number;
  readonly faults: readonly WorldFault[];
  /** By point: the faults that come when some actor arrives there. */
  readonly triggers: readonly (readonly Trigger[])[];
  /** By failure kind: the faults that may make a call of it fail. */
  readonly failures: readonly (readonly number[])[];
}

export interface Trigger {
  /** The task (pointer) whose arrival it is. */
  readonly task: number;
  readonly fault: number;
}

export interface WorldFault {
  readonly name: string;
  readonly verb: number;
  /** Pointers. */
  readonly targets: Int32Array;
  readonly times: number;
  /** `fail`: the Nth call of its kind fails; 0: the next one after it was armed. */
  readonly call: number;
  /** `fail`: positive errno. */
  readonly errno: number;
  /** `signal`: a task of the tree has it at its default action, and dies of it. */
  readonly fatal: boolean;
  /** `fork`: the child's pointer. */
  readonly child: number;
  /** Faults that come right after this one. */
  readonly followers: readonly number[];
  /** Comes at any moment; otherwise when it is due. */
  readonly any: boolean;
  /** `fail` with a number of its call: whether counting begins only when the fault is due. */
  readonly waits: boolean;
}

/** A fault's words: how often it came; `fail`: how many calls of its kind there were, and whether one is to fail. */
export const FIRED = 0;
export const CALLS = 1;
export const ARMED = 2;
export const FAULT_WORDS = 3;

export const OBJ_HEADER = 0;
export const OBJ_CONTAINER = 1;
export const OBJ_TREE = 2;
/** pids_arr: a buffer, without a header of its own. */
export const OBJ_PIDS = 3;
/** A record is two objects of different kind. */
export const OBJ_TASK = 4;
export const OBJ_THREAD = 5;
export const OBJ_TAIL = 6;
/** The first object of the first record: header, container, tree and pids come before. */
export const FIRST_RECORD = 4;

export const FAIL_KMALLOC = 0;
export const FAIL_READ = 1;
export const FAIL_RESTORE = 2;
export const FAIL_FREEZE = 3;

/* Points, in the order of model/points.ts: first the coordinator's, then the tasks'. 0: none yet. */
export const POINT_HEADER = 1;
export const POINT_TREE = 2;
export const POINT_ROOT = 3;
export const POINT_CLAIM = 4;
export const POINT_PREPARE = 5;
export const POINT_ACTIVATE = 6;
export const POINT_WAIT = 7;
export const POINT_TAIL = 8;
export const POINT_FREEZE = 9;
export const POINT_OUT = 10;
export const POINT_RELEASE = 11;
export const POINT_SYNC_1 = 12;
export const POINT_THREADS = 13;
export const POINT_SYNC_2 = 14;
export const POINT_RESTORE = 15;
export const POINT_NEXT = 16;
export const POINT_DONE = 17;
export const POINT_SYNC_3 = 18;
export const POINT_RESUME = 19;
export const POINT_EXIT = 20;
