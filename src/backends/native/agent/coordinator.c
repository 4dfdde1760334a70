/* checkpoint/restart.c: the part of the coordinator. */
#include "restart.h"

static long restore_read_tree(struct actor *me, struct ctx *ctx)
{
	const struct plan *plan = &arena->plan;
	long h = ckpt_read_obj_type(me, ctx, OBJ_TREE);
	int size;

	if (h < 0)
		return h;
	if (plan->nr_saved <= 0)
		return -EINVAL;
	if (!REPAIRED(KEEP_NR_PIDS_ONCE_READ))
		ctx->nr_pids = plan->nr_saved;
	/* overflow? */
	size = (int)((unsigned)SIZEOF_CKPT_PIDS * (unsigned)plan->nr_saved);
	if (size <= 0 || (REPAIRED(KEEP_NR_PIDS_ONCE_READ) && size != (long)SIZEOF_CKPT_PIDS * plan->nr_saved))
		return -EINVAL;
	if (!kmalloc_works(me, (size_t)size))
		return -ENOMEM;
	ctx->pids_arr = size;
	h = ckpt_kread(me, ctx);
	if (h < 0)
		return h;
	if (plan->objects[h].kind != OBJ_PIDS || plan->pids_bytes != size)
		return -EINVAL;
	ctx->pids_read = size;
	if (REPAIRED(REFUSE_DUPLICATE_PIDS) && plan->names_twice)
		return -EINVAL;
	ctx->nr_pids = plan->nr_saved;
	return 0;
}

static struct actor *choose_root_task(struct actor *me, struct ctx *ctx, int pid)
{
	if (ctx->uflags & RESTART_TASKSELF)
		return ctx->root_task = me;
	read_lock_tasklist(me);
	ctx->root_task = find_child(me, pid);
	read_unlock_tasklist();
	return ctx->root_task;
}

static long init_restart_ctx(struct actor *me, struct ctx *ctx, int pid)
{
	struct actor *root = choose_root_task(me, ctx, pid);
	struct kernel_view view;

	/* a dead root has no namespace */
	if (!root || view_of(root, &view) < 0 || view.state == 'Z' || view.state == 'X')
		return -ESRCH;
	ctx->active_pid = -1;
	return 0;
}

/* Up to the point where it is committed. */
static long claim_restart(struct actor *me, struct ctx *ctx, int pid)
{
	long ret = restore_debug_task(me, ctx, DBG_COORD);

	if (ret < 0)
		return ret;
	restore_debug_running(me, ctx);
	at(me, POINT_HEADER);
	ret = ckpt_read_obj_type(me, ctx, OBJ_HEADER);
	if (ret < 0)
		return ret;
	ret = ckpt_read_obj_type(me, ctx, OBJ_CONTAINER);
	if (ret < 0)
		return ret;
	at(me, POINT_TREE);
	ret = restore_read_tree(me, ctx);
	if (ret < 0)
		return ret;
	if ((ctx->uflags & RESTART_TASKSELF) && ctx->nr_pids != 1)
		return -EINVAL;
	at(me, POINT_ROOT);
	ret = init_restart_ctx(me, ctx, pid);
	if (ret < 0)
		return ret;
	/* an ancestor that prepares its descendants will fail on us, and not go deeper */
	at(me, POINT_CLAIM);
	return set_task_ctx(me, me, ctx) ? -EBUSY : 0;
}

static long __prepare_descendants(struct actor *me, struct actor *task, struct ctx *ctx)
{
	struct kernel_view view;

	note(me, E_VISIT, number_of(task), 0);
	if (!ptrace_may_access(task))
		return -EPERM;
	if (view_of(task, &view) < 0)
		return 0;
	if (view.tracer)
		return -EBUSY;
	if (view.state == 'Z' || view.state == 'X')
		return 0;
	if (set_task_ctx(me, task, ctx))
		return -EBUSY;
	wake_up_process(me, task);
	return 1;
}

struct counted {
	struct ctx *ctx;
	long nr;
};

static int prepare_one(struct actor *me, struct actor *task, void *of)
{
	struct counted *counted = of;
	long ret = __prepare_descendants(me, task, counted->ctx);

	if (ret < 0) {
		counted->nr = ret;
		return 0;
	}
	counted->nr += ret;
	return 1;
}

