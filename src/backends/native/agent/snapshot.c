/* The census in the middle of a run: when a fault fires, no task moves, and /proc is read. */
#include "init.h"

#include <stdlib.h>

/* Snapshots that are kept of a run: a fault that comes for ever is not worth more. */
#define MOST 8

struct snapshot {
	uint32_t step;
	int fault;
	struct seen *all;
	enum state *engine;		/* the engine's view of each task */
};

static struct snapshot taken[MOST];
static int nr_taken;

void snapshot(int fault)
{
	int n = arena->plan.nr_actors;
	struct snapshot *now = &taken[nr_taken];

	if (nr_taken == MOST)
		return;
	*now = (struct snapshot){ .step = arena->step, .fault = fault, .all = calloc((size_t)n, sizeof(struct seen)),
				  .engine = calloc((size_t)n, sizeof(enum state)) };
	if (!now->all || !now->engine)
		exit(3);
	census(now->all);
	for (int i = 0; i < n; i++)
		now->engine[i] = actor_of(i)->state;
	nr_taken++;
}

void snapshots_forget(void)
{
	while (nr_taken > 0) {
		nr_taken--;
		free(taken[nr_taken].all);
		free(taken[nr_taken].engine);
	}
}

void seen_print(const struct seen *seen)
{
	const char state[2] = { seen->state, 0 };

	put_raw(&answer, ",\"state\":");
	put_string(&answer, state);
	put_field(&answer, "ppid", seen->ppid);
	put_field(&answer, "pgid", seen->pgid);
	put_field(&answer, "sid", seen->sid);
	put_field(&answer, "threads", seen->threads);
	put_field(&answer, "tracer", seen->tracer);
	put_field(&answer, "pending", (long)seen->pending);
	put_raw(&answer, ",\"wchan\":");
	put_string(&answer, seen->wchan);
	put_raw(&answer, seen->frozen ? ",\"frozen\":true" : ",\"frozen\":false");
}

static void print_one(const struct snapshot *one)
{
	put(&answer, "{\"step\":%u,\"fault\":%d,\"actors\":[", one->step, one->fault);
	for (int i = 0; i < arena->plan.nr_actors; i++) {
		put(&answer, "%s{\"pid\":%d,\"engine\":\"%s\"", i ? "," : "", pid_of(i), state_names[one->engine[i]]);
		if (one->all[i].there)
			seen_print(&one->all[i]);
		put_raw(&answer, "}");
	}
	put_raw(&answer, "]}");
}

void snapshots_print(void)
{
	for (int i = 0; i < nr_taken; i++) {
		put_raw(&answer, i ? "," : "");
		print_one(&taken[i]);
	}
}
