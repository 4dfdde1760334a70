/* The census: what /proc says of every task, so that an end state is the kernel's word and not the engine's. */
#include "init.h"

#include <stdlib.h>
#include <string.h>

/* The number behind `key` in a status file; `base` 16 for signal masks. */
static unsigned long value_of(const char *status, const char *key, int base)
{
	const char *at = strstr(status, key);

	return at ? strtoul(at + strlen(key), NULL, base) : 0;
}

static int look(const struct actor *task, struct seen *seen)
{
	char status[4096];
	int leader = pid_of(task->leader);
	const char *at;

	if (proc_read(arena->procfs, leader, task->pid, "status", status, sizeof(status)) <= 0)
		return 0;
	at = strstr(status, "\nState:\t");
	seen->state = at ? at[8] : '?';
	seen->ppid = (int)value_of(status, "\nPPid:\t", 10);
	seen->tracer = (int)value_of(status, "\nTracerPid:\t", 10);
	seen->pgid = (int)value_of(status, "\nNSpgid:\t", 10);
	seen->sid = (int)value_of(status, "\nNSsid:\t", 10);
	seen->threads = (int)value_of(status, "\nThreads:\t", 10);
	seen->pending = value_of(status, "\nSigPnd:\t", 16) | value_of(status, "\nShdPnd:\t", 16);
	return 1;
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
	for (int i = 0; i < arena->plan.nr_actors; i++) {
		const struct actor *task = actor_of(i);
		struct seen *seen = &all[i];

		memset(seen, 0, sizeof(*seen));
		if (task->state == UNBORN)
			continue;
		seen->there = look(task, seen);
		if (!seen->there || seen->state == 'Z' || seen->state == 'X')
			continue;
		if (proc_read(arena->procfs, pid_of(task->leader), task->pid, "wchan", seen->wchan, sizeof(seen->wchan)) < 0)
			seen->wchan[0] = '\0';
		if (task->flags & FREEZING)
			seen->frozen = freezer_holds(pid_of(task->leader));
	}
}
