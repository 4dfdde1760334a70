/* Wait queues and wake-ups. A queue is its address; a task that sleeps on it sleeps in futex(2), on a word of its own. */
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

void wake_up_process_in(struct actor *me, const char *function, struct actor *task)
{
	touch_in(me, function, "wake_up_process state");
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

void prepare_to_wait(struct actor *me, const char *function, const struct queue *queue)
{
	touch_in(me, function, queue->label);
	me->state = PREPARED;
	me->waiting_on = queue->at;
}

/* Sleeps, unless a wake-up came since prepare_to_wait(). */
static void schedule(struct actor *me, const struct queue *queue, int killable)
{
	if (me->state != PREPARED)
		return;
	me->state = killable ? KILLABLE : SLEEPING;
	note(me, E_SLEEP, TEXT(queue->name), 0);
	sleep_while(me, me->state);
}

static void finish_wait(struct actor *me)
{
	me->state = RUNNING;
	me->waiting_on = NULL;
}

int wait_on(struct actor *me, const struct queue *queue, int holds, int killable)
{
	if (holds) {
		finish_wait(me);
		return 0;
	}
	if (killable ? fatal_signal_pending(me) : signal_pending(me)) {
		note(me, E_INTERRUPTED, TEXT(queue->name), 0);
		finish_wait(me);
		return -ERESTARTSYS;
	}
	schedule(me, queue, killable);
	return 1;
}
