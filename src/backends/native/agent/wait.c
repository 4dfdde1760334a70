/* Wait queues and wake-ups. A queue is its address; whoever sleeps on it sleeps in futex(2), on a word of its own. */
#include "kernel.h"

int signal_pending(const struct actor *task)
{
	return task->pending || (task->flags & FREEZING);
}

int try_to_wake_up(struct actor *task, struct actor *by)
{
	enum state state = task->state;

	if (state != PREPARED && state != SLEEPING && state != KILLABLE)
		return 0;
	task->state = RUNNING;
	task->waiting_on = NULL;
	if (state != PREPARED) {
		note(by, E_WAKE, number_of(task), 0);
		runnable(task);
	}
	return 1;
}

void wake_up_process(struct actor *me, struct actor *task)
{
	touch(me, task, "wake_up_process");
	try_to_wake_up(task, me);
}

void wake_queue(const void *queue, int one, struct actor *by)
{
	for (int i = 0; i < arena->plan.nr_actors; i++) {
		struct actor *task = actor_of(i);
		enum state state = task->state;

		if (task->waiting_on != queue)
			continue;
		task->waiting_on = NULL;
		task->state = RUNNING;
		if (state != PREPARED) {
			note(by, E_WAKE, i, 0);
			runnable(task);
		}
		if (one)
			return;
	}
}

void prepare_to_wait(struct actor *me, const void *queue, const char *what)
{
	touch(me, queue, what);
	me->state = PREPARED;
	me->waiting_on = queue;
}

void schedule(struct actor *me, const char *what, int killable)
{
	if (me->state != PREPARED)
		return;
	me->state = killable ? KILLABLE : SLEEPING;
	note_text(me, E_SLEEP, 0, what);
	sleep_while(me, me->state);
}

void finish_wait(struct actor *me)
{
	me->state = RUNNING;
	me->waiting_on = NULL;
}
