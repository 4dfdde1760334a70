/* The restart's part of exit and fork: exit_checkpoint(), and what a child inherits. */
#include "restart.h"

void exit_checkpoint(struct actor *tsk)
{
	struct ctx *ctx;

	if (REPAIRED(CLEAR_CONTEXT_ON_EXIT))
		task_lock(tsk, tsk);
	ctx = load_checkpoint_ctx(tsk, tsk);
	if (REPAIRED(CLEAR_CONTEXT_ON_EXIT)) {
		store_checkpoint_ctx(tsk, tsk, NULL);
		task_unlock(tsk);
	}
	if (tsk->flags & PF_RESTARTING) {
		if (!REPAIRED(GHOSTS_NOT_COUNTED_ON_ERROR) && READ(tsk, ctx, active_pid) == -1)
			oops(tsk, BUG);
		if (!SERIES)
			restore_activate_next(tsk, ctx);
		else if (!REPAIRED(GHOSTS_NOT_COUNTED_ON_ERROR) || !ckpt_test_error(tsk, ctx))
			restore_task_done(tsk, ctx);
	} else if (REPAIRED(FAIL_ON_TASK_DEATH)) {
		ckpt_err(tsk, ctx, -ESRCH);
	}
	ckpt_ctx_put(tsk, ctx);
}

/* In copy_process(): a child of a task that is restarting is so too, with a reference of its own. */
static void inherit_checkpoint_ctx(struct actor *me, struct actor *child)
{
	static const char in[] = "copy_process";
	struct ctx *ctx;

	if (!load_checkpoint_ctx_in(me, in, me))
		return;
	ctx = load_checkpoint_ctx_in(me, in, me);
	ckpt_ctx_get(me, ctx);
	child->checkpoint_ctx = ctx;
	child->flags |= MARKED;
	if (ctx == arena->main_ctx)
		note(me, E_MARK, number_of(child), 0);
	if (REPAIRED(COUNT_FORKED_CHILDREN)) {
		touch_ctx(me, in, ctx, "atomic_add nr_total");
		ctx->nr_total++;
	}
}

void inherit_early(struct actor *me, struct actor *child)
{
	if (!REPAIRED(INHERIT_WHEN_FORK_SUCCEEDS))
		inherit_checkpoint_ctx(me, child);
}

void inherit_late(struct actor *me, struct actor *child)
{
	if (REPAIRED(INHERIT_WHEN_FORK_SUCCEEDS))
		inherit_checkpoint_ctx(me, child);
}
