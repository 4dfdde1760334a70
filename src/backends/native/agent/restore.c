/* checkpoint/restart.c: what coordinator and tasks share, and the part of a restarting task. */
#include "restart.h"

#define WAITQ(ctx) ((struct queue){ &(ctx)->waitq, "waitq", "prepare_to_wait waitq" })
#define GHOSTQ(ctx) ((struct queue){ &(ctx)->ghostq, "ghostq", "prepare_to_wait ghostq" })
#define OWN_QUEUE(me) ((struct queue){ &(me)->stack_queue, "own queue", "prepare_to_wait onstack" })

/* ---- turns ---- */

static int all_tasks_activated(struct actor *me, struct ctx *ctx)
{
	return READ(me, ctx, active_pid) == ctx->nr_pids;
}

/* pids_arr[active_pid], 0 before the first. It does not look where the array ends. */
static int get_active_pid(struct actor *me, struct ctx *ctx)
{
	int active = READ(me, ctx, active_pid);

	if (active >= ctx->nr_pids && REPAIRED(REFUSE_UNNAMED_TASKS))
		return 0;
	if ((long)active * SIZEOF_CKPT_PIDS >= ctx->pids_arr) {
		/* a defect to be reported, which yields 0 */
		note(me, E_FINDING, TEXT(OUT_OF_BOUNDS), TEXT(me->function));
		return 0;
	}
	return active >= 0 ? arena->plan.pids[active] : 0;
}

static void activated(struct actor *me, const struct ctx *ctx, int active)
{
	note(me, E_ACTIVATE, active, active < ctx->nr_pids ? arena->plan.pids[active] : 0);
}

long restore_activate_next(struct actor *me, struct ctx *ctx)
{
	struct actor *task = NULL;

	if (REPAIRED(LOOK_UP_NEXT_BEFORE_ACTIVATION)) {
		/*
		 * The next task is looked up before it is its turn: from then on it may run, be done, and activate the one after it,
		 * and nothing that is read after belongs to this turn any more.
		 */
		int next = READ(me, ctx, active_pid) + 1;

		if (next > ctx->nr_pids)
			oops(me, BUG);
		if (next < ctx->nr_pids) {
			task = find_task_by_pid(arena->plan.pids[next]);
			if (!task || load_checkpoint_ctx(me, task) != ctx) {
				ckpt_err(me, ctx, -ESRCH);
				return -ESRCH;
			}
		}
		touch_ctx(me, __func__, ctx, "store active_pid");
		ctx->active_pid = next;
		activated(me, ctx, next);
		if (task)
			wake_up_process(me, task);
		else
			wake_up_all(me, ctx, ghostq);
		return 0;
	}

	touch_ctx(me, __func__, ctx, "increment active_pid");
	++ctx->active_pid;
	activated(me, ctx, ctx->active_pid);
	if (READ(me, ctx, active_pid) > ctx->nr_pids)
		oops(me, BUG);

	if (!all_tasks_activated(me, ctx)) {
		/* wake up next task in line; it must have same restart context */
		task = find_task_by_pid(get_active_pid(me, ctx));
		if (task && load_checkpoint_ctx(me, task) == ctx) {
			wake_up_process(me, task);
		} else {
			ckpt_err(me, ctx, -ESRCH);
			return -ESRCH;
		}
	} else if (SERIES) {
		wake_up_all(me, ctx, ghostq);
	}
	return 0;
}

void restore_task_done(struct actor *me, struct ctx *ctx)
{
	int left;

	touch_ctx(me, __func__, ctx, "atomic_dec_and_test nr_total");
	left = --ctx->nr_total;
	note(me, E_DONE, left, 0);
	if (left == 0)
		complete(me, ctx);
	if (READ(me, ctx, nr_total) < 0)
		oops(me, BUG);
}

/* ---- checkpoint_ctx ---- */

static struct ctx *get_task_ctx(struct actor *me, struct actor *task)
{
	struct ctx *ctx;

	task_lock(me, task);
	ctx = load_checkpoint_ctx(me, task);
	ckpt_ctx_get(me, ctx);
	task_unlock(task);
	return ctx;
}

