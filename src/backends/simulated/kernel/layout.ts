/**
 * Where things lie in the memory of the simulated machine: one Int32Array, `m`, that is the whole state of a run.
 * A pointer is the index of an object's first word, a field is an offset: `m[task + PENDING]` is `task->pending`.
 * NULL is 0, where the machine's own words lie. Every word is a fact that can make two futures differ; nothing else is here.
 */

export const NULL = 0;

/* ---- the machine's own words, at 0 ---------------------------------------------------------------------------- */

/** Kernel defect that stopped the run: its kind (index into FINDING_KINDS) + 1, else 0. */
export const OOPS = 0;
/** tasklist_lock: number of readers, -1 for a writer. */
export const TASKLIST_LOCK = 1;
/** Things seen on the way that the end does not tell (see seen.ts). */
export const SEEN = 2;
/** Faults that are due: they come before anybody moves. A bit for each fault. */
export const DUE = 3;
/** Where the kernel defect showed: the step's number + 1. */
export const OOPS_AT = 4;
/** How many tasks are between begin and end of their restore. */
export const RESTORING_NOW = 5;
export const HEADER_WORDS = 6;
/** What an allocation, and the freezer, touch: names of steps only. */
export const SLAB = 0;
export const FREEZER = 0;

/* ---- task_struct ---------------------------------------------------------------------------------------------- */

/** Where the task stands in its program; 0 once it has ended. */
export const PC = 0;
/** One of the task states below. */
export const STATE = 1;
/** PF_* and friends, below. */
export const FLAGS = 2;
/** Pending signals: bits SIG_KILL, SIG_STOP, SIG_OTHER. */
export const PENDING = 3;
/** ->checkpoint_ctx */
export const CHECKPOINT_CTX = 4;
/** alloc_lock, taken by task_lock(): 0 free, 1 held. */
export const ALLOC_LOCK = 5;
/** The wait queue it is on. */
export const WAITING_ON = 6;
/** ->real_parent; 0 for children of the namespace's init. */
export const PARENT = 7;
/** First of ->children. */
export const CHILDREN = 8;
/** Next of ->sibling. */
export const SIBLING = 9;
/** The point of the protocol it is at (POINT_*). */
export const POINT = 10;
/** What restart(2) gave it; NO_RESULT before. */
export const RESULT = 11;
/** The record that it restored itself from, + 1. */
export const RECORD = 12;
/** signal->restart_count, in the leader's task. */
export const RESTART_COUNT = 13;
/** Entry of the status list (debug build): type and state bits, 0 before it is registered. */
export const STATUS = 14;
/** An on-stack wait queue's address. */
export const ONSTACK = 15;
/** Live locals of its program, as many as the compiler needs. */
export const FRAME = 15;

/** task->state. */
export const RUNNING = 0;
/** On a wait queue, interruptible, and still running: a wake-up makes it RUNNING. */
export const PREPARED = 1;
export const SLEEPING = 2;
/** Uninterruptible sleep. */
export const DEEPLY = 3;
/** Stopped by a signal or held by a tracer: only SIGKILL goes on. */
export const STOPPED = 4;
/** In the refrigerator. */
export const FROZEN = 5;
/** Back in user space; its part is over. */
export const USER = 6;
/** Never moves by itself (absent, or busy with its own restart). */
export const IDLE = 7;
/** Not made yet (forked later). */
export const UNBORN = 8;
/** Dead. */
export const DEAD = 9;
/** Asleep so that only SIGKILL or a wake-up ends it. */
export const KILLABLE = 10;

/** task->flags and other bits. */
export const PF_RESTARTING = 1;
/** exit_state is set: zombie. */
export const EXIT_STATE = 2;
/** Released: in no list and under no pid. */
export const RELEASED = 4;
/** PT_PTRACED */
export const PT_PTRACED = 8;
/** May not be attached to. */
export const STRANGER = 16;
/** The freezer wants it. */
export const FREEZING = 32;
/** exit_signal is -1: no parent notice, reaps itself. */
export const SELF_REAPING = 64;
/** Was marked by a restart, ever. */
export const MARKED = 128;
/** In user space, before its call. */
export const IN_USER = 256;
/** Died by SIGKILL. */
export const KILLED = 512;
/** Exited as the zombie that the image wants. */
export const WAS_ZOMBIE = 1024;
/** Has called restart(2). */
export const CALLED = 2048;
/** Told to exit by the scenario, before its call. */
export const WILL_EXIT = 4096;
/** Held back by a `delay` fault. */
export const DELAYED = 8192;
/** Told to fork once more (fault `fork`). */
export const WILL_FORK = 16384;
/** Has begun to restore itself (see seen.ts). */
export const BEGUN = 32768;
/** Its restore has ended, one way or the other. */
export const THROUGH = 65536;
/** Has begun to restore itself after an error was recorded. */
export const BEGUN_LATE = 131072;
/** Is on its way through do_exit(). */
export const PF_EXITING = 262144;

export const SIG_KILL = 1;
export const SIG_STOP = 2;
export const SIG_OTHER = 4;

export const NO_RESULT = -0x80000000;

/* ---- struct ckpt_ctx ------------------------------------------------------------------------------------------ */

/** 1 while allocated, 2 once freed. */
export const LIFE = 0;
export const REFCOUNT = 1;
export const KFLAGS = 2;
export const UFLAGS = 3;
export const ERRNO = 4;
/** struct completion errno_sync: ->done */
export const ERRNO_SYNC = 5;
/** ->root_task */
export const ROOT_TASK = 6;
/** ->root_nsproxy: 1 when held. */
export const ROOT_NSPROXY = 7;
/** ->pids_arr: its size in bytes, 0 for NULL. */
export const PIDS_ARR = 8;
export const NR_PIDS = 9;
export const NR_TOTAL = 10;
export const ACTIVE_PID = 11;
/** struct completion complete: ->done */
export const COMPLETE = 12;
/** The image's file position: the next object. */
export const FILE_POS = 13;
/** ->msg_mutex: 0 free, 1 held. */
export const MSG_MUTEX = 14;
/** ->lock of the status list (debug build). */
export const LOCK = 15;
/** ->waitq and ->ghostq: addresses only. */
export const WAITQ = 16;
export const GHOSTQ = 17;
/** The task that made it. */
export const OWNER = 18;
/** Bytes of pids_arr that were read from the image. */
export const PIDS_READ = 19;
export const CTX_WORDS = 20;

export const CKPT_CTX_RESTART = 2;
export const CKPT_CTX_SUCCESS = 4;
export const CKPT_CTX_ERROR = 8;

export const RESTART_TASKSELF = 1;
export const RESTART_FROZEN = 2;
export const RESTART_GHOST = 4;

/** ->done of a completion that completed for all: UINT_MAX, which no wait counts down (kernel/sched/completion.c, Linux 4.15). */
export const COMPLETE_ALL = -1;
