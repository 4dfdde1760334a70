/*
 * The kernel of the generated protocol: each declaration of src/protocol/linux.ts as a macro over kernel.h. An address of the
 * protocol is an object and the name of a field, of which the label of the step is made. `current` is the running task in
 * every function of the protocol.
 */
#ifndef MKT_LINUX_H
#define MKT_LINUX_H

#include "kernel.h"
#include "restart.h"

#include <errno.h>
#include <stdbool.h>

/* As in the kernel: not every function uses what it is handed. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define task_struct actor
/* An entry of the status list is found by pid: it is kept with the task. */
#define ckpt_task_status actor

/* What a step is named after: the function that makes it. */
#define function_name __func__

/* The field; C libraries have a macro of that name. */
#undef errno
#define errno error

#define CONFIG_CHECKPOINT_DEBUG (arena->plan.debug)

/* ---- include/linux/checkpoint.h, checkpoint_types.h ---- */
#define RESTART_TASKSELF 1
#define RESTART_FROZEN 2
#define RESTART_GHOST 4
#define CKPT_CTX_RESTART 2
#define CKPT_CTX_SUCCESS 4
#define CKPT_CTX_ERROR 8
#define SIZEOF_CKPT_CTX 4096
#define SIZEOF_CKPT_TASK_STATUS 32
/* Five __s32, aligned to 8 bytes; the pid is the first. */
#define SIZEOF_CKPT_PIDS 24
#define ERESTARTNOHAND 514
#define ERESTART_RESTARTBLOCK 516
enum {
	RESTART_DBG_ROOT = 1, RESTART_DBG_GHOST = 2, RESTART_DBG_COORD = 4, RESTART_DBG_TASK = 8, RESTART_DBG_WAITING = 16,
	RESTART_DBG_RUNNING = 32, RESTART_DBG_EXITED = 64, RESTART_DBG_FAILED = 128, RESTART_DBG_SUCCESS = 256
};

/* ---- access: each is a step ---- */
void touch_ctx(struct actor *me, const char *function, struct ckpt_ctx *ctx, const char *what);
void touch_task(struct actor *me, const char *function, struct actor *task, const char *what);
#define touch(object, label) \
	_Generic((object), struct ckpt_ctx *: touch_ctx, struct actor *: touch_task)(current, function_name, object, label)
#define load(object, field) ({ touch(object, "load " #field); (object)->field; })
#define store(object, field, value) ({ touch(object, "store " #field); (object)->field = (value); })
#define increment(object, field) ({ touch(object, "increment " #field); ++(object)->field; })
#define atomic_inc(object, field) ({ touch(object, "atomic_inc " #field); ++(object)->field; })
#define atomic_add(object, field, n) ({ touch(object, "atomic_add " #field); (object)->field += (n); })
#define atomic_dec_and_test(object, field) ({ touch(object, "atomic_dec_and_test " #field); --(object)->field == 0; })
#define test_and_set_bit(object, field, bit) ({ \
	touch(object, "test_and_set_bit " #field); \
	int was_ = (object)->field & (bit); \
	(object)->field |= (bit); \
	was_; \
})
#define atomic_cmpxchg(object, field, old, value) ({ \
	touch(object, "atomic_cmpxchg " #field); \
	int was_ = (object)->field; \
	if (was_ == (old)) \
		(object)->field = (value); \
	was_; \
})

/* ---- include/linux/err.h, bug.h, slab.h ---- */
#define IS_ERR(value) ((long)(value) < 0 && (long)(value) > -4096)
#define PTR_ERR(value) ((int)(long)(value))
#define ERR_PTR(error) ((void *)(long)(error))
#define BUG_ON(condition) ({ if (condition) oops(current, BUG); })
#define kmalloc(size) kmalloc_in(current, function_name, (size_t)(size))
#define failure(kind) failure(current, kind)

