/**
 * Where things lie in the memory of the simulated machine: one Int32Array, `m`, that is the whole state of a run.
 * A pointer is the index of an object's first word, a field is an offset: `m[task + PENDING]` is `task->pending`.
 * NULL is 0, where the machine's own words lie. Every word is a fact that can make two futures differ; nothing else is here.
 */

export const NULL = 0;

/* ---- the machine's own words, at 0 ---------------------------------------------------------------------------- */

/** Kernel defect that stopped the run: its kind (index into MEMORY_DEFECTS) + 1, else 0. */
export const OOPS = 0;
/** tasklist_lock: number of readers, -1 for a writer. */
export const TASKLIST_LOCK = 1;
/** Faults that are due: they fire before any task moves. A bit for each fault. */
export const DUE = 2;
/** Where the kernel defect showed: the step's number + 1. */
export const OOPS_AT = 3;
/** From here on the words of what runs on the kernel. */
export const KERNEL_WORDS = 4;
/** What an allocation, and the freezer, touch: names of steps only. */
export const SLAB = 0;
export const FREEZER = 0;

/* ---- any object that is allocated and freed ------------------------------------------------------------------- */

/** Its first word: 1 while allocated, 2 once freed. */
export const LIFE = 0;

/* ---- task_struct ---------------------------------------------------------------------------------------------- */

/** Where the task stands in its program; 0 once it has ended. */
export const PC = 0;
/** One of the task states below. */
export const STATE = 1;
/** PF_* and friends, below. */
export const FLAGS = 2;
/** Pending signals: bits SIG_KILL, SIG_STOP, SIG_OTHER. */
export const PENDING = 3;
/** alloc_lock, taken by task_lock(): 0 free, 1 held. */
export const ALLOC_LOCK = 4;
/** The wait queue it is on. */
export const WAITING_ON = 5;
/** ->real_parent; 0 for children of the namespace's init. */
export const PARENT = 6;
/** First of ->children. */
export const CHILDREN = 7;
/** Next of ->sibling. */
export const SIBLING = 8;
/** The point that it has reached (POINT_*); 0: none yet. */
export const POINT = 9;
/** What its system call gave it; NO_RESULT before. */
export const RESULT = 10;
/** From here on the words that a patch adds to task_struct. */
export const TASK_WORDS = 11;

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

/** task->flags and other bits. Those that are missing are a patch's (src/protocol/checkpoint_types.ts). */
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
/** In user space, before its call. */
export const IN_USER = 256;
/** Died by SIGKILL. */
export const KILLED = 512;
/** The scenario makes it exit before its call. */
export const WILL_EXIT = 4096;
/** Held back by a `delay` fault. */
export const DELAYED = 8192;
/** Must fork once more (fault `fork`). */
export const WILL_FORK = 16384;
/** Is on its way through do_exit(). */
export const PF_EXITING = 262144;

export const SIG_KILL = 1;
export const SIG_STOP = 2;
export const SIG_OTHER = 4;

export const NO_RESULT = -0x80000000;

/** ->done of a completion that completed for all: UINT_MAX, which no wait counts down (kernel/sched/completion.c, Linux 4.15). */
export const COMPLETE_ALL = -1;
