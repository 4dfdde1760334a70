/* The census: the state of every task in /proc, so that an end state is reported by the kernel and not by the engine. */
#include "init.h"

#include <stdlib.h>
#include <string.h>

/* Fields of /proc/<pid>/stat, counted from the state behind the name (proc(5) counts that as the third). */
enum { PPID = 1, PGRP, SESSION, THREADS = 17, PENDING = 28 };

static int look(const struct actor *task, struct seen *seen)
{
	char stat[1024], *at;
	long field[PENDING + 1] = { 0 };

	if (proc_read(arena->procfs, pid_of(task->leader), task->pid, "stat", stat, sizeof(stat)) <= 0)
		return 0;
	at = strrchr(stat, ')');
	if (!at)
		return 0;
	seen->state = at[2];
	at += 3;
	for (int i = 1; i <= PENDING; i++)
		field[i] = strtol(at, &at, 10);
	seen->ppid = (int)field[PPID];
	seen->pgid = (int)field[PGRP];
	seen->sid = (int)field[SESSION];
	seen->threads = (int)field[THREADS];
	seen->pending = (unsigned long)field[PENDING];
	return 1;
}

/* Only /proc/<pid>/status has it; read only when there is a tracer. */
static int tracer_of(const struct actor *task)
{
	char status[4096];
	const char *at;

	if (proc_read(arena->procfs, pid_of(task->leader), task->pid, "status", status, sizeof(status)) <= 0)
		return 0;
	at = strstr(status, "\nTracerPid:\t");
	return at ? (int)strtol(at + 12, NULL, 10) : 0;
}

static int has_tracer(void)
{
	for (int i = 0; i < arena->plan.nr_actors; i++)
		if (actor_of(i)->tracer != NO_TASK || (actor_of(i)->flags & PT_PTRACED))
			return 1;
	return 0;
}

char state_of(const struct actor *task)
{
	char stat[512];
	const char *at;

	if (proc_read(arena->procfs, pid_of(task->leader), task->pid, "stat", stat, sizeof(stat)) <= 0)
		return 0;
	at = strrchr(stat, ')');
	return at ? at[2] : 0;
}

void census(struct seen *all)
{
	int traced = has_tracer();

	for (int i = 0; i < arena->plan.nr_actors; i++) {
		const struct actor *task = actor_of(i);
		struct seen *seen = &all[i];

		memset(seen, 0, sizeof(*seen));
		if (task->state == UNBORN)
			continue;
		seen->there = look(task, seen);
		if (seen->there && traced)
			seen->tracer = tracer_of(task);
		/* A task in user space has no relevant wait channel. */
		if (!seen->there || seen->state == 'Z' || seen->state == 'X' || task->state == USER)
			continue;
		if (proc_read(arena->procfs, pid_of(task->leader), task->pid, "wchan", seen->wchan, sizeof(seen->wchan)) < 0)
			seen->wchan[0] = '\0';
		if (task->flags & FREEZING)
			seen->frozen = freezer_holds(pid_of(task->leader));
	}
}