int set_task_ctx(struct actor *me, struct actor *task, struct ctx *ctx)
{
	int ret = 1;

	task_lock(me, task);
	if (!load_checkpoint_ctx(me, task)) {
		ckpt_ctx_get(me, ctx);
		store_checkpoint_ctx(me, task, ctx);
		task->flags |= MARKED;
		note(me, E_MARK, number_of(task), 0);
		ret = 0;
	}
	task_unlock(task);
	return ret;
}

void clear_task_ctx(struct actor *me, struct actor *task)
{
	struct ctx *old;

	task_lock(me, task);
	old = load_checkpoint_ctx(me, task);
	store_checkpoint_ctx(me, task, NULL);
	note(task, E_UNMARK, 0, 0);
	task_unlock(task);
	ckpt_ctx_put(me, old);
}

/* ---- sync points ---- */

static int has_checkpoint_ctx(struct actor *me, void *of)
{
	(void)of;
	return load_checkpoint_ctx_in(me, "wait_checkpoint_ctx", me) != NULL;
}

static long wait_checkpoint_ctx(struct actor *me, struct ctx **ctx)
{
	int ret;

	at(me, POINT_SYNC_1);
	ret = wait_event(me, OWN_QUEUE(me), has_checkpoint_ctx, NULL, REPAIRED(WAIT_FOR_CONTEXT_KILLABLE));
	if (ret < 0)
		return ret;
	*ctx = get_task_ctx(me, me);
	return *ctx ? 0 : -EAGAIN;
}

static int group_has_arrived(struct actor *me, void *leader)
{
	touch_in(me, "wait_sync_threads", "load restart_count");
	return ((struct actor *)leader)->restart_count == 0;
}

static int count_other_threads(struct actor *me)
{
	int nr = 0;

	for (struct actor *p = next_thread(me); p != me; p = next_thread(p))
		nr += !REPAIRED(COUNT_LIVING_THREADS) || !(p->flags & EXIT_STATE);
	return nr;
}

static int wait_sync_threads(struct actor *me)
{
	struct actor *leader = actor_of(me->leader);
	int nr;

	if (thread_group_empty(me))
		return 0;
	at(me, POINT_THREADS);
	touch(me, "load restart_count");
	if (leader->restart_count == 0) {
		read_lock_tasklist(me);
		nr = count_other_threads(me);
		read_unlock_tasklist();
		/* several may get here, one sets it */
		touch(me, "atomic_cmpxchg restart_count");
		if (leader->restart_count == 0)
			leader->restart_count = nr + 1;
	}
	touch(me, "atomic_dec_and_test restart_count");
	if (--leader->restart_count == 0) {
		read_lock_tasklist(me);
		for (struct actor *p = next_thread(me); p != me; p = next_thread(p))
			wake_up_process(me, p);
		read_unlock_tasklist();
		return 0;
	}
	return wait_event(me, OWN_QUEUE(me), group_has_arrived, leader, 0);
}

static int active_or_error(struct actor *me, void *ctx)
{
	return get_active_pid(me, ctx) == me->pid || ckpt_test_error(me, ctx);
}

static int is_named(int pid)
{
	for (int i = 0; i < arena->plan.nr_pids; i++)
		if (arena->plan.pids[i] == pid)
			return 1;
	return 0;
}

/* The result of the wait is dropped. */
static long wait_task_active(struct actor *me, struct ctx *ctx)
{
	int ret;

	if (REPAIRED(REFUSE_UNNAMED_TASKS) && !is_named(me->pid))
		return -ESRCH;
	ret = wait_event(me, WAITQ(ctx), active_or_error, ctx, 0);
	if (ckpt_test_error(me, ctx))
		return ckpt_get_error(me, ctx);
	if (REPAIRED(FAIL_ON_INTERRUPTED_TURN) && ret < 0)
		return ret;
	return 0;
}

static int is_complete(struct actor *me, void *ctx)
{
	return ckpt_test_complete(me, ctx);
}

