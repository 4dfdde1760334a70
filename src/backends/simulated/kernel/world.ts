/**
 * The constants of a run: the tasks, what user space will do, the faults. Made by ../world.ts. What runs on the kernel adds
 * its own constants (src/protocol/world.ts).
 */

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
  /** Numbers of the tasks that have one, in rising order. */
  readonly traced: Int32Array;
  /** Never makes its system call (or is busy with another). */
  readonly absent: Uint8Array;
  /** Pointer of the task with this pid; 0 where there is none. */
  readonly byPid: (pid: number) => number;

  /* ---- faults: their words in memory begin here, FAULT_WORDS each ---- */
  readonly firstFault: number;
  readonly faults: readonly WorldFault[];
  /** By point: the faults that fire when some actor arrives there. */
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
  /** Faults that fire right after this one. */
  readonly followers: readonly number[];
  /** Fires at any moment; otherwise when it is due. */
  readonly any: boolean;
  /** `fail` with a number of its call: whether counting begins only when the fault is due. */
  readonly waits: boolean;
}

/** A fault's words: how often it fired; `fail`: the number of calls of its kind so far, and whether one is to fail. */
export const FIRED = 0;
export const CALLS = 1;
export const ARMED = 2;
export const FAULT_WORDS = 3;

/** Calls that a scenario can make fail. Numbers that are missing are of what runs on the kernel (src/protocol/world.ts). */
export const FAIL_KMALLOC = 0;
export const FAIL_FREEZE = 3;

/** The one point that every program has; the others are in src/protocol/points.ts. */
export const POINT_EXIT = 20;
