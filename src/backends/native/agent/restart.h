/*
 * restart(2) as the patch has it, on the small kernel of kernel.h. `series` is the patch with what its author posted beside
 * it; the repairs are those of `hardened`, by the names of src/protocol/stacks.ts.
 */
#ifndef MKT_RESTART_H
#define MKT_RESTART_H

#include "kernel.h"

#define RESTART_TASKSELF 1
#define RESTART_FROZEN 2
#define RESTART_GHOST 4

#define CKPT_CTX_RESTART 2u
#define CKPT_CTX_SUCCESS 4u
#define CKPT_CTX_ERROR 8u

/* repairs.h has each with its name. */
enum repair {
#define REPAIR(name, text) name,
#include "repairs.h"
#undef REPAIR
};
#define REPAIRED(which) ((arena->plan.repairs >> (which)) & 1)
#define SERIES (!arena->plan.patch_only)

struct ctx {
	int life;			/* 1 while allocated, 2 once freed */
	int refcount;
	unsigned kflags, uflags;
	long error;
	unsigned errno_sync, complete;	/* completions: ->done */
	struct actor *root_task;
	int nr_pids, nr_total, active_pid;
	int pids_arr, pids_read;	/* bytes of pids_arr, 0 for NULL, and how many of them were read */
	int file_pos;
	int msg_mutex, list_lock;
	int waitq, ghostq;		/* addresses only */
	struct actor *owner;
};

enum object_kind { OBJ_HEADER, OBJ_CONTAINER, OBJ_TREE, OBJ_PIDS, OBJ_TASK, OBJ_THREAD, OBJ_TAIL };

/* struct ckpt_pids: five __s32, aligned to 8 bytes; the pid is the first. */
#define SIZEOF_CKPT_PIDS 24

/* One step: the next access to a field of the context, which must not have been freed. */
void touch_ctx(struct actor *me, const char *function, struct ctx *ctx, const char *what);
#define READ(me, ctx, field) (touch_ctx(me, __func__, ctx, "load " #field), (ctx)->field)
struct ctx *load_checkpoint_ctx_in(struct actor *me, const char *function, struct actor *task);
#define load_checkpoint_ctx(me, task) load_checkpoint_ctx_in(me, __func__, task)
void store_checkpoint_ctx_in(struct actor *me, const char *function, struct actor *task, struct ctx *ctx);
#define store_checkpoint_ctx(me, task, ctx) store_checkpoint_ctx_in(me, __func__, task, ctx)

/* ---- ctx.c: checkpoint/sys.c and include/linux/checkpoint.h ---- */
long ckpt_ctx_alloc(struct actor *me, unsigned uflags, struct ctx **ctx);
void ckpt_ctx_get(struct actor *me, struct ctx *ctx);
void ckpt_ctx_put(struct actor *me, struct ctx *ctx);
int ckpt_test_error(struct actor *me, struct ctx *ctx);
int ckpt_test_complete(struct actor *me, struct ctx *ctx);
long ckpt_get_error(struct actor *me, struct ctx *ctx);
int decide(struct actor *me, struct ctx *ctx, unsigned flag);
void ckpt_set_success(struct actor *me, struct ctx *ctx);
void ckpt_err(struct actor *me, struct ctx *ctx, long error);
/* Number of the next object of the stream (of this kind), or a negative errno. */
long ckpt_kread(struct actor *me, struct ctx *ctx);
long ckpt_read_obj_type(struct actor *me, struct ctx *ctx, int kind);
void complete_in(struct actor *me, const char *function, struct ctx *ctx);
#define complete(me, ctx) complete_in(me, __func__, ctx)
void wake_up_all_in(struct actor *me, const char *function, struct ctx *ctx, int *queue, const char *label);
#define wake_up_all(me, ctx, queue) wake_up_all_in(me, __func__, ctx, &(ctx)->queue, "wake_up_all " #queue)
int wait_for_completion_interruptible_in(struct actor *me, const char *function, struct ctx *ctx);
#define wait_for_completion_interruptible(me, ctx) wait_for_completion_interruptible_in(me, __func__, ctx)

/* ---- debug.c: the status list of the debug build ---- */
enum {
	DBG_ROOT = 1, DBG_GHOST = 2, DBG_COORD = 4, DBG_TASK = 8, DBG_WAITING = 16, DBG_RUNNING = 32, DBG_EXITED = 64,
	DBG_FAILED = 128, DBG_SUCCESS = 256
};
int restore_debug_task(struct actor *me, struct ctx *ctx, unsigned type);
void restore_debug_error(struct actor *me, struct ctx *ctx, long error);
void restore_debug_running(struct actor *me, struct ctx *ctx);
void restore_debug_exit(struct actor *me, struct ctx *ctx);
void restore_debug_free(struct actor *me, struct ctx *ctx);

/* ---- restore.c: what coordinator and tasks share, and the tasks' part ---- */
int set_task_ctx(struct actor *me, struct actor *task, struct ctx *ctx);
void clear_task_ctx(struct actor *me, struct actor *task);
void restore_task_done(struct actor *me, struct ctx *ctx);
long restore_activate_next(struct actor *me, struct ctx *ctx);
long restore_task(struct actor *me, struct ctx *ctx);
long do_restore_task(struct actor *me);
long do_ghost_task(struct actor *me);
void exit_checkpoint(struct actor *tsk);
void inherit_early(struct actor *me, struct actor *child);
void inherit_late(struct actor *me, struct actor *child);

/* ---- coordinator.c ---- */
long do_restore_coord(struct actor *me, struct ctx *ctx, int pid);

/* ---- syscall.c: restart(2) itself ---- */
long sys_restart(struct actor *me, int pid, int flags);
/* ---- engine.c: the restart under test ---- */
long engine_restart(struct actor *me);
#define PLUGIN_MEMORY (1u << 16)
/* Ends the agent with a message when the library is none. */
void plugin_load(const char *path);
int plugin_is_loaded(void);
/* Reports the death of a task to the plug-in. */
void plugin_buries(struct actor *task);

#endif
