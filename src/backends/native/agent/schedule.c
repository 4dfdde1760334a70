/* The schedule of the run: the actor of each step, and when faults fired. The model can follow it. */
#include "init.h"
#include "kernel.h"
#include "restart.h"

#include <string.h>

void moved(struct actor *me)
{
	/* A longer schedule is not reported. */
	if (arena->nr_moves++ < arena->max_moves)
		arena->moves[arena->nr_moves - 1] =
			(struct move){ .actor = number_of(me), .function = me->function, .what = me->what };
}

void did_not_move(void)
{
	arena->nr_moves--;
}

void fault_moved(int fault, int target)
{
	if (arena->nr_moves++ < arena->max_moves)
		arena->moves[arena->nr_moves - 1] =
			(struct move){ .actor = ENVIRONMENT, .fault = fault, .target = target };
}

void call_failed(int fault)
{
	int last = arena->nr_moves - 1;
	struct move step;

	if (arena->nr_moves >= arena->max_moves || last < 0)
		return;
	/* The failure was there before the step that met it. */
	step = arena->moves[last];
	arena->nr_moves--;
	fault_moved(fault, NO_TASK);
	arena->moves[arena->nr_moves++] = step;
}

static int same_step(const struct move *a, const struct move *b)
{
	return !strcmp(a->function, b->function) && !strcmp(a->what, b->what);
}

/* A stretch in which one actor moves: up to which step, and for how often that one was done in it. */
static int print_stretch(int from)
{
	const struct move *first = &arena->moves[from], *last;
	int to = from, times = 0;

	if (first->actor == ENVIRONMENT) {
		put(&answer, "%s{\"fault\":%d", from ? "," : "", first->fault);
		if (first->target != NO_TASK)
			put_field(&answer, "target", first->target);
		put_raw(&answer, "}");
		return from + 1;
	}
	while (to < arena->nr_moves && arena->moves[to].actor == first->actor)
		to++;
	last = &arena->moves[to - 1];
	for (int i = from; i < to; i++)
		times += same_step(&arena->moves[i], last);
	put_raw(&answer, from ? ",{\"actor\":" : "{\"actor\":");
	put_number(&answer, first->actor);
	put_raw(&answer, ",\"step\":\"");
	put_raw(&answer, last->function);
	put_raw(&answer, ": ");
	put_raw(&answer, last->what);
	put_raw(&answer, "\"");
	if (times > 1)
		put_field(&answer, "times", times);
	put_raw(&answer, "}");
	return to;
}

void schedule_print(void)
{
	/* Steps of a plug-in have no names. */
	if (arena->nr_moves > arena->max_moves || plugin_is_loaded())
		return;
	for (int i = 0; i < arena->nr_moves;)
		i = print_stretch(i);
}
