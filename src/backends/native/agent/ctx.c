/* checkpoint/sys.c and include/linux/checkpoint.h: the context, its references, its error, the log and the image. */
#include "restart.h"

void touch_ctx(struct actor *me, const char *function, struct ctx *ctx, const char *what)
{
	touch_in(me, function, what);
	if (ctx->life == 2)
		oops(me, USE_AFTER_FREE);
}

struct ctx *load_checkpoint_ctx_in(struct actor *me, const char *function, struct actor *task)
{
	touch_in(me, function, "load checkpoint_ctx");
	return task->checkpoint_ctx;
}

void store_checkpoint_ctx_in(struct actor *me, const char *function, struct actor *task, struct ctx *ctx)
{
	touch_in(me, function, "store checkpoint_ctx");
	task->checkpoint_ctx = ctx;
}

/* ---- completions and the context's wait queues ---- */

void complete_in(struct actor *me, const char *function, struct ctx *ctx)
{
	touch_ctx(me, function, ctx, "complete complete");
	if (ctx->complete != COMPLETE_ALL)
		++ctx->complete;
	note(me, E_COMPLETE, TEXT("complete"), 0);
	wake_queue(&ctx->complete, 1, me);
}

static void complete_all_errno_sync(struct actor *me, const char *function, struct ctx *ctx)
{
	touch_ctx(me, function, ctx, "complete_all errno_sync");
	ctx->errno_sync = COMPLETE_ALL;
	note(me, E_COMPLETE, TEXT("errno_sync"), 0);
	wake_queue(&ctx->errno_sync, 0, me);
}

void wake_up_all_in(struct actor *me, const char *function, struct ctx *ctx, int *queue, const char *label)
{
	touch_ctx(me, function, ctx, label);
	wake_queue(queue, 0, me);
}

/* Nothing but the completion ends it. */
static void wait_for_errno_sync(struct actor *me, const char *function, struct ctx *ctx)
{
	for (;;) {
		touch_ctx(me, function, ctx, "wait_for_completion errno_sync");
		if (ctx->errno_sync) {
			if (ctx->errno_sync != COMPLETE_ALL)
				--ctx->errno_sync;
			return;
		}
		me->state = DEEPLY;
		me->waiting_on = &ctx->errno_sync;
		note(me, E_SLEEP, TEXT("errno_sync"), 0);
		sleep_while(me, DEEPLY);
	}
}

int wait_for_completion_interruptible_in(struct actor *me, const char *function, struct ctx *ctx)
{
	for (;;) {
		touch_ctx(me, function, ctx, "wait_for_completion_interruptible complete");
		if (ctx->complete) {
			if (ctx->complete != COMPLETE_ALL)
				--ctx->complete;
			return 0;
		}
		if (signal_pending(me)) {
			note(me, E_INTERRUPTED, TEXT("complete"), 0);
			return -ERESTARTSYS;
		}
		me->state = SLEEPING;
		me->waiting_on = &ctx->complete;
		note(me, E_SLEEP, TEXT("complete"), 0);
		sleep_while(me, SLEEPING);
	}
}

/* ---- references ---- */

static void ckpt_ctx_free(struct actor *me, struct ctx *ctx)
{
	if (READ(me, ctx, refcount) != 0)
		oops(me, BUG);
	if (ctx->kflags & CKPT_CTX_RESTART)
		restore_debug_free(me, ctx);
	ctx->life = 2;
	if (ctx == arena->main_ctx)
		note(me, E_FREE, 0, 0);
}

long ckpt_ctx_alloc(struct actor *me, unsigned uflags, struct ctx **made)
{
	struct ctx *ctx = arena->main_ctx;

	if (!kmalloc_works(me, sizeof(*ctx)))
		return -ENOMEM;
	ctx->life = 1;
	ctx->kflags = CKPT_CTX_RESTART;
	ctx->uflags = uflags;
	ctx->owner = me;
	if (arena->plan.bad_fd || arena->plan.bad_logfd) {
		ckpt_ctx_free(me, ctx);
		return -EBADF;
	}
	touch_ctx(me, __func__, ctx, "atomic_inc refcount");
	note(me, E_GET, ++ctx->refcount, 0);
	*made = ctx;
	return 0;
}

void ckpt_ctx_get(struct actor *me, struct ctx *ctx)
{
	if (!ctx)
		return;
	touch_ctx(me, __func__, ctx, "atomic_inc refcount");
	++ctx->refcount;
	if (ctx == arena->main_ctx)
		note(me, E_GET, ctx->refcount, 0);
}

