/* Preemption points: the big lock, the imposed schedule, and the detection that no task can move any more. */
#include "kernel.h"
#include "init.h"

#include <limits.h>
#include <stdatomic.h>
#include <string.h>

/* Sleepers that are woken after the lock was let go; more are woken under it. */
#define BATCH 64

int big_trylock(void)
{
	uint32_t free = 0;

	return atomic_compare_exchange_strong(&arena->big_lock, &free, 1);
}

void big_lock(void)
{
	if (big_trylock())
		return;
	while (atomic_exchange(&arena->big_lock, 2) != 0)
		futex_wait(&arena->big_lock, 2, NULL);
}

void big_unlock(void)
{
	word *sleepers[BATCH];
	int n = 0;

	while (arena->wake_list != NO_TASK) {
		struct actor *actor = actor_of(arena->wake_list);

		arena->wake_list = actor->next_wake;
		actor->flags &= ~TO_BE_WOKEN;
		if (n < BATCH)
			sleepers[n++] = &actor->wakeups;
		else
			futex_wake(&actor->wakeups, 1);
	}
	if (atomic_exchange(&arena->big_lock, 0) == 2)
		futex_wake(&arena->big_lock, 1);
	while (n)
		futex_wake(sleepers[--n], 1);
}

/* It will look again as soon as the big lock is let go. */
static void poke(struct actor *actor)
{
	actor->wakeups++;
	if (actor->flags & TO_BE_WOKEN)
		return;
	actor->flags |= TO_BE_WOKEN;
	actor->next_wake = arena->wake_list;
	arena->wake_list = number_of(actor);
}

void runnable(struct actor *actor)
{
	arena->busy++;
	poke(actor);
}

void wait_for_wakeup(struct actor *me)
{
	uint32_t seen = me->wakeups;

	big_unlock();
	while (me->wakeups == seen)
		futex_wait(&me->wakeups, seen, NULL);
	big_lock();
}

static void ring(enum request what, int asker, int argument)
{
	arena->asker = asker;
	arena->argument = argument;
	arena->request = what;
	arena->bell++;
	futex_wake(&arena->bell, 1);
}

void ask(struct actor *me, enum request what, int argument)
{
	uint32_t seen = arena->answered;

	if (i_am_init) {
		serve(what, number_of(me), argument);
		return;
	}
	ring(what, number_of(me), argument);
	while (arena->answered == seen)
		futex_wait(&arena->answered, seen, NULL);
}

void post_request(struct actor *me, enum request what)
{
	ring(what, number_of(me), 0);
}

void oops(struct actor *me, const char *defect)
{
	note(me, E_FINDING, TEXT(defect), TEXT(me->function));
	/* Everything stops here, as it is: the big lock is never let go. */
	ring(BROKEN, number_of(me), 0);
	for (;;)
		futex_wait(&arena->big_lock, 2, NULL);
}

/* ---- held back: by a delay, or because the next entry of the schedule is of another actor ---- */

static void let_go(struct actor *actor)
{
	if (!(actor->flags & HELD))
		return;
	actor->flags &= ~HELD;
	arena->waiting--;
	poke(actor);
}

static int let_delayed_go(unsigned why)
{
	int found = 0;

	for (int i = 0; i < arena->plan.nr_actors; i++)
		if (actor_of(i)->flags & why) {
			actor_of(i)->flags &= ~why;
			let_go(actor_of(i));
			found = 1;
		}
	return found;
}

static int is_gone(const struct actor *actor)
{
	return actor->state == DEAD || actor->state == USER;
}

/*
 * An actor that has left restart took every entry of its own that it can take. One that dies takes none on its way, and
 * after restart the model has a step that is none here: those entries are not missed.
 */
static int is_missed(const struct entry *entry)
{
	const char model_only[] = "task_main:";

	return actor_of(entry->actor)->state == USER && strncmp(entry->label, model_only, sizeof(model_only) - 1);
}

/* The entry that is next now; NULL at the end of the schedule. */
static const struct entry *current_entry(void)
{
	const struct plan *plan = &arena->plan;

	while (arena->next_entry < plan->nr_entries) {
		const struct entry *entry = &plan->entries[arena->next_entry];

		if (entry->actor == ENVIRONMENT || !is_gone(actor_of(entry->actor)))
			return entry;
		arena->skipped_entries += is_missed(entry);
		arena->next_entry++;
	}
	return NULL;
}

