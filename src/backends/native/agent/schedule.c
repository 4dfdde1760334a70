/* The schedule of the run as it was: who did which step, and when faults came. The model can be led the same way. */
#include "init.h"
#include "kernel.h"
#include "restart.h"

#include <string.h>

void moved(struct actor *me)
{
	/* One that is longer than this is not told at all. */
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
		out("%s[%d,%d,%d]", from ? "," : "", ENVIRONMENT, first->fault, first->target);
		return from + 1;
	}
	while (to < arena->nr_moves && arena->moves[to].actor == first->actor)
		to++;
	last = &arena->moves[to - 1];
	for (int i = from; i < to; i++)
		times += same_step(&arena->moves[i], last);
	out_raw(from ? ",[" : "[");
	out_number(first->actor);
	out_raw(",\"");
	out_raw(last->function);
	out_raw(": ");
	out_raw(last->what);
	out_raw("\",");
	out_number(times);
	out_raw("]");
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
