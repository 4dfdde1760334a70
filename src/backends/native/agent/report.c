/* The answer to a plan: what happened, how everybody ended, and what the kernel says of them. */
#include "init.h"
#include "restart.h"

static void print_census(const struct seen *seen, int status)
{
	if (seen->there)
		seen_print(seen);
	if (status >= 0)
		out_field("status", status);
}

static void print_actors(const struct seen *all, const int *status)
{
	for (int i = 0; i < arena->plan.nr_actors; i++) {
		const struct actor *a = actor_of(i);

		out_raw(i ? ",{\"point\":\"" : "{\"point\":\"");
		out_raw(point_names[a->point]);
		out_raw(a->flags & MARKED ? "\",\"marked\":true" : "\",\"marked\":false");
		out_raw(a->flags & CALLED ? ",\"called\":true" : ",\"called\":false");
		out_raw(a->checkpoint_ctx == arena->main_ctx ? ",\"has\":true" : ",\"has\":false");
		out_field("pid", a->pid);
		out_field("engine", a->state);
		out_field("how", a->how);
		out_field("record", a->record);
		if (a->result != NO_RESULT)
			out_field("result", a->result);
		print_census(&all[i], status[i]);
		out_raw("}");
	}
}

/* How often each fault did what it is for. */
static void print_fired(void)
{
	const struct plan *plan = &arena->plan;

	for (int i = 0; i < plan->nr_faults; i++) {
		if (i)
			out_raw(",");
		out_number(plan->faults[i].verb == V_FAIL ? plan->faults[i].failed : plan->faults[i].fired);
	}
}

void report_print(enum end end, const struct seen *all, const int *status)
{
	static const char *const ends[] = { "over", "crashed", "cut", "late", "not-built" };
	const struct ctx *ctx = arena->main_ctx;

	out_begin();
	out("{\"end\":\"%s\"", ends[end]);
	if (end == NOT_BUILT) {
		out(",\"error\":%ld,\"what\":", arena->error);
		out_text(arena->error_what ? arena->error_what : "?");
		out(",\"asker\":%d", pid_of(arena->asker));
	}
	if (ctx->life)
		out(",\"context\":{\"freed\":%s,\"references\":%d}", ctx->life == 2 ? "true" : "false", ctx->refcount);
	out(",\"skipped\":%d,\"holder\":%d,\"actors\":[", arena->skipped_turns, arena->holder);
	print_actors(all, status);
	out("],\"fired\":[");
	print_fired();
	out("],\"snapshots\":[");
	snapshots_print();
	out("],\"moves\":[");
	schedule_print();
	out("]");
	trace_print();
	out("}");
	out_send();
}
