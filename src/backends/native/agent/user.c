/* What each task of a scenario runs: user space before restart(2), the call, and the way back; as src/protocol/user.ts. */
#include "restart.h"
#include "tree.h"

/* The program's next fork that is due. */
static struct actor *next_to_fork(struct actor *me)
{
	for (int i = me->first_fork; i != NO_TASK; i = actor_of(i)->next_fork) {
		struct actor *child = actor_of(i);

		if (child->state == UNBORN && (!(child->declared & BY_FAULT) || (child->flags & WILL_FORK)))
			return child;
	}
	return NULL;
}

static void sit_idle(struct actor *me)
{
	me->state = IDLE;
	sleep_while(me, IDLE);
}

int begins_idle(struct actor *me)
{
	return (me->declared & (IS_ABSENT | IS_NESTED)) && number_of(me) != 0 && !(me->declared & IS_LATE) &&
	       !(me->flags & WILL_EXIT) && !next_to_fork(me);
}

void begin_idle(struct actor *me)
{
	big_lock();
	me->state = IDLE;
	arena->busy--;
	big_unlock();
}

void wait_until_woken(struct actor *me)
{
	while (me->wakeups == 0)
		futex_wait(&me->wakeups, 0, NULL);
}

/* User space, until it calls restart. */
static void before_call(struct actor *me)
{
	for (int first = 1; ; first = 0) {
		struct actor *child;

		touch_in(me, "task_main", "state");
		if (fatal_signal_pending(me))
			do_exit(me, BY_KILL);
		if (!deliver_signals(me))
			continue;
		child = next_to_fork(me);
		if (child) {
			copy_process(me, child);
			continue;
		}
		if (me->flags & WILL_EXIT)
			do_exit(me, BY_ITSELF);
		/* A task that restarts itself makes the call even when it is in another restart: the claim must detect that. */
		if (!(me->declared & (IS_ABSENT | IS_NESTED)) || number_of(me) == 0)
			return;
		if (first)
			did_not_move();
		sit_idle(me);
	}
}

void live(struct actor *me)
{
	big_lock();
	before_call(me);
	me->flags |= CALLED;
	note(me, E_CALL, me->arg_pid, me->arg_flags);
	me->result = engine_restart(me);
	note(me, E_RETURN, me->result, 0);
	if (number_of(me) != 0)
		at(me, POINT_RESUME);
	do {
		touch_in(me, "task_main", "state");
		if (fatal_signal_pending(me))
			do_exit(me, BY_KILL);
	} while (!deliver_signals(me));
	note(me, E_USER, 0, 0);
	/* It runs on in user space until a SIGKILL of the restart hits it. */
	for (;;) {
		me->state = USER;
		sleep_while(me, USER);
		touch_in(me, "task_main", "state");
		if (fatal_signal_pending(me))
			do_exit(me, BY_KILL);
	}
}