static void fire_scheduled_fault(struct actor *me, const struct entry *entry)
{
	for (int i = 0; i < arena->plan.nr_faults; i++) {
		struct fault *fault = &arena->plan.faults[i];

		/* A fault with a point of its own fires there. */
		if (strcmp(fault->name, entry->label) || fault->actor != NO_TASK)
			continue;
		if (entry->target != NO_TASK) {
			fault->nr_targets = 1;
			fault->targets[0] = entry->target;
		}
		ask(me, FAULT_DUE, i);
	}
}

/* The actor's last step is done: faults that are next in the schedule fire now. */
static void fire_next_faults(struct actor *me)
{
	const struct entry *entry;

	while ((entry = current_entry()) && entry->actor == ENVIRONMENT) {
		arena->next_entry++;
		fire_scheduled_fault(me, entry);
	}
}

/* Releases the actor of the next entry. A fault has to wait until the step before it is done. */
static void release_next(void)
{
	const struct entry *entry = current_entry();

	if (entry && entry->actor != ENVIRONMENT)
		let_go(actor_of(entry->actor));
	for (int i = 0; !entry && i < arena->plan.nr_actors; i++)
		let_go(actor_of(i));
}

void check_progress(struct actor *me)
{
	if (arena->plan.nr_entries) {
		fire_next_faults(me);
		release_next();
	}
	while (arena->busy <= arena->waiting) {
		if (arena->waiting == 0) {
			ring(ALL_QUIET, number_of(me), 0);
			return;
		}
		if (let_delayed_go(POLITE) || let_delayed_go(DELAYED))
			return;
		/* No actor can take the next entry. */
		arena->next_entry++;
		arena->skipped_entries++;
		fire_next_faults(me);
		release_next();
	}
}

static void hold_back(struct actor *me)
{
	me->flags |= HELD;
	arena->waiting++;
	check_progress(me);
	while (me->flags & HELD)
		wait_for_wakeup(me);
}

/* A label is `function: access`, or the name of a point: then any step there is meant. */
static int is_named(const struct actor *me, const char *label)
{
	size_t length = strlen(me->function);

	if (!strncmp(label, me->function, length) && !strncmp(label + length, ": ", 2))
		return !strcmp(label + length + 2, me->what);
	return !strcmp(point_names[me->point], label);
}

static void follow_schedule(struct actor *me)
{
	fire_next_faults(me);
	for (;;) {
		const struct entry *entry = current_entry();

		if (!entry)
			return;
		if (entry->actor == number_of(me)) {
			if (is_named(me, entry->label)) {
				arena->next_entry++;
				release_next();
			}
			return;
		}
		release_next();
		hold_back(me);
	}
}

/* ---- preemption points ---- */

/*
 * Free runs let others in now and then: where, and whether only once or for as long as another actor can move, is the
 * actor's own seeded choice.
 */
static void let_others_in(struct actor *me)
{
	uint32_t x = me->chance, seldom = (uint32_t)arena->plan.seldom;

	if (!seldom || (me->flags & DYING))
		return;
	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	me->chance = x;
	if (x % seldom)
		return;
	if (x >> 16 & 1) {
		me->flags |= POLITE;
		return;
	}
	big_unlock();
	sys0(SYS_sched_yield);
	big_lock();
}

static void begin_step(struct actor *me)
{
	/* An imposed schedule names the actor of each step. */
	while ((me->flags & (DELAYED | POLITE)) && !current_entry())
		hold_back(me);
	if (arena->plan.nr_entries && !(me->flags & DYING))
		follow_schedule(me);
	arena->holder = number_of(me);
	if ((int)++arena->step > arena->plan.max_steps)
		ask(me, TOO_LONG, 0);
}

void come_up_to(struct actor *me, const char *function, const char *what)
{
	let_others_in(me);
	me->function = function;
	me->what = what;
	begin_step(me);
}

void touch_in(struct actor *me, const char *function, const char *what)
{
	come_up_to(me, function, what);
	moved(me);
}

void sleep_while(struct actor *me, enum state asleep)
{
	arena->busy--;
	check_progress(me);
	while (me->state == asleep)
		wait_for_wakeup(me);
}

/* ---- points ---- */

/* Only a real arrival counts: a fault's `times` limits how often it fires. */
void at(struct actor *me, enum point point)
{
	struct plan *plan = &arena->plan;

	me->point = point;
	note(me, E_POINT, TEXT(point_names[point]), 0);
	for (int i = 0; i < plan->nr_faults; i++) {
		struct fault *fault = &plan->faults[i];

		if (fault->actor == number_of(me) && fault->at == point && fault->fired < fault->times)
			ask(me, FAULT_DUE, i);
	}
}
