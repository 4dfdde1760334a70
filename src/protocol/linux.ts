/**
 * What the protocol may write, for the reader and the type checker: the C types, the forms of access, and the functions of the
 * kernel as C declares them. Nothing here exists at run time: the protocol's sources are text that is translated
 * (translate.ts), and the functions are those of src/backends/simulated/kernel/, trace.ts and image.ts; test/protocol/linux.test.ts
 * compares the two.
 *
 * `ctx.nr_pids` names a word of an object. Where it stands alone it is an address (`&ctx->nr_pids`): `complete(ctx.complete)`.
 * `yield* load(ctx.nr_pids)` reads it as a step of its own: another task may run before it. `peek(ctx.nr_pids)` reads it
 * within the step, as does an assignment: no other task can observe the moment. Every function with steps in it is called by
 * `yield*`.
 */
import type { Steps } from '../backends/simulated/kernel/access.ts';

export type { Steps };

export type int = number;
export type pid_t = number;

/** A pointer is a number below; the fields are what may be written behind it. */
export type task_struct = number & {
  state: int;
  flags: int;
  checkpoint_ctx: ckpt_ctx;
  children: task_struct;
  sibling: task_struct;
  /** The address of a wait queue on its stack. */
  readonly onstack: wait_queue_head_t;
};

/** What the threads of a group share. */
export type signal_struct = number & { restart_count: int };

/** An entry of ctx->task_status. */
export type ckpt_task_status = number & { status: int };

export type completion = { readonly done: int };
export type wait_queue_head_t = { readonly waiters: int };
export type lock_t = { readonly held: int };
export type file = { readonly pos: int };

export type ckpt_ctx = number & {
  readonly file: file;
  kflags: int;
  uflags: int;
  refcount: int;
  errno: int;
  readonly errno_sync: completion;
  root_task: task_struct;
  root_nsproxy: int;
  pids_arr: int;
  pids_read: int;
  nr_pids: int;
  nr_total: int;
  active_pid: int;
  readonly complete: completion;
  readonly waitq: wait_queue_head_t;
  readonly ghostq: wait_queue_head_t;
  readonly msg_mutex: lock_t;
  readonly lock: lock_t;
};

/** NULL of any type. */
export declare const NULL: never;
/** The running task. */
export declare const current: task_struct;
export declare const CONFIG_CHECKPOINT_DEBUG: boolean;

/* ---- access ---- */

export declare function load<T>(field: T): Steps<T>;
export declare function peek<T>(field: T): T;
export declare function store<T>(field: T, value: T): Steps;
export declare function increment(field: int): Steps<int>;
/** set_bit(), test_and_set_bit() */
export declare function test_and_set_bit(field: int, bit: int): Steps<int>;
export declare function atomic_inc(field: int): Steps<int>;
export declare function atomic_add(field: int, n: int): Steps;
export declare function atomic_dec_and_test(field: int): Steps<boolean>;
export declare function atomic_cmpxchg(field: int, old: int, value: int): Steps<int>;

/* ---- include/linux/err.h, bug.h, slab.h ---- */

export declare function IS_ERR(ptr: int): boolean;
export declare function PTR_ERR(ptr: int): int;
export declare function ERR_PTR(error: int): never;
export declare function BUG_ON(condition: boolean | int): void;
export declare function kmalloc(size: int): Steps<boolean>;
/** A positive errno when the scenario has this call fail; else 0. */
export declare function failure(kind: int): int;

/* ---- locks, waits, wake-ups ---- */

export declare function spin_lock(lock: lock_t): Steps;
export declare function spin_unlock(lock: lock_t): void;
export declare function mutex_lock(lock: lock_t): Steps;
export declare function mutex_unlock(lock: lock_t): void;
export declare function task_lock(task: task_struct): Steps;
export declare function task_unlock(task: task_struct): void;
export declare function read_lock_tasklist(): Steps;
export declare function read_unlock_tasklist(): void;

/** The condition is an expression of calls, as of the macro: it is evaluated anew each time the task looks. */
export declare function wait_event_interruptible(queue: wait_queue_head_t, condition: unknown): Steps<int>;
export declare function wait_event_killable(queue: wait_queue_head_t, condition: unknown): Steps<int>;
export declare function wake_up_all(queue: wait_queue_head_t): Steps;
export declare function wake_up_process(task: task_struct): Steps;
export declare function init_completion(x: completion): void;
export declare function complete(x: completion): Steps;
export declare function complete_all(x: completion): Steps;
export declare function wait_for_completion(x: completion): Steps;
export declare function wait_for_completion_interruptible(x: completion): Steps<int>;

