/* The census in the middle of a run: whenever a fault comes, everybody stands still, and /proc is asked. */
#include "init.h"

#include <stdlib.h>

/* Snapshots that are kept of a run: a fault that comes for ever is not worth more. */
#define MOST 8

struct snapshot {
	uint32_t step;
	int fault;
	struct seen *all;
	enum state *engine;		/* what the engine held everybody for */
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

	out_raw(",\"state\":");
	out_text(state);
	out_field("ppid", seen->ppid);
	out_field("pgid", seen->pgid);
	out_field("sid", seen->sid);
	out_field("threads", seen->threads);
	out_field("tracer", seen->tracer);
	out_field("pending", (long)seen->pending);
	out_raw(",\"wchan\":");
	out_text(seen->wchan);
	out_raw(seen->frozen ? ",\"frozen\":true" : ",\"frozen\":false");
}

static void print_one(const struct snapshot *one)
{
	out("{\"step\":%u,\"fault\":%d,\"actors\":[", one->step, one->fault);
	for (int i = 0; i < arena->plan.nr_actors; i++) {
		out("%s{\"pid\":%d,\"engine\":%d", i ? "," : "", pid_of(i), one->engine[i]);
		if (one->all[i].there)
			seen_print(&one->all[i]);
		out_raw("}");
	}
	out_raw("]}");
}

void snapshots_print(void)
{
	for (int i = 0; i < nr_taken; i++) {
		out_raw(i ? "," : "");
		print_one(&taken[i]);
	}
}