void ckpt_ctx_put(struct actor *me, struct ctx *ctx)
{
	int last;

	if (!ctx)
		return;
	touch_ctx(me, __func__, ctx, "atomic_dec_and_test refcount");
	last = --ctx->refcount == 0;
	if (ctx == arena->main_ctx)
		note(me, E_PUT, ctx->refcount, 0);
	if (last)
		ckpt_ctx_free(me, ctx);
}

/* ---- the error, and the decision ---- */

int ckpt_test_error(struct actor *me, struct ctx *ctx)
{
	return (READ(me, ctx, kflags) & CKPT_CTX_ERROR) != 0;
}

int ckpt_test_complete(struct actor *me, struct ctx *ctx)
{
	return (READ(me, ctx, kflags) & (CKPT_CTX_SUCCESS | CKPT_CTX_ERROR)) != 0;
}

long ckpt_get_error(struct actor *me, struct ctx *ctx)
{
	wait_for_errno_sync(me, __func__, ctx);
	touch_ctx(me, __func__, ctx, "load errno");
	return ctx->error;
}

static void restore_notify_error(struct actor *me, struct ctx *ctx)
{
	complete(me, ctx);
	wake_up_all(me, ctx, waitq);
	if (SERIES)
		wake_up_all(me, ctx, ghostq);
}

int decide(struct actor *me, struct ctx *ctx, unsigned flag)
{
	touch_ctx(me, __func__, ctx, "atomic_cmpxchg kflags");
	if (ctx->kflags & (CKPT_CTX_SUCCESS | CKPT_CTX_ERROR))
		return 1;
	ctx->kflags |= flag;
	if (flag == CKPT_CTX_SUCCESS)
		note(me, E_SUCCESS, 0, 0);
	return 0;
}

static void ckpt_set_error(struct actor *me, struct ctx *ctx, long error)
{
	int late;

	if (REPAIRED(SUCCESS_EXCLUDES_ERROR)) {
		late = decide(me, ctx, CKPT_CTX_ERROR);
	} else {
		touch_ctx(me, __func__, ctx, "test_and_set_bit kflags");
		late = (ctx->kflags & CKPT_CTX_ERROR) != 0;
		ctx->kflags |= CKPT_CTX_ERROR;
	}
	note(me, E_ERROR, error, !late);
	if (late)
		return;
	touch_ctx(me, __func__, ctx, "store errno");
	ctx->error = error;
	complete_all_errno_sync(me, __func__, ctx);
	if (READ(me, ctx, kflags) & CKPT_CTX_RESTART)
		restore_notify_error(me, ctx);
}

void ckpt_set_success(struct actor *me, struct ctx *ctx)
{
	touch_ctx(me, __func__, ctx, "test_and_set_bit kflags");
	if (!(ctx->kflags & CKPT_CTX_SUCCESS))
		note(me, E_SUCCESS, 0, 0);
	ctx->kflags |= CKPT_CTX_SUCCESS;
	complete_all_errno_sync(me, __func__, ctx);
}

void ckpt_err(struct actor *me, struct ctx *ctx, long error)
{
	mutex_lock(me, &ctx->msg_mutex, "msg_mutex");
	if (error)
		ckpt_set_error(me, ctx, error);
	note(me, E_LOG, error, 0);
	unlock(&ctx->msg_mutex);
}

/* ---- the image ---- */

static long next_object(struct actor *me, struct ctx *ctx)
{
	int refused = failure(me, FAIL_READ);
	const struct object *object;

	if (refused)
		return -refused;
	if (ctx->file_pos >= arena->plan.nr_objects)
		return -EINVAL;
	object = &arena->plan.objects[ctx->file_pos++];
	return object->error < 0 ? object->error : object - arena->plan.objects;
}

long ckpt_kread(struct actor *me, struct ctx *ctx)
{
	if (ckpt_test_error(me, ctx))
		return ckpt_get_error(me, ctx);
	touch_ctx(me, __func__, ctx, "_ckpt_kread file");
	return next_object(me, ctx);
}

long ckpt_read_obj_type(struct actor *me, struct ctx *ctx, int kind)
{
	long h = ckpt_kread(me, ctx);

	if (h >= 0 && arena->plan.objects[h].kind != kind)
		h = -EINVAL;
	if (h < 0)
		ckpt_err(me, ctx, h);
	return h;
}
