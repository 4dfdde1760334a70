/**
 * include/linux/checkpoint_types.h and checkpoint.h, and what the patch adds to include/linux/sched.h: the fields of
 * `struct ckpt_ctx` and `struct task_struct` as offsets into the machine's memory, and the flags. A field `ctx->nr_pids` is
 * the constant NR_PIDS here; the protocol writes `ctx.nr_pids`.
 */
import { KERNEL_WORDS, TASK_WORDS } from '../backends/simulated/kernel/layout.ts';

/* ---- the machine's own words: what trace.ts keeps ---------------------------------------------------------------- */

/** What has been seen on the way and the end of a run does not show: SEEN_* of trace.ts. */
export const SEEN = KERNEL_WORDS;
/** How many tasks are between begin and end of their restore. */
export const RESTORING_NOW = KERNEL_WORDS + 1;
export const HEADER_WORDS = KERNEL_WORDS + 2;

/* ---- struct task_struct ------------------------------------------------------------------------------------------ */

/** ->checkpoint_ctx */
export const CHECKPOINT_CTX = TASK_WORDS;
/** signal->restart_count, in the leader's task. */
export const RESTART_COUNT = TASK_WORDS + 1;
/** Flags of its entry in ->task_status (debug build); 0 before it is registered. An entry is found by pid, so each task has one. */
export const STATUS = TASK_WORDS + 2;
/** The record that it restored itself from, + 1. */
export const RECORD = TASK_WORDS + 3;
/** Address of a wait queue on its stack (DECLARE_WAIT_QUEUE_HEAD_ONSTACK). */
export const ONSTACK = TASK_WORDS + 4;
/** Live locals of its program, as many as the compiler needs. The address above needs no word. */
export const FRAME = TASK_WORDS + 4;

/** ->flags; the kernel's own are in its layout.ts. */
export const PF_RESTARTING = 1;
/** Was marked by a restart, ever. */
export const MARKED = 128;
/** Exited as the zombie that the image wants. */
export const WAS_ZOMBIE = 1024;
/** Has called restart(2). */
export const CALLED = 2048;
/** Has begun to restore itself. */
export const BEGUN = 32768;
/** Its restore has ended, with success or without. */
export const THROUGH = 65536;
/** Has begun to restore itself after an error was recorded. */
export const BEGUN_LATE = 131072;

/* ---- struct ckpt_ctx --------------------------------------------------------------------------------------------- */

export const REFCOUNT = 1;
export const KFLAGS = 2;
export const UFLAGS = 3;
export const ERRNO = 4;
/** struct completion errno_sync: ->done */
export const ERRNO_SYNC = 5;
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
/** ->file: the position in the image, as the number of the next object. */
export const FILE = 13;
/** ->msg_mutex: 0 free, 1 held. */
export const MSG_MUTEX = 14;
/** ->lock of ->task_status (debug build). */
export const LOCK = 15;
/** ->waitq and ->ghostq: addresses only. */
export const WAITQ = 16;
export const GHOSTQ = 17;
/** Bytes of ->pids_arr that were read from the image. */
export const PIDS_READ = 18;
export const CTX_WORDS = 19;

/** ->kflags */
export const CKPT_CTX_RESTART = 2;
export const CKPT_CTX_SUCCESS = 4;
export const CKPT_CTX_ERROR = 8;

/** ->uflags */
export const RESTART_TASKSELF = 1;
export const RESTART_FROZEN = 2;
export const RESTART_GHOST = 4;

/** Flags of an entry of ->task_status. */
export const RESTART_DBG_ROOT = 1;
export const RESTART_DBG_GHOST = 2;
export const RESTART_DBG_COORD = 4;
export const RESTART_DBG_TASK = 8;
export const RESTART_DBG_WAITING = 16;
export const RESTART_DBG_RUNNING = 32;
export const RESTART_DBG_EXITED = 64;
export const RESTART_DBG_FAILED = 128;
export const RESTART_DBG_SUCCESS = 256;

/** sizeof(), more or less for those that are far below what kmalloc() can. */
export const SIZEOF_CKPT_CTX = 4096;
export const SIZEOF_CKPT_TASK_STATUS = 32;
export { SIZEOF_CKPT_PIDS } from '../model/case.ts';

/** The errnos that the source names. */
export const EPERM = 1;
export const ESRCH = 3;
export const EINTR = 4;
export const EBADF = 9;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EBUSY = 16;
export const EINVAL = 22;
export const ENOSYS = 38;
export const ERESTARTSYS = 512;
export const ERESTARTNOINTR = 513;
export const ERESTARTNOHAND = 514;
export const ERESTART_RESTARTBLOCK = 516;
