/* The answer to a plan: what happened, how everybody ended, and what the kernel says of them. */
#include "init.h"
#include "restart.h"

static void print_census(const struct seen *seen, int status)
{
	if (seen->there)
		seen_print(seen);
	if (status >= 0)
		out(",\"status\":%d", status);
}

static void print_actors(const struct seen *all, const int *status)
{
	for (int i = 0; i < arena->plan.nr_actors; i++) {
		const struct actor *a = actor_of(i);

		out("%s{\"pid\":%d,\"engine\":%d,\"point\":\"%s\",\"marked\":%s,\"called\":%s,\"has\":%s,\"how\":%d,\"record\":%d",
		    i ? "," : "", a->pid, a->state, point_names[a->point], a->flags & MARKED ? "true" : "false",
		    a->flags & CALLED ? "true" : "false",
		    a->checkpoint_ctx == arena->main_ctx ? "true" : "false", a->how, a->record);
		if (a->result != NO_RESULT)
			out(",\"result\":%ld", a->result);
		print_census(&all[i], status[i]);
		out("}");
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
	out("],\"snapshots\":[");
	snapshots_print();
	out("],\"moves\":[");
	schedule_print();
	out("],\"events\":[");
	trace_print();
	out("]}");
	out_send();
}
