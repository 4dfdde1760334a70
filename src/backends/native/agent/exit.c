/*
 * Exit and fork. From the moment at which a task is dead for the others to the moment at which it is dead for the real
 * kernel no other task moves: init lets the big lock go when /proc shows the death.
 */
#include "init.h"
#include "kernel.h"
#include "restart.h"
#include "tree.h"

#include <signal.h>

/* No other task of the thread group is going to move. */
static int last_of_group(const struct actor *me)
{
	for (int i = me->next_thread; i != number_of(me); i = actor_of(i)->next_thread) {
		enum state state = actor_of(i)->state;

		if (state != DEAD && state != UNBORN && state != USER)
			return 0;
	}
	return 1;
}

/* SIGKILL was what ended one of the group. */
static int group_was_killed(const struct actor *me)
{
	int i = number_of(me);

	do {
		if (actor_of(i)->how == BY_KILL)
			return 1;
		i = actor_of(i)->next_thread;
	} while (i != number_of(me));
	return 0;
}

/* The next thread of the group that is not on its way out, as the kernel chooses it; NO_TASK stands for the namespace's init. */
static int find_new_reaper(const struct actor *father)
{
	for (int i = father->next_thread; i != number_of(father); i = actor_of(i)->next_thread)
		if (actor_of(i)->state != UNBORN && !(actor_of(i)->flags & EXIT_STATE) && actor_of(i)->point != POINT_EXIT)
			return i;
	return NO_TASK;
}

/* Both are the real kernel's doing, when the task really dies. */
static void note_orphans_and_tracees(struct actor *me)
{
	static struct actor *children[4096];
	int n = children_of(me, children, 4096), reaper = find_new_reaper(me);

	for (int i = 0; i < arena->plan.nr_actors; i++)
		if (actor_of(i)->tracer == number_of(me) && !(actor_of(i)->flags & EXIT_STATE) && actor_of(i)->state != UNBORN)
			note(me, E_DETACH, i, 0);
	for (int i = 0; i < n; i++)
		note(me, E_REPARENT, number_of(children[i]), reaper);
}

void do_exit(struct actor *me, enum exit_how how)
{
	at(me, POINT_EXIT);
	write_lock_tasklist(me);
	me->flags |= DYING | EXIT_STATE;
	me->how = how;
	note(me, E_EXIT, me->exit_code, TEXT(exit_how_names[how]));
	note_orphans_and_tracees(me);
	write_unlock_tasklist();
	exit_hook(me, me);
	me->state = DEAD;
	arena->busy--;
	post_request(me, HAS_DIED);
	if (group_was_killed(me) && last_of_group(me))
		sys2(SYS_kill, pid_of(me->leader), SIGKILL);
	thread_exit(me->how == BY_KILL ? 0 : me->exit_code);
}

int copy_process(struct actor *me, struct actor *child)
{
	long pid;

	write_lock_tasklist(me);
	fork_hook(me, child);
	if (signal_pending(me)) {
		note(me, E_FORK_FAILED, -ERESTARTNOINTR, 0);
		write_unlock_tasklist();
		return -ERESTARTNOINTR;
	}
	late_fork_hook(me, child);
	child->state = RUNNING;
	arena->busy++;
	note(me, E_FORK, number_of(child), child->checkpoint_ctx == arena->main_ctx);
	pid = make_task(child);
	if (pid < 0)
		cannot_build(me, pid, "fork");
	write_unlock_tasklist();
	return 0;
}

static int concerns(const struct fault *fault, const struct actor *actor)
{
	for (int i = 0; i < fault->nr_targets; i++)
		if (fault->targets[i] == number_of(actor))
			return 1;
	return 0;
}

int failure(struct actor *me, enum failure kind)
{
	struct plan *plan = &arena->plan;

	for (int i = 0; i < plan->nr_faults; i++) {
		struct fault *fault = &plan->faults[i];

		if (fault->verb != V_FAIL || fault->failure != kind)
			continue;
		if (fault->fired >= fault->times && !fault->armed)
			continue;
		if (fault->nr_targets && !concerns(fault, me))
			continue;
		if (fault->call > 0) {
			if (++fault->calls < fault->call)
				continue;
			fault->fired++;
			call_failed(i);
		} else {
			if (!fault->armed)
				continue;
			fault->armed--;
		}
		fault->failed++;
		note(me, E_CALL_FAILED, TEXT(failure_names[kind].name), -fault->error);
		return fault->error;
	}
	return 0;
}

int kmalloc_in(struct actor *me, const char *function, size_t size)
{
	touch_in(me, function, "kmalloc slab");
	if (failure(me, FAIL_KMALLOC))
		return 0;
	if (size <= KMALLOC_MAX_SIZE)
		return 1;
	note(me, E_CALL_FAILED, TEXT(failure_names[FAIL_KMALLOC].name), -ENOMEM);
	return 0;
}