/* ---- locks ---- */
#define spin_lock(object, field) lock_in(current, function_name, &(object)->field, "spin_lock " #field)
#define spin_unlock(object, field) unlock(&(object)->field)
#define mutex_lock(object, field) lock_in(current, function_name, &(object)->field, "mutex_lock " #field)
#define mutex_unlock(object, field) unlock(&(object)->field)
#define task_lock(task) spin_lock(task, alloc_lock)
#define task_unlock(task) spin_unlock(task, alloc_lock)
#define read_lock_tasklist() read_lock_tasklist_in(current, function_name)

/* ---- waits and wake-ups ---- */
#define queue_name_waitq "waitq"
#define queue_name_ghostq "ghostq"
#define queue_name_onstack "own queue"
/* The condition is evaluated anew each time the task looks. */
#define wait_event(object, field, condition, killable) ({ \
	struct queue queue_ = { &(object)->field, queue_name_##field, "prepare_to_wait " #field }; \
	int ret_ = 0; \
	if (!(condition)) { \
		do { \
			prepare_to_wait(current, function_name, &queue_); \
			ret_ = wait_on(current, &queue_, (condition) ? 1 : 0, killable); \
		} while (ret_ > 0); \
	} \
	ret_; \
})
#define wait_event_interruptible(object, field, condition) wait_event(object, field, condition, 0)
#define wait_event_killable(object, field, condition) wait_event(object, field, condition, 1)
#define wake_up_all(object, field) ({ touch(object, "wake_up_all " #field); wake_queue(&(object)->field, 0, current); })
#define wake_up_process(task) wake_up_process_in(current, function_name, task)
void complete_one(struct actor *me, unsigned *done, const char *name);
void complete_each(struct actor *me, unsigned *done, const char *name);
int wait_for_done(struct actor *me, const char *function, struct ckpt_ctx *ctx, unsigned *done, const char *name,
		  const char *label, int interruptible);