/* So is this one. */
static long wait_task_sync(struct actor *me, struct ctx *ctx)
{
	int killable = REPAIRED(WAIT_FOR_SYNC_KILLABLE);
	int ret = wait_event(me, WAITQ(ctx), is_complete, ctx, killable);

	if (killable && ret < 0)
		return ret;
	if (ckpt_test_error(me, ctx))
		return ckpt_get_error(me, ctx);
	return 0;
}

/* ---- the restore itself ---- */

/* Reads the next record of the stream, whichever task it belongs to. 1 for a zombie (series), 0, or a negative errno. */
long restore_task(struct actor *me, struct ctx *ctx)
{
	int refused;
	long h;

	at(me, POINT_RESTORE);
	note(me, E_RESTORE_BEGIN, 0, 0);
	refused = failure(me, FAIL_RESTORE);
	h = refused ? -refused : ckpt_read_obj_type(me, ctx, OBJ_TASK);
	if (h >= 0)
		h = ckpt_read_obj_type(me, ctx, OBJ_THREAD);
	if (h < 0) {
		note(me, E_RESTORE_END, h, 0);
		return h;
	}
	me->record = arena->plan.objects[h].record;
	note(me, E_RESTORE_END, me->record, 0);
	return SERIES && arena->plan.zombie[me->record];
}

static int all_activated_or_error(struct actor *me, void *ctx)
{
	return all_tasks_activated(me, ctx) || ckpt_test_error(me, ctx);
}

long do_ghost_task(struct actor *me)
{
	struct ctx *ctx = NULL;
	long ret = wait_checkpoint_ctx(me, &ctx);

	if (ret < 0)
		return ret;
	ret = restore_debug_task(me, ctx, DBG_GHOST);
	if (ret >= 0) {
		me->flags |= PF_RESTARTING;
		restore_debug_running(me, ctx);
		at(me, POINT_SYNC_2);
		ret = wait_event(me, GHOSTQ(ctx), all_activated_or_error, ctx, 0);
	}
	restore_debug_error(me, ctx, ret);
	if (ret < 0)
		ckpt_err(me, ctx, ret);
	me->flags |= SELF_REAPING;
	restore_debug_exit(me, ctx);
	ckpt_ctx_put(me, ctx);
	do_exit(me, BY_ITSELF);
}

static long restore_in_turn(struct actor *me, struct ctx *ctx)
{
	long zombie, ret = restore_debug_task(me, ctx, DBG_TASK);

	if (ret < 0)
		return ret;
	if (SERIES)
		me->flags |= PF_RESTARTING;
	ret = wait_sync_threads(me);
	if (ret < 0)
		return ret;
	note(me, E_THREADS_PASSED, 0, 0);

	/* wait for our turn, do the restore, and tell next task in line */
	at(me, POINT_SYNC_2);
	ret = wait_task_active(me, ctx);
	if (ret < 0)
		return ret;
	restore_debug_running(me, ctx);
	zombie = restore_task(me, ctx);
	if (zombie < 0)
		return zombie;
	if (SERIES) {
		at(me, POINT_NEXT);
		ret = restore_activate_next(me, ctx);
		if (ret < 0)
			return ret;
		if (zombie)
			return 1;
	}
	at(me, POINT_DONE);
	restore_task_done(me, ctx);
	at(me, POINT_SYNC_3);
	return wait_task_sync(me, ctx);
}

long do_restore_task(struct actor *me)
{
	struct ctx *ctx = NULL;
	long ret = wait_checkpoint_ctx(me, &ctx);

	if (ret < 0)
		return ret;
	ret = restore_in_turn(me, ctx);
	if (ret > 0) {
		/* zombie: done here; exit_checkpoint() counts it, when it really is one */
		restore_debug_exit(me, ctx);
		ckpt_ctx_put(me, ctx);
		do_exit(me, AS_ZOMBIE);
	}
	restore_debug_error(me, ctx, ret);
	if (ret < 0)
		ckpt_err(me, ctx, ret);
	me->flags &= ~PF_RESTARTING;
	clear_task_ctx(me, me);
	ckpt_ctx_put(me, ctx);
	return ret;
}
