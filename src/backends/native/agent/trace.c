/* The trace: what happened, in the order in which it did; kept in the arena, printed as JSON at the end. */
#include "init.h"
#include "kernel.h"

static const char *const how_names[] = { "exited", "exited", "killed", "zombie" };
static const char *const finding_names[] = { "", "bug", "null-dereference", "out-of-bounds", "use-after-free" };
static const char *const verb_names[] = { "signal", "kill", "stop", "ptrace", "fork", "fail", "wake", "delay", "exit" };

static struct event *next_event(struct actor *who, enum event_kind kind)
{
	struct event *event;

	if (arena->nr_events >= arena->max_events)
		return NULL;
	event = &arena->events[arena->nr_events++];
	event->step = arena->step;
	event->actor = who ? number_of(who) : ENVIRONMENT;
	event->kind = kind;
	event->text = NULL;
	return event;
}

void note(struct actor *who, enum event_kind kind, long a, long b)
{
	struct event *event = next_event(who, kind);

	if (event) {
		event->a = a;
		event->b = b;
	}
}

void note_text(struct actor *who, enum event_kind kind, long a, const char *text)
{
	struct event *event = next_event(who, kind);

	if (event) {
		event->a = a;
		event->b = 0;
		event->text = text;
	}
}

static void key(const char *name)
{
	out_raw("\"");
	out_raw(name);
	out_raw("\":");
}

static void who(const char *name, long number)
{
	key(name);
	if (number == ENVIRONMENT)
		out_raw("\"environment\"");
	else if (number == 0)
		out_raw("\"coordinator\"");
	else
		out_number(pid_of(number));
}

static void kind(const char *name)
{
	out_raw(",\"kind\":\"");
	out_raw(name);
	out_raw("\"");
}

static void kind_task(const char *name, long number)
{
	kind(name);
	out_raw(",");
	who("task", number);
}

static void number(const char *name, long value)
{
	out_raw(",");
	key(name);
	out_number(value);
}

static void kind_number(const char *name, const char *of, long value)
{
	kind(name);
	number(of, value);
}

static void kind_text(const char *name, const char *of, const char *value)
{
	kind(name);
	out_raw(",");
	key(of);
	out_raw("\"");
	out_raw(value);
	out_raw("\"");
}

static void print_fault(const struct event *event)
{
	const struct fault *fault = &arena->plan.faults[event->a];

	kind("fault");
	out(",\"fault\":");
	out_text(fault->name);
	out(",\"verb\":\"%s\"", verb_names[fault->verb]);
	if (event->b != NOBODY) {
		out_raw(",");
		who("target", event->b);
	}
}

static void print_effect(const struct event *event)
{
	long a = event->a, b = event->b;

	switch ((enum event_kind)event->kind) {
	case E_POINT: kind_text("point", "point", point_names[a]); break;
	case E_CALL: kind_number("call", "pid", a); number("flags", b); break;
	case E_VISIT: kind_task("visit", a); break;
	case E_MARK: kind_task("mark", a); break;
	case E_UNMARK: kind("unmark"); break;
	case E_SLEEP: kind_text("sleep", "on", event->text); break;
	case E_WAKE: kind_task("wake", a); break;
	case E_INTERRUPTED: kind_text("interrupted", "on", event->text); break;
	case E_SIGNAL: kind_task("signal", a); number("signal", b), out_raw(",\"force\":false"); break;
	case E_KILL: kind_task("signal", a); out_raw(",\"signal\":9,\"force\":true"); break;
	case E_ACTIVATE:
		kind_number("activate", "index", a);
		if (a < arena->plan.nr_saved)
			number("pid", b);
		break;
	case E_RESTORE_BEGIN: kind("restore-begin"); break;
	case E_RESTORE_END: kind_number("restore-end", a < 0 ? "error" : "record", a); break;
	case E_THREADS_PASSED: kind("threads-passed"); break;
	case E_DONE: kind_number("done", "left", a); break;
	case E_TOTAL: kind_number("total", "tasks", a); break;
	case E_ERROR: kind_number("error", "error", a); out_raw(b ? ",\"first\":true" : ",\"first\":false"); break;
	case E_SUCCESS: kind("success"); break;
	case E_COMPLETE: kind_text("complete", "what", event->text); break;
	case E_GET: kind_number("get", "references", a); break;
	case E_PUT: kind_number("put", "references", a); break;
	case E_FREE: kind("free"); break;
	case E_STATUS: kind_number("status", "status", a); break;
	case E_STATUS_LIST: kind_number("status-list", "entry", a); number("status", b); break;
	case E_FORK: kind_number("fork", "child", pid_of(a)); out_raw(b ? ",\"inherits\":true" : ",\"inherits\":false"); break;
	case E_FORK_FAILED: kind_number("fork-failed", "error", a); break;
	case E_FROZEN: kind_task("frozen", a); break;
	case E_RETURN: kind_number("return", "result", a); break;
	case E_USER: kind("user"); break;
	case E_EXIT: kind_text("exit", "how", how_names[a]); number("code", a == BY_KILL ? 9 : b); break;
	case E_REPARENT: kind_task("reparent", a); break;
	case E_FAULT: print_fault(event); break;
	case E_LOG: kind_number("log", "error", a); break;
	case E_FINDING:
		kind("finding");
		out(",\"finding\":{\"kind\":\"%s\",\"at\":\"%s\"}", finding_names[a], event->text);
		break;
	}
}

void trace_print(void)
{
	for (int i = 0; i < arena->nr_events; i++) {
		const struct event *event = &arena->events[i];

		out_raw(i ? ",{\"step\":" : "{\"step\":");
		out_number(event->step);
		out_raw(",");
		who("actor", event->actor);
		print_effect(event);
		out_raw("}");
	}
}