#define init_completion(object, field) ((object)->field = 0)
#define complete(object, field) ({ touch(object, "complete " #field); complete_one(current, &(object)->field, #field); })
#define complete_all(object, field) ({ touch(object, "complete_all " #field); complete_each(current, &(object)->field, #field); })
#define wait_for_completion(object, field) \
	wait_for_done(current, function_name, object, &(object)->field, #field, "wait_for_completion " #field, 0)
#define wait_for_completion_interruptible(object, field) \
	wait_for_done(current, function_name, object, &(object)->field, #field, "wait_for_completion_interruptible " #field, 1)

/* ---- tasks ---- */
#define task_pid_vnr(task) ((task)->pid)
#define find_task_by_pid_ns(pid) find_task_by_pid(pid)
/* A dead task has no namespace. */
#define task_nsproxy(task) ({ if (!(task)) oops(current, NULL_DEREFERENCE); !exit_state(task); })
/* ->restart_count of a group is kept with its leader. */
#define task_signal(task) actor_of((task)->leader)
int task_ptrace(struct actor *task);
int exit_state(struct actor *task);
int walk_task_subtree_in(struct actor *current, const char *function, struct actor *root, walk *func, struct ckpt_ctx *ctx);
void walk_all_tasks_in(struct actor *current, const char *function, walk *func, struct ckpt_ctx *ctx);
#define walk_task_subtree(root, func, data) walk_task_subtree_in(current, function_name, root, func, data)
#define walk_all_tasks(func, data) walk_all_tasks_in(current, function_name, func, data)
/* task->children, and the next of them. */
struct actor *first_child(struct actor *task);
struct actor *next_child(struct actor *child);
#define force_sigkill(task) force_sigkill_in(current, function_name, task)
#define cgroup_freezer_make_frozen(root) cgroup_freezer_make_frozen_in(current, function_name, (root) == current)
#define WAS_ZOMBIE AS_ZOMBIE
/* It calls exit_hook() by itself. */
#define do_exit(how, hook) do_exit(current, (how) ? (how) : BY_ITSELF)

/* ---- the image: objects with one cursor ---- */
int next_object(struct actor *current, struct ckpt_ctx *ctx);
#define _ckpt_kread(object, field) ({ touch(object, "_ckpt_kread " #field); next_object(current, object); })
#define object_of(h) (arena->plan.objects[h])
#define object_type(h) (object_of(h).kind)
#define saved_nr_tasks() (arena->plan.nr_saved)
#define sizeof_pids_arr(nr) ((int)((unsigned)SIZEOF_CKPT_PIDS * (unsigned)(nr)))
#define size_wraps(nr) (sizeof_pids_arr(nr) != (long)SIZEOF_CKPT_PIDS * (nr))
#define is_pids_buffer(h, size) (object_of(h).kind == CKPT_HDR_BUFFER && arena->plan.pids_bytes == (size))
#define has_duplicate_pids() (arena->plan.names_twice)
bool is_named(int pid);
int pids_arr_vpid_of(struct actor *current, const struct ckpt_ctx *ctx, int index);
#define pids_arr_vpid(ctx, index) pids_arr_vpid_of(current, ctx, index)
void print_pids(struct actor *current, const char *function, const struct ckpt_ctx *ctx);
#define print_pids_arr(ctx) print_pids(current, function_name, ctx)
#define load_record(h) (current->record = object_of(h).record)
#define is_saved_zombie(h) (arena->plan.zombie[object_of(h).record])
#define syscall_get_return_value(task) ((task)->record < 0 ? -ENOSYS : arena->plan.retval[(task)->record])
#define is_not_permitted() (!arena->plan.capable && number_of(current) == 0)
#define is_bad_file() (arena->plan.bad_fd || arena->plan.bad_logfd)
#define new_ctx() (arena->main_ctx->life = 1, arena->main_ctx)
#define kfree_ctx(ctx) ((ctx)->life = 2)
/* With TASKSELF the caller is the tree's root; otherwise it is the first task behind the coordinator. */
#define tree_root() actor_of(actor_of(0)->arg_flags & RESTART_TASKSELF ? 0 : 1)

/* ---- trace points, and points ---- */
#define at(point) at(current, point)
#define IS_MAIN(ctx) ((ctx) == arena->main_ctx)
#define trace_visit(task) note(current, E_VISIT, number_of(task), 0)
#define trace_mark(task, ctx) ({ (task)->flags |= MARKED; if (IS_MAIN(ctx)) note(current, E_MARK, number_of(task), 0); })
#define trace_unmark(task) note(task, E_UNMARK, 0, 0)
#define trace_get(ctx) ({ if (IS_MAIN(ctx)) note(current, E_GET, (ctx)->refcount, 0); })
#define trace_put(ctx) ({ if (IS_MAIN(ctx)) note(current, E_PUT, (ctx)->refcount, 0); })
#define trace_free(ctx) ({ if (IS_MAIN(ctx)) note(current, E_FREE, 0, 0); })
#define trace_total(ctx) note(current, E_TOTAL, (ctx)->nr_total, 0)
#define trace_done(ctx) note(current, E_DONE, (ctx)->nr_total, 0)
#define trace_activate(ctx) note(current, E_ACTIVATE, (ctx)->active_pid, \
	(ctx)->active_pid < (ctx)->nr_pids ? arena->plan.pids[(ctx)->active_pid] : 0)
#define trace_error(ctx, err, late) note(current, E_ERROR, err, !(late))
#define trace_success() note(current, E_SUCCESS, 0, 0)
#define trace_log(ctx, err) note(current, E_LOG, err, 0)
#define trace_restore_begin() note(current, E_RESTORE_BEGIN, 0, 0)
#define trace_restore_end(h) note(current, E_RESTORE_END, (h) < 0 ? (h) : object_of(h).record, 0)
#define trace_threads_passed() note(current, E_THREADS_PASSED, 0, 0)

/* ---- the status list of the debug build ---- */
#define status_entry(task) ((task)->status ? (task) : NULL)
#define add_status(flags) change_status_of(current, current, current->status, flags)
#define change_status(s, clear, set) change_status_of(current, s, clear, set)
void change_status_of(struct actor *current, struct actor *s, unsigned clear, unsigned set);
#define trace_status_list() print_status_list(current)
void print_status_list(struct actor *current);

#endif
