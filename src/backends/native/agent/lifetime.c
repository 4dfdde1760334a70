/* The restart's part of exit and fork: exit_checkpoint(), and what a child inherits. */
#include "restart.h"

void exit_checkpoint(struct actor *tsk)
{
	struct ctx *ctx;

	if (REPAIRED(DEAD_LET_GO))
		task_lock(tsk, tsk);
	ctx = load_checkpoint_ctx(tsk, tsk);
	if (REPAIRED(DEAD_LET_GO)) {
		store_checkpoint_ctx(tsk, tsk, NULL);
		task_unlock(tsk);
	}
	if (tsk->flags & PF_RESTARTING) {
		if (!REPAIRED(GHOSTS_MAY_FAIL) && READ(tsk, ctx, active_pid) == -1)
			oops(tsk, BUG);
		if (!SERIES)
			restore_activate_next(tsk, ctx);
		else if (!REPAIRED(GHOSTS_MAY_FAIL) || !ckpt_test_error(tsk, ctx))
			restore_task_done(tsk, ctx);
	} else if (REPAIRED(DEAD_ARE_MISSED)) {
		ckpt_err(tsk, ctx, -ESRCH);
	}
	ckpt_ctx_put(tsk, ctx);
}

/* A child of a task that is restarting is so too, with a reference of its own. */
static void inherit_checkpoint_ctx(struct actor *me, struct actor *child)
{
	struct ctx *ctx;

	if (!load_checkpoint_ctx(me, me))
		return;
	ctx = load_checkpoint_ctx(me, me);
	ckpt_ctx_get(me, ctx);
	child->checkpoint_ctx = ctx;
	child->flags |= MARKED;
	if (ctx == arena->main_ctx)
		note(me, E_MARK, number_of(child), 0);
	if (REPAIRED(CHECKED_SUM)) {
		touch_ctx(me, __func__, ctx, "atomic_add nr_total");
		ctx->nr_total++;
	}
}

void inherit_early(struct actor *me, struct actor *child)
{
	if (!REPAIRED(FORK_PUTS_BACK))
		inherit_checkpoint_ctx(me, child);
}

void inherit_late(struct actor *me, struct actor *child)
{
	if (REPAIRED(FORK_PUTS_BACK))
		inherit_checkpoint_ctx(me, child);
}
