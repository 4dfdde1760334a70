/*
 * Signals as a task within restart(2) sees them: pending until the way out, where SIGKILL is death and SIGSTOP a stop. A
 * process in user space would die at once; the engine claims to be in the kernel, so the real SIGKILL comes on the way out.
 * A signal that can be caught is sent for real as well (fault.c), and ends the real futex wait.
 */
#include "kernel.h"
#include "restart.h"

#include <signal.h>

/* Posts a signal to one task and wakes it (signal_wake_up). */
static void post(struct actor *task, unsigned signal, struct actor *by)
{
	if (task->state == UNBORN || (task->flags & EXIT_STATE))
		return;
	task->pending |= signal;
	if (task->state == SLEEPING || (task->state == KILLABLE && signal == SIG_KILL)) {
		try_to_wake_up(task, by);
	} else if (((task->state == STOPPED || task->state == USER) && signal == SIG_KILL) || task->state == IDLE) {
		/* Really stopped: it has to run to die. */
		if (task->state == STOPPED)
			ask(task, TO_CONTINUE, 0);
		task->state = RUNNING;
		runnable(task);
	}
}

void send_signal(struct actor *task, unsigned signal, struct actor *by)
{
	struct actor *thread = task;

	if (signal != SIG_KILL) {
		post(task, signal, by);
		return;
	}
	/* A plug-in does not claim to be in the kernel: it dies where it is. */
	if (plugin_is_loaded()) {
		ask(by ? by : task, TO_KILL, number_of(task));
		return;
	}
	do {
		post(thread, SIG_KILL, by);
		thread = actor_of(thread->next_thread);
	} while (thread != task);
}

void force_sigkill_in(struct actor *me, const char *function, struct actor *task)
{
	touch_in(me, function, "force_sigkill pending");
	note(me, E_KILL, number_of(task), 0);
	send_signal(task, SIG_KILL, me);
}

int fatal_signal_pending(const struct actor *task)
{
	return (task->pending & SIG_KILL) != 0;
}

/* Real freezes and stops are done by init as soon as the actor sleeps. */
static void sleep_for_good(struct actor *me, enum state state)
{
	me->state = state;
	arena->chores++;
	arena->bell++;
	futex_wake(&arena->bell, 1);
	sleep_while(me, state);
}

int deliver_signals(struct actor *me)
{
	if (me->flags & FREEZING) {
		note(me, E_FROZEN, number_of(me), 0);
		sleep_for_good(me, FROZEN);
		return 0;
	}
	if (me->pending & SIG_STOP) {
		me->pending &= ~SIG_STOP;
		sleep_for_good(me, STOPPED);
		return 0;
	}
	me->pending &= ~SIG_OTHER;
	return 1;
}

int can_be_hit(const struct actor *task, unsigned signal)
{
	if ((task->flags & EXIT_STATE) || (task->pending & (signal | SIG_KILL)))
		return 0;
	switch (task->state) {
	case RUNNING: case PREPARED: case SLEEPING: case DEEPLY: case KILLABLE:
		return 1;
	case STOPPED: case IDLE:
		return signal == SIG_KILL;
	default:
		return 0;
	}
}

int cgroup_freezer_make_frozen_in(struct actor *me, const char *function, int self)
{
	int refused;

	touch_in(me, function, "cgroup_freezer_make_frozen freezer");
	refused = failure(me, FAIL_FREEZE);
	if (refused)
		return -refused;
	for (int i = self ? 0 : 1; i < arena->plan.nr_actors; i++) {
		struct actor *task = actor_of(i);

		if (task->state == UNBORN || (task->flags & EXIT_STATE))
			continue;
		task->flags |= FREEZING;
		if (task->state == SLEEPING) {
			try_to_wake_up(task, me);
		} else if (task->state == IDLE) {
			task->state = FROZEN;
			note(task, E_FROZEN, i, 0);
			arena->chores++;
		}
	}
	return 0;
}
