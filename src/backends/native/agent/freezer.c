/*
 * The freezer: a cgroup (v2) that is frozen from the start, the refrigerator; a task that is moved into it is frozen
 * by the real kernel. Where no cgroup can be made, SIGSTOP replaces it, and the record says so.
 */
#include "files.h"
#include "init.h"
#include "kernel.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A stop takes microseconds; one that does not come shows in the census. */
#define STOP_LOOKS 1000

static char folder[4096];
static int made;

void freezer_name(const char *path)
{
	snprintf(folder, sizeof(folder), "%s", path ? path : "");
}

/* Whether a file of the folder takes this. */
static int write_to(const char *name, const char *text)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return write_file(path, text) == 0;
}

static int refrigerator(void)
{
	if (!made && folder[0] && !arena->plan.stop_instead_of_freeze)
		made = (mkdir(folder, 0755) == 0 || errno == EEXIST) && write_to("cgroup.freeze", "1");
	return made && !arena->plan.stop_instead_of_freeze;
}

int freezer_holds(int pid)
{
	char text[4200];
	const char *name = strrchr(folder, '/');

	return refrigerator() && name && proc_read(arena->procfs, pid, 0, "cgroup", text, sizeof(text)) > 0 &&
	       strstr(text, name) != NULL;
}

static int none_runs(const struct actor *task)
{
	for (int i = task->next_thread; i != number_of(task); i = actor_of(i)->next_thread) {
		enum state state = actor_of(i)->state;

		if (state == RUNNING || state == PREPARED || state == SLEEPING || state == DEEPLY || state == KILLABLE)
			return 0;
	}
	return 1;
}

/* A traced task stops twice: first its tracer is asked, and only then it really stops. */
static int has_stopped(const struct actor *task, uint32_t stops_before)
{
	char state = state_of(task);

	if (!state || state == 'Z' || state == 'X')
		return 1;
	if (task->tracer == OUTSIDER || (task->flags & PT_PTRACED))
		return arena->tracer_stops != stops_before;
	return state == 'T' || state == 't';
}

static void stop(struct actor *task)
{
	uint32_t stops_before = arena->tracer_stops;

	sys2(SYS_kill, pid_of(task->leader), SIGSTOP);
	for (int i = 0; i < STOP_LOOKS && !has_stopped(task, stops_before); i++)
		usleep(50);
}

/* A task that is marked as asleep may still have others to wake; it has done so when the kernel reports it asleep. */
static void wait_until_asleep(const struct actor *task)
{
	int self = number_of(task), i = self;

	do {
		for (int looks = 0; state_of(actor_of(i)) == 'R' && looks < STOP_LOOKS; looks++)
			sys0(SYS_sched_yield);
		i = actor_of(i)->next_thread;
	} while (i != self);
}

static void halt(struct actor *task)
{
	char text[16];

	wait_until_asleep(task);
	if (task->state == FROZEN && refrigerator()) {
		decimal(text, pid_of(task->leader));
		if (write_to("cgroup.procs", text))
			return;
	}
	stop(task);
}

void do_chores(int all_asleep)
{
	for (int i = 0; arena->chores && i < arena->plan.nr_actors; i++) {
		struct actor *task = actor_of(i);

		if ((task->state != FROZEN && task->state != STOPPED) || (task->flags & HALTED))
			continue;
		if (!all_asleep && !none_runs(task))
			continue;
		halt(task);
		task->flags |= HALTED;
		arena->chores--;
	}
}

void continue_task(struct actor *task)
{
	if (task->flags & HALTED)
		sys2(SYS_kill, pid_of(task->leader), SIGCONT);
	else
		arena->chores--;
	task->flags &= ~HALTED;
}
