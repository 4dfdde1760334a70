/* What of linux.h is more than one access. Where a function makes steps, it is handed the name that they have. */
#include "linux.h"

#undef function_name

/* ---- access ---- */

void touch_ctx(struct actor *current, const char *function_name, struct ckpt_ctx *ctx, const char *what)
{
	touch_in(current, function_name, what);
	if (!ctx)
		oops(current, NULL_DEREFERENCE);
	if (ctx->life == 2)
		oops(current, USE_AFTER_FREE);
}

void touch_task(struct actor *current, const char *function_name, struct actor *task, const char *what)
{
	touch_in(current, function_name, what);
	if (!task)
		oops(current, NULL_DEREFERENCE);
}

/* ---- completions ---- */

void complete_one(struct actor *current, unsigned *done, const char *name)
{
	if (*done != COMPLETE_ALL)
		++*done;
	note(current, E_COMPLETE, TEXT(name), 0);
	wake_queue(done, 1, current);
}

void complete_each(struct actor *current, unsigned *done, const char *name)
{
	*done = COMPLETE_ALL;
	note(current, E_COMPLETE, TEXT(name), 0);
	wake_queue(done, 0, current);
}

int wait_for_done(struct actor *current, const char *function_name, struct ckpt_ctx *ctx, unsigned *done, const char *name,
		  const char *label, int interruptible)
{
	for (;;) {
		touch(ctx, label);
		if (*done) {
			if (*done != COMPLETE_ALL)
				--*done;
			return 0;
		}
		if (interruptible && signal_pending(current)) {
			note(current, E_INTERRUPTED, TEXT(name), 0);
			return -ERESTARTSYS;
		}
		current->state = interruptible ? SLEEPING : DEEPLY;
		current->waiting_on = done;
		note(current, E_SLEEP, TEXT(name), 0);
		sleep_while(current, current->state);
	}
}

/* ---- tasks ---- */

int task_ptrace(struct actor *task)
{
	struct kernel_view view;

	return view_of(task, &view) == 0 && view.tracer;
}

int exit_state(struct actor *task)
{
	struct kernel_view view;

	return view_of(task, &view) < 0 || view.state == 'Z' || view.state == 'X';
}

int walk_task_subtree_in(struct actor *current, const char *function_name, struct actor *root, walk *func, struct ckpt_ctx *ctx)
{
	int total;

	read_lock_tasklist();
	if (!root)
		oops(current, NULL_DEREFERENCE);
	total = walk_subtree(current, root, func, ctx);
	read_unlock_tasklist();
	return total;
}

void walk_all_tasks_in(struct actor *current, const char *function_name, walk *func, struct ckpt_ctx *ctx)
{
	read_lock_tasklist();
	for (int i = 0; i < arena->plan.nr_actors; i++)
		if (actor_of(i) != current)
			func(current, actor_of(i), ctx);
	read_unlock_tasklist();
}

/* The list as it is when it is begun: the caller holds the tasklist lock, so none of it dies meanwhile. */
static struct actor *children[4096];
static int nr_children;

struct actor *first_child(struct actor *task)
{
	nr_children = children_of(task, children, sizeof(children) / sizeof(children[0]));
	return nr_children ? children[0] : NULL;
}

struct actor *next_child(struct actor *child)
{
	for (int i = 0; i + 1 < nr_children; i++)
		if (children[i] == child)
			return children[i + 1];
	return NULL;
}

/* ---- the image ---- */

int next_object(struct actor *current, struct ckpt_ctx *ctx)
{
	int refused = failure(FAIL_READ);
	const struct object *object;

	if (refused)
		return -refused;
	if (ctx->file >= arena->plan.nr_objects)
		return -EINVAL;
	object = &object_of(ctx->file);
	ctx->file++;
	return object->error < 0 ? object->error : ctx->file - 1;
}

bool is_named(int pid)
{
	for (int i = 0; i < arena->plan.nr_pids; i++)
		if (arena->plan.pids[i] == pid)
			return true;
	return false;
}

/* It does not look where the array ends: what lies behind is 0, and a finding. */
int pids_arr_vpid_of(struct actor *current, const struct ckpt_ctx *ctx, int index)
{
	if ((long)index * SIZEOF_CKPT_PIDS < ctx->pids_arr)
		return arena->plan.pids[index];
	note(current, E_FINDING, TEXT(OUT_OF_BOUNDS), TEXT(current->function));
	return 0;
}

/* As many pids as the image claims to have, whatever became of the array. */
void print_pids(struct actor *current, const char *function_name, const struct ckpt_ctx *ctx)
{
	if (ctx->nr_pids <= 0)
		return;
	if (!ctx->pids_arr)
		oops(current, NULL_DEREFERENCE);
	if (ctx->pids_read < ctx->pids_arr)
		note(current, E_FINDING, TEXT(UNINITIALIZED_READ), TEXT(function_name));
	if ((long)(ctx->nr_pids - 1) * SIZEOF_CKPT_PIDS + 4 > ctx->pids_arr)
		note(current, E_FINDING, TEXT(OUT_OF_BOUNDS), TEXT(function_name));
}

/* ---- the status list ---- */

static const char *type_name(unsigned status)
{
	if (status & RESTART_DBG_COORD)
		return "Coord";
	if (status & RESTART_DBG_ROOT)
		return "Root";
	return status & RESTART_DBG_GHOST ? "Ghost" : "Task";
}

/* The first that fits, in the order of the debug build. */
static const char *state_name(unsigned status)
{
	if (status & RESTART_DBG_WAITING)
		return "Waiting";
	if (status & RESTART_DBG_RUNNING)
		return "Running";
	if (status & RESTART_DBG_FAILED)
		return "Failed";
	return status & RESTART_DBG_SUCCESS ? "Success" : "Exited";
}

void change_status_of(struct actor *current, struct actor *s, unsigned clear, unsigned set)
{
	if (!s)
		oops(current, NULL_DEREFERENCE);
	s->status = (s->status & ~clear) | set;
	note(current, E_STATUS, TEXT(state_name(s->status)), 0);
}

void print_status_list(struct actor *current)
{
	note(current, E_STATUS_LIST, 0, 0);
	for (int i = 0; i < arena->plan.nr_actors; i++) {
		struct actor *task = actor_of(i);

		if (task->status)
			note(task, E_STATUS_ENTRY, TEXT(type_name(task->status)), TEXT(state_name(task->status)));
	}
}
