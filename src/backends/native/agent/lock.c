/* Locks. A task that wants a held lock sleeps; the release belongs to the step before it, as no task can observe the difference. */
#include "kernel.h"

static void wake_lock_waiters(const int *word)
{
	if (!arena->lock_waiters)
		return;
	for (int i = 0; i < arena->plan.nr_actors; i++) {
		struct actor *actor = actor_of(i);

		if (actor->wants != word)
			continue;
		actor->wants = NULL;
		arena->lock_waiters--;
		runnable(actor);
	}
}

/* Spins in the real kernel; here it sleeps, and no signal ends that. */
static void wait_for_lock(struct actor *me, int *word)
{
	enum state before = me->state;

	me->wants = word;
	arena->lock_waiters++;
	arena->busy--;
	check_progress(me);
	while (me->wants)
		wait_for_wakeup(me);
	me->state = before;
}

void lock_in(struct actor *me, const char *function, int *word, const char *what)
{
	come_up_to(me, function, what);
	while (*word)
		wait_for_lock(me, word);
	*word = 1;
	moved(me);
}

void unlock(int *word)
{
	*word = 0;
	wake_lock_waiters(word);
}

void read_lock_tasklist_in(struct actor *me, const char *function)
{
	come_up_to(me, function, "read_lock_tasklist tasklist_lock");
	while (arena->tasklist < 0)
		wait_for_lock(me, &arena->tasklist);
	arena->tasklist++;
	moved(me);
}

void read_unlock_tasklist(void)
{
	if (--arena->tasklist == 0)
		wake_lock_waiters(&arena->tasklist);
}

void write_lock_tasklist_in(struct actor *me, const char *function)
{
	come_up_to(me, function, "write_lock_tasklist tasklist_lock");
	while (arena->tasklist)
		wait_for_lock(me, &arena->tasklist);
	arena->tasklist = -1;
	moved(me);
}

void write_unlock_tasklist(void)
{
	arena->tasklist = 0;
	wake_lock_waiters(&arena->tasklist);
}