/* ---- tasks ---- */

type Walk = (task: task_struct, data: ckpt_ctx) => Steps<int>;

export declare function task_pid_vnr(task: task_struct): pid_t;
export declare function find_task_by_pid_ns(pid: pid_t): task_struct;
export declare function task_nsproxy(task: task_struct): int;
export declare function task_signal(task: task_struct): signal_struct;
export declare function thread_group_empty(task: task_struct): boolean;
export declare function next_thread(task: task_struct): task_struct;
export declare function ptrace_may_access(task: task_struct): boolean;
export declare function task_ptrace(task: task_struct): int;
/** task->exit_state */
export declare function exit_state(task: task_struct): int;
export declare function walk_task_subtree(root: task_struct, func: Walk, data: ckpt_ctx): Steps<int>;
export declare function walk_all_tasks(func: Walk, data: ckpt_ctx): Steps;
/** force_sig(SIGKILL, task) */
export declare function force_sigkill(task: task_struct): Steps;
export declare function cgroup_freezer_make_frozen(root: task_struct): Steps<int>;
export declare function do_exit(how: int, hook: (tsk: task_struct) => Steps): Steps;
export declare function copy_process(
  child: task_struct,
  hook: (child: task_struct) => Steps,
  lateHook: (child: task_struct) => Steps,
): Steps<int>;

/* ---- the image (image.ts) ---- */

export declare function _ckpt_kread(file: file): Steps<int>;
export declare function object_type(h: int): int;
export declare function saved_nr_tasks(): int;
export declare function sizeof_pids_arr(nr_pids: int): int;
export declare function size_wraps(nr_pids: int): boolean;
export declare function is_pids_buffer(h: int, size: int): boolean;
export declare function has_duplicate_pids(): boolean;
export declare function is_named(pid: pid_t): boolean;
export declare function pids_arr_vpid(ctx: ckpt_ctx, index: int): pid_t;
export declare function print_pids_arr(ctx: ckpt_ctx): void;
export declare function load_record(h: int): void;
export declare function is_saved_zombie(h: int): int;
export declare function syscall_get_return_value(task: task_struct): int;
export declare function is_not_permitted(): boolean;
export declare function is_bad_file(): boolean;
export declare function new_ctx(): ckpt_ctx;
export declare function kfree_ctx(ctx: ckpt_ctx): void;
export declare function tree_root(): task_struct;

/* ---- trace points (trace.ts) and points ---- */

export declare function at(point: int): void;
export declare function trace_visit(task: task_struct): void;
export declare function trace_mark(task: task_struct, ctx: ckpt_ctx): void;
export declare function trace_unmark(task: task_struct): void;
export declare function trace_get(ctx: ckpt_ctx): void;
export declare function trace_put(ctx: ckpt_ctx): void;
export declare function trace_free(ctx: ckpt_ctx): void;
export declare function trace_total(ctx: ckpt_ctx): void;
export declare function trace_done(ctx: ckpt_ctx): void;
export declare function trace_activate(ctx: ckpt_ctx): void;
export declare function trace_error(ctx: ckpt_ctx, err: int, late: int | boolean): void;
export declare function trace_success(): void;
export declare function trace_log(ctx: ckpt_ctx, err: int): void;
export declare function trace_status_list(): void;
export declare function trace_restore_begin(): void;
export declare function trace_restore_end(h: int): void;
export declare function trace_threads_passed(): void;
/** The entry of a task in ctx->task_status; NULL before it is registered. */
export declare function status_entry(task: task_struct): ckpt_task_status;
/** list_add_tail() of an entry with these flags for the running task. */
export declare function add_status(flags: int): void;
export declare function change_status(s: ckpt_task_status, clear: int, set: int): void;

/* ---- user space (program.ts) ---- */

export declare function fatal_signal_pending(task: task_struct): boolean;
export declare function deliver_signals(): boolean;
export declare function next_to_fork(): task_struct;
export declare function sits_idle(): boolean;
export declare function is_coordinator(): boolean;
export declare function arg_pid(): pid_t;
export declare function arg_flags(): int;
export declare function enter_syscall(): void;
export declare function leave_syscall(result: int): void;
export declare function back_in_user_space(): void;
