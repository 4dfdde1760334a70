/*
 * The trace: what happened, in the order in which it did; kept in the arena, printed at the end. Each event is five numbers:
 * step, actor, kind, and two more that depend on the kind, or instead of the last one the place of a text in the list
 * behind them. src/backends/native/events.ts has the words.
 */
#include "init.h"
#include "kernel.h"

/* Different texts of a run: names of queues and functions. */
#define MOST_TEXTS 32

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

static const char *texts[MOST_TEXTS];
static int nr_texts;

/* Texts are constants: equal ones have one address, or two when they come from two files. */
static int place_of(const char *text)
{
	for (int i = 0; i < nr_texts; i++)
		if (texts[i] == text)
			return i;
	if (nr_texts == MOST_TEXTS)
		return 0;
	texts[nr_texts] = text;
	return nr_texts++;
}

static void print_event(const struct event *event)
{
	out_number(event->step);
	out_raw(",");
	out_number(event->actor);
	out_raw(",");
	out_number(event->kind);
	out_raw(",");
	out_number(event->a);
	out_raw(",");
	out_number(event->text ? place_of(event->text) : event->b);
}

void trace_print(void)
{
	nr_texts = 0;
	out_raw(",\"events\":[");
	for (int i = 0; i < arena->nr_events; i++) {
		if (i)
			out_raw(",");
		print_event(&arena->events[i]);
	}
	out_raw("],\"texts\":[");
	for (int i = 0; i < nr_texts; i++) {
		if (i)
			out_raw(",");
		out_text(texts[i]);
	}
	out_raw("]");
}
