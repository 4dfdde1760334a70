/* checkpoint/sys.c and include/linux/checkpoint.h: the context, its references, its error, the log and the image. */
#include "restart.h"

const char *const repair_names[NR_REPAIRS] = {
	"turnIsAwaited", "syncIsAwaited", "oneDecision", "deadAreMissed", "deadLetGo", "killAllMarked", "ghostsMayFail",
	"forkPutsBack", "foreignersAreRefused", "pidsAreDistinct", "debugWithoutMemory", "checkedSum",
};

static void live_ctx(struct actor *me, const struct ctx *ctx)
{
	if (ctx->life == 2)
		oops(me, USE_AFTER_FREE, point_names[me->point]);
}

void touch_ctx(struct actor *me, struct ctx *ctx, const char *field)
{
	touch(me, ctx, field);
	live_ctx(me, ctx);
}

struct ctx *checkpoint_ctx_of(struct actor *me, struct actor *task)
{
	touch(me, task, "checkpoint_ctx");
	return task->checkpoint_ctx;
}

/* ---- completions and the context's wait queues ---- */

void complete(struct actor *me, struct ctx *ctx, int *completion, const char *what)
{
	touch_ctx(me, ctx, what);
	++*completion;
	note_text(me, E_COMPLETE, 0, what);
	wake_queue(completion, 1, me);
}

static void complete_all(struct actor *me, struct ctx *ctx, int *completion, const char *what)
{
	touch_ctx(me, ctx, what);
	*completion += COMPLETE_ALL;
	note_text(me, E_COMPLETE, 0, what);
	wake_queue(completion, 0, me);
}

void wake_up_all(struct actor *me, struct ctx *ctx, int *queue, const char *what)
{
	touch_ctx(me, ctx, what);
	wake_queue(queue, 0, me);
}

/* Nothing but the completion ends it. */
static void wait_for_completion(struct actor *me, struct ctx *ctx, int *completion, const char *what)
{
	for (;;) {
		touch_ctx(me, ctx, what);
		if (*completion > 0) {
			--*completion;
			return;
		}
		me->state = DEEPLY;
		me->waiting_on = completion;
		note_text(me, E_SLEEP, 0, what);
		sleep_while(me, DEEPLY);
	}
}

int wait_for_completion_interruptible(struct actor *me, struct ctx *ctx, int *completion, const char *what)
{
	for (;;) {
		touch_ctx(me, ctx, what);
		if (*completion > 0) {
			--*completion;
			return 0;
		}
		if (signal_pending(me)) {
			note_text(me, E_INTERRUPTED, 0, what);
			return -ERESTARTSYS;
		}
		me->state = SLEEPING;
		me->waiting_on = completion;
		note_text(me, E_SLEEP, 0, what);
		sleep_while(me, SLEEPING);
	}
}

/* ---- references ---- */

static void ckpt_ctx_free(struct actor *me, struct ctx *ctx)
{
	if (READ(me, ctx, refcount) != 0)
		oops(me, BUG, "ckptCtxFree");
	if (ctx->kflags & CKPT_CTX_RESTART)
		restore_debug_free(me, ctx);
	ctx->life = 2;
	note(me, E_FREE, 0, 0);
}

long ckpt_ctx_alloc(struct actor *me, unsigned uflags, struct ctx **made)
{
	struct ctx *ctx = arena->main_ctx;

	if (!kmalloc_works(me))
		return -ENOMEM;
	ctx->life = 1;
	ctx->kflags = CKPT_CTX_RESTART;
	ctx->uflags = uflags;
	ctx->owner = me;
	if (arena->plan.bad_fd || arena->plan.bad_logfd) {
		ckpt_ctx_free(me, ctx);
		return -EBADF;
	}
	touch_ctx(me, ctx, "refcount");
	note(me, E_GET, ++ctx->refcount, 0);
	*made = ctx;
	return 0;
}

void ckpt_ctx_get(struct actor *me, struct ctx *ctx)
{
	if (!ctx)
		return;
	touch_ctx(me, ctx, "refcount");
	++ctx->refcount;
	if (ctx == arena->main_ctx)
		note(me, E_GET, ctx->refcount, 0);
}

void ckpt_ctx_put(struct actor *me, struct ctx *ctx)
{
	int last;

	if (!ctx)
		return;
	touch_ctx(me, ctx, "refcount");
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
	wait_for_completion(me, ctx, &ctx->errno_sync, "errno_sync");
	return READ(me, ctx, error);
}

static void restore_notify_error(struct actor *me, struct ctx *ctx)
{
	complete(me, ctx, &ctx->complete, "complete");
	wake_up_all(me, ctx, &ctx->waitq, "waitq");
	if (SERIES)
		wake_up_all(me, ctx, &ctx->ghostq, "ghostq");
}

/* Sets the flag; whether one of `exclusive` was set before. */
static int test_and_set(struct actor *me, struct ctx *ctx, unsigned flag, unsigned exclusive)
{
	touch_ctx(me, ctx, "kflags");
	if (ctx->kflags & exclusive)
		return 1;
	ctx->kflags |= flag;
	return 0;
}

int decide(struct actor *me, struct ctx *ctx, unsigned flag)
{
	return test_and_set(me, ctx, flag, CKPT_CTX_SUCCESS | CKPT_CTX_ERROR);
}

static void ckpt_set_error(struct actor *me, struct ctx *ctx, long error)
{
	int late = REPAIRED(ONE_DECISION) ? decide(me, ctx, CKPT_CTX_ERROR)
					  : test_and_set(me, ctx, CKPT_CTX_ERROR, CKPT_CTX_ERROR);

	note(me, E_ERROR, error, !late);
	if (late)
		return;
	WRITE(me, ctx, error, error);
	complete_all(me, ctx, &ctx->errno_sync, "errno_sync");
	if (READ(me, ctx, kflags) & CKPT_CTX_RESTART)
		restore_notify_error(me, ctx);
}

void ckpt_set_success(struct actor *me, struct ctx *ctx)
{
	touch_ctx(me, ctx, "kflags");
	ctx->kflags |= CKPT_CTX_SUCCESS;
	note(me, E_SUCCESS, 0, 0);
	complete_all(me, ctx, &ctx->errno_sync, "errno_sync");
}

void ckpt_err(struct actor *me, struct ctx *ctx, long error)
{
	lock(me, &ctx->msg_mutex, "msg_mutex");
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
	touch_ctx(me, ctx, "file_pos");
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
