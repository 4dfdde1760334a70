/*
 * The trace: what happened, in the order in which it did; kept in the arena, printed at the end. Each event is five numbers:
 * step, actor (-1: a fault), kind, and two values. A kind is its place in a list that the agent sends when it begins, with the
 * names of the kinds and of their values. A value that is a text is its place in `texts`.
 */
#include "init.h"
#include "kernel.h"

/* Different texts of a run: names of queues, functions, points. */
#define MOST_TEXTS 256

struct value {
	const char *name;
	bool is_text;
};

/* As the record calls them. */
static const struct kind {
	const char *name;
	struct value a, b;
} kinds[NR_EVENT_KINDS] = {
	[E_POINT] = { "point", { "point", true }, { 0 } },
	[E_CALL] = { "call", { "pid", false }, { "flags", false } },
	[E_VISIT] = { "visit", { "task", false }, { 0 } },
	[E_MARK] = { "mark", { "task", false }, { 0 } },
	[E_UNMARK] = { "unmark", { 0 }, { 0 } },
	[E_SLEEP] = { "sleep", { "on", true }, { 0 } },
	[E_WAKE] = { "wake", { "task", false }, { 0 } },
	[E_INTERRUPTED] = { "interrupted", { "on", true }, { 0 } },
	[E_SIGNAL] = { "signal", { "task", false }, { "signal", false } },
	[E_KILL] = { "kill", { "task", false }, { 0 } },
	[E_ACTIVATE] = { "activate", { "index", false }, { "pid", false } },
	[E_RESTORE_BEGIN] = { "restore-begin", { 0 }, { 0 } },
	[E_RESTORE_END] = { "restore-end", { "result", false }, { 0 } },
	[E_THREADS_PASSED] = { "threads-passed", { 0 }, { 0 } },
	[E_DONE] = { "done", { "left", false }, { 0 } },
	[E_TOTAL] = { "total", { "tasks", false }, { 0 } },
	[E_ERROR] = { "error", { "error", false }, { "first", false } },
	[E_SUCCESS] = { "success", { 0 }, { 0 } },
	[E_COMPLETE] = { "complete", { "what", true }, { 0 } },
	[E_GET] = { "get", { "references", false }, { 0 } },
	[E_PUT] = { "put", { "references", false }, { 0 } },
	[E_FREE] = { "free", { 0 }, { 0 } },
	[E_STATUS] = { "status", { "status", true }, { 0 } },
	[E_STATUS_LIST] = { "status-list", { 0 }, { 0 } },
	[E_STATUS_ENTRY] = { "status-entry", { "type", true }, { "state", true } },
	[E_FORK] = { "fork", { "child", false }, { "inherits", false } },
	[E_FORK_FAILED] = { "fork-failed", { "error", false }, { 0 } },
	[E_FROZEN] = { "frozen", { "task", false }, { 0 } },
	[E_RETURN] = { "return", { "result", false }, { 0 } },
	[E_USER] = { "user", { 0 }, { 0 } },
	[E_EXIT] = { "exit", { "code", false }, { "how", true } },
	[E_REPARENT] = { "reparent", { "task", false }, { "to", false } },
	[E_FAULT] = { "fault", { "fault", false }, { "target", false } },
	[E_LOG] = { "log", { "error", false }, { 0 } },
	[E_FINDING] = { "finding", { "kind", true }, { "at", true } },
	[E_DETACH] = { "detach", { "task", false }, { 0 } },
	[E_CALL_FAILED] = { "call-failed", { "call", true }, { "error", false } },
};

void note(struct actor *actor, enum event_kind kind, long a, long b)
{
	struct event *event;

	if (arena->nr_events >= arena->max_events)
		return;
	event = &arena->events[arena->nr_events++];
	event->step = arena->step;
	event->actor = actor ? number_of(actor) : NO_TASK;
	event->kind = kind;
	event->a = a;
	event->b = b;
}

static const char *texts[MOST_TEXTS];
static int nr_texts;

/* Texts are constants: equal ones have one address, or two when they come from two files. */
static int place_of_text(const char *text)
{
	for (int i = 0; i < nr_texts; i++)
		if (texts[i] == text)
			return i;
	if (nr_texts == MOST_TEXTS)
		return 0;
	texts[nr_texts] = text;
	return nr_texts++;
}

static void print_value(const struct value *value, long number)
{
	put_raw(&answer, ",");
	put_number(&answer, value->is_text ? place_of_text((const char *)(intptr_t)number) : number);
}

static void print_event(const struct event *event)
{
	put_number(&answer, event->step);
	put_raw(&answer, ",");
	put_number(&answer, event->actor);
	put_raw(&answer, ",");
	put_number(&answer, event->kind);
	print_value(&kinds[event->kind].a, event->a);
	print_value(&kinds[event->kind].b, event->b);
}

void kinds_print(struct text *text)
{
	put_raw(text, "[");
	for (const struct kind *kind = kinds; kind < kinds + NR_EVENT_KINDS; kind++) {
		put(text, "%s{\"kind\":\"%s\",\"values\":[", kind > kinds ? "," : "", kind->name);
		if (kind->a.name)
			put(text, "\"%s\"", kind->a.name);
		if (kind->b.name)
			put(text, ",\"%s\"", kind->b.name);
		put_raw(text, "]}");
	}
	put_raw(text, "]");
}

void trace_print(void)
{
	nr_texts = 0;
	put_raw(&answer, ",\"events\":[");
	for (int i = 0; i < arena->nr_events; i++) {
		put_raw(&answer, i ? "," : "");
		print_event(&arena->events[i]);
	}
	put_raw(&answer, "],\"texts\":[");
	for (int i = 0; i < nr_texts; i++) {
		put_raw(&answer, i ? "," : "");
		put_string(&answer, texts[i]);
	}
	put_raw(&answer, "]");
}