static long prepare_descendants(struct actor *me, struct ctx *ctx)
{
	struct counted counted = { ctx, 0 };

	read_lock_tasklist(me);
	walk_task_subtree(me, ctx->root_task, prepare_one, &counted);
	read_unlock_tasklist();
	if (counted.nr < 0)
		return counted.nr;
	/* fail unless number of processes matches; ghosts may be there besides (series) */
	if (SERIES ? counted.nr < ctx->nr_pids : counted.nr != ctx->nr_pids)
		return -ESRCH;
	touch_ctx(me, __func__, ctx, REPAIRED(COUNT_FORKED_CHILDREN) ? "atomic_add nr_total" : "store nr_total");
	ctx->nr_total = (int)counted.nr + (REPAIRED(COUNT_FORKED_CHILDREN) ? ctx->nr_total : 0);
	note(me, E_TOTAL, ctx->nr_total, 0);
	return counted.nr;
}

static long wait_all_tasks_finish(struct actor *me, struct ctx *ctx)
{
	long ret;

	at(me, POINT_ACTIVATE);
	if (READ(me, ctx, active_pid) != -1)
		oops(me, BUG);
	ret = restore_activate_next(me, ctx);
	if (ret < 0)
		return ret;
	at(me, POINT_WAIT);
	return wait_for_completion_interruptible(me, ctx);
}

static int __destroy_descendants(struct actor *me, struct actor *task, void *ctx)
{
	if (load_checkpoint_ctx(me, task) == ctx)
		force_sigkill(me, task);
	return 1;
}

/* A task that was reparented to init is outside the subtree. */
static void destroy_descendants(struct actor *me, struct ctx *ctx)
{
	read_lock_tasklist(me);
	if (REPAIRED(KILL_BY_CONTEXT)) {
		for (int i = 0; i < arena->plan.nr_actors; i++)
			if (actor_of(i) != me)
				__destroy_descendants(me, actor_of(i), ctx);
	} else {
		walk_task_subtree(me, ctx->root_task, __destroy_descendants, ctx);
	}
	read_unlock_tasklist();
}

/* do_restore_coord(), from the claim to its label `out`. */
static long conduct_restart(struct actor *me, struct ctx *ctx)
{
	int self = (ctx->uflags & RESTART_TASKSELF) != 0;
	long ret;

	if (self) {
		ret = restore_task(me, ctx);
		if (ret < 0)
			return ret;
	} else {
		at(me, POINT_PREPARE);
		ret = prepare_descendants(me, ctx);
		if (ret < 0)
			return ret;
		/* wait for all other tasks to complete do_restore_task() */
		ret = wait_all_tasks_finish(me, ctx);
		if (ret < 0)
			return ret;
	}
	at(me, POINT_TAIL);
	ret = ckpt_read_obj_type(me, ctx, OBJ_TAIL);
	if (ret < 0)
		return ret;
	ret = 0;
	if (ctx->uflags & RESTART_FROZEN) {
		at(me, POINT_FREEZE);
		ret = cgroup_freezer_make_frozen_in(me, "do_restore_coord", self);
	}
	return ret;
}

long do_restore_coord(struct actor *me, struct ctx *ctx, int pid)
{
	int failed;
	long ret = claim_restart(me, ctx, pid);

	if (ret < 0) {
		if (REPAIRED(STATUS_LIST_SHOWS_ENDS))
			restore_debug_error(me, ctx, ret);
		return ret;
	}
	ret = conduct_restart(me, ctx);

	at(me, POINT_OUT);
	restore_debug_error(me, ctx, ret);
	if (ret < 0)
		ckpt_err(me, ctx, ret);
	failed = REPAIRED(SUCCESS_EXCLUDES_ERROR) ? decide(me, ctx, CKPT_CTX_SUCCESS) : ckpt_test_error(me, ctx);
	if (failed) {
		destroy_descendants(me, ctx);
		ret = ckpt_get_error(me, ctx);
	} else {
		ckpt_set_success(me, ctx);
		wake_up_all(me, ctx, waitq);
	}
	at(me, POINT_RELEASE);
	clear_task_ctx(me, me);
	return ret;
}
