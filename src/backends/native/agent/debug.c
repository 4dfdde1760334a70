/* The status list of the debug build: every task that takes part, and how it ended. An entry is found by pid, so each task has one at most. */
#include "restart.h"

static const char *type_name(unsigned status)
{
	if (status & DBG_COORD)
		return "Coord";
	if (status & DBG_ROOT)
		return "Root";
	return status & DBG_GHOST ? "Ghost" : "Task";
}

/* The first that fits, in the order of the debug build. */
static const char *state_name(unsigned status)
{
	if (status & DBG_WAITING)
		return "Waiting";
	if (status & DBG_RUNNING)
		return "Running";
	if (status & DBG_FAILED)
		return "Failed";
	return status & DBG_SUCCESS ? "Success" : "Exited";
}

int restore_debug_task(struct actor *me, struct ctx *ctx, unsigned type)
{
	if (!arena->plan.debug)
		return 0;
	if (!kmalloc_works(me, 32))
		return -ENOMEM;
	if (ctx->root_task == me)
		type |= DBG_ROOT;
	spin_lock(me, &ctx->list_lock, "lock");
	me->status = DBG_WAITING | type;
	note(me, E_STATUS, TEXT(state_name(me->status)), 0);
	unlock(&ctx->list_lock);
	return 0;
}

/* Whether the caller's entry is in the list: a missing entry is a NULL that is not checked. */
static int restore_debug_getme(struct actor *me, struct ctx *ctx)
{
	if (!arena->plan.debug)
		return 0;
	spin_lock(me, &ctx->list_lock, "lock");
	unlock(&ctx->list_lock);
	if (me->status)
		return 1;
	if (!REPAIRED(DEBUG_CHECKS_NULL))
		oops(me, NULL_DEREFERENCE);
	return 0;
}

static void set_status(struct actor *me, unsigned drop, unsigned set)
{
	me->status = (me->status & ~drop) | set;
	note(me, E_STATUS, TEXT(state_name(me->status)), 0);
}

void restore_debug_error(struct actor *me, struct ctx *ctx, long error)
{
	if (restore_debug_getme(me, ctx))
		set_status(me, DBG_WAITING | DBG_RUNNING, error ? DBG_FAILED : DBG_SUCCESS);
}

void restore_debug_running(struct actor *me, struct ctx *ctx)
{
	if (restore_debug_getme(me, ctx))
		set_status(me, DBG_WAITING, DBG_RUNNING);
}

void restore_debug_exit(struct actor *me, struct ctx *ctx)
{
	if (restore_debug_getme(me, ctx))
		set_status(me, DBG_WAITING | (REPAIRED(STATUS_LIST_SHOWS_ENDS) ? DBG_RUNNING : 0), DBG_EXITED);
}

/* Prints as many pids as the image claims to have, whatever became of the array. */
static void read_all_pids(struct actor *me, const char *function, const struct ctx *ctx)
{
	if (ctx->nr_pids <= 0)
		return;
	if (!ctx->pids_arr)
		oops(me, NULL_DEREFERENCE);
	if (ctx->pids_read < ctx->pids_arr)
		note(me, E_FINDING, TEXT(UNINITIALIZED_READ), TEXT(function));
	if ((long)(ctx->nr_pids - 1) * SIZEOF_CKPT_PIDS + 4 > ctx->pids_arr)
		note(me, E_FINDING, TEXT(OUT_OF_BOUNDS), TEXT(function));
}

void restore_debug_free(struct actor *me, struct ctx *ctx)
{
	if (!arena->plan.debug)
		return;
	(void)READ(me, ctx, nr_total);
	(void)READ(me, ctx, active_pid);
	touch_ctx(me, __func__, ctx, "load errno");
	(void)READ(me, ctx, kflags);
	read_all_pids(me, __func__, ctx);
	note(me, E_STATUS_LIST, 0, 0);
	/* What is printed: the entries as they are now. */
	for (int i = 0; i < arena->plan.nr_actors; i++)
		if (actor_of(i)->status)
			note(actor_of(i), E_STATUS_ENTRY, TEXT(type_name(actor_of(i)->status)), TEXT(state_name(actor_of(i)->status)));
}
