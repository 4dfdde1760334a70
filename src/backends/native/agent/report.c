/* The answer to a plan: the events, the end of each task, and its state in the kernel. */
#include "init.h"
#include "restart.h"

struct text answer;

static void print_census(const struct seen *seen, int status)
{
	if (seen->there)
		seen_print(seen);
	if (status >= 0)
		put_field(&answer, "status", status);
}

static void print_actors(const struct seen *all, const int *status)
{
	for (int i = 0; i < arena->plan.nr_actors; i++) {
		const struct actor *a = actor_of(i);

		put_raw(&answer, i ? ",{\"point\":\"" : "{\"point\":\"");
		put_raw(&answer, point_names[a->point]);
		put_raw(&answer, a->flags & MARKED ? "\",\"marked\":true" : "\",\"marked\":false");
		put_raw(&answer, a->flags & CALLED ? ",\"called\":true" : ",\"called\":false");
		put_raw(&answer, a->checkpoint_ctx == arena->main_ctx ? ",\"has\":true" : ",\"has\":false");
		put_field(&answer, "pid", a->pid);
		put_raw(&answer, ",\"engine\":\"");
		put_raw(&answer, state_names[a->state]);
		put_raw(&answer, "\",\"how\":\"");
		put_raw(&answer, exit_how_names[a->how]);
		put_raw(&answer, "\"");
		put_field(&answer, "record", a->record);
		if (a->result != NO_RESULT)
			put_field(&answer, "result", a->result);
		print_census(&all[i], status[i]);
		put_raw(&answer, "}");
	}
}

/* How often each fault did what it is for. */
static void print_fired(void)
{
	const struct plan *plan = &arena->plan;

	for (int i = 0; i < plan->nr_faults; i++) {
		if (i)
			put_raw(&answer, ",");
		put_number(&answer, plan->faults[i].verb == V_FAIL ? plan->faults[i].failed : plan->faults[i].fired);
	}
}

void report_print(enum end end, const struct seen *all, const int *status)
{
	static const char *const ends[] = {
		[OVER] = "over", [CRASHED] = "crashed", [CUT] = "cut", [LATE] = "late", [NOT_BUILT] = "not-built",
	};
	const struct ckpt_ctx *ctx = arena->main_ctx;

	put(&answer, "{\"end\":\"%s\"", ends[end]);
	if (end == NOT_BUILT) {
		put(&answer, ",\"error\":%ld,\"what\":", arena->error);
		put_string(&answer, arena->error_what ? arena->error_what : "?");
		put(&answer, ",\"asker\":%d", pid_of(arena->asker));
	}
	if (ctx->life)
		put(&answer, ",\"context\":{\"freed\":%s,\"references\":%d}", ctx->life == 2 ? "true" : "false", ctx->refcount);
	put(&answer, ",\"skipped\":%d,\"holder\":%d,\"actors\":[", arena->skipped_entries, arena->holder);
	print_actors(all, status);
	put(&answer, "],\"fired\":[");
	print_fired();
	put(&answer, "],\"snapshots\":[");
	snapshots_print();
	put(&answer, "],\"moves\":[");
	schedule_print();
	put(&answer, "]");
	trace_print();
	put(&answer, "}");
	send_text(&answer);
}
