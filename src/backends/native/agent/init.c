/* One case from its plan to its record, by the init of the namespace. */
#define _GNU_SOURCE
#include "init.h"
#include "kernel.h"
#include "restart.h"
#include "tree.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define NS_PER_MS 1000000LL
/* How often a plug-in's tasks are looked at. */
#define CRASH_CHECK_NS (20 * NS_PER_MS)

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 * NS_PER_MS + t.tv_nsec;
}

static struct timespec span(long long ns)
{
	if (ns < 0)
		ns = 0;
	return (struct timespec){ .tv_sec = ns / (1000 * NS_PER_MS), .tv_nsec = ns % (1000 * NS_PER_MS) };
}

static void set_phase(enum phase phase)
{
	arena->phase = phase;
	futex_wake(&arena->phase, 1 << 30);
}

static void wait_until_dead(const struct actor *task)
{
	for (int i = 0; ; i++) {
		char state = state_of(task);

		if (!state || state == 'Z' || state == 'X')
			return;
		if (i < 50) {
			sys0(SYS_sched_yield);
		} else {
			struct timespec little = span(50000);

			sys2(SYS_nanosleep, &little, NULL);
		}
	}
}

/* A task is dead that was not to die in its own time: what it would have done on its way is done for it. */
static void account_death(struct actor *task, enum exit_how how)
{
	if (task->state == DEAD || task->state == UNBORN)
		return;
	note(task, E_EXIT, 0, TEXT(exit_how_names[how]));
	if (task->state == RUNNING || task->state == PREPARED)
		arena->busy--;
	if (task->flags & HELD)
		arena->waiting--;
	task->flags = (task->flags & ~HELD) | EXIT_STATE;
	task->state = DEAD;
	task->how = how;
	plugin_buries(task);
}

/* Real SIGKILL, wherever the group is. */
static void kill_group(int victim)
{
	struct actor *task = actor_of(victim);

	sys2(SYS_kill, pid_of(task->leader), SIGKILL);
	do {
		wait_until_dead(task);
		account_death(task, BY_KILL);
		task = actor_of(task->next_thread);
	} while (number_of(task) != victim);
	/* A dead task may have been woken to take the big lock: the other waiters must try again. */
	futex_wake(&arena->big_lock, 1 << 30);
}

/* Plug-ins crash: init does not wait for a task that is counted as running and is dead. */
static void look_for_crashes(void)
{
	if (!plugin_is_loaded() || !big_trylock())
		return;
	for (int i = 0; arena->request == NOTHING && i < arena->plan.nr_actors; i++) {
		struct actor *task = actor_of(i);
		char state = task->state == RUNNING ? state_of(task) : 'R';

		if (state && state != 'Z' && state != 'X')
			continue;
		account_death(task, BY_KILL);
		check_progress(task);
	}
	big_unlock();
}

void serve(enum request what, int asker, int argument)
{
	switch (what) {
	case FAULT_DUE:
		fault_comes(argument);
		break;
	case TO_CONTINUE:
		continue_task(actor_of(asker));
		break;
	case TO_KILL:
		kill_group(argument);
		break;
	default:
		break;
	}
}

static void answer_asker(void)
{
	arena->request = NOTHING;
	arena->answered++;
	futex_wake(&arena->answered, 1);
}

static int is_quiet(void)
{
	if (arena->busy || arena->waiting)
		return 0;
	do_chores(1);
	faults_at_last();
	return arena->busy == 0;
}

/* Releases the big lock of a task that died with it: whether no task can move any more. */
static int continue_without(int dead)
{
	int quiet;

	check_progress(actor_of(dead));
	quiet = is_quiet();
	big_unlock();
	return quiet;
}

/* A task died with the big lock held: it is released once the real kernel reports the death. */
static int bury(int asker)
{
	arena->request = NOTHING;
	wait_until_dead(actor_of(asker));
	plugin_buries(actor_of(asker));
	return continue_without(asker);
}

/* The requester holds the big lock; if the request kills it, init releases the lock. */
static int serve_asker(void)
{
	int asker = arena->asker;

	serve(arena->request, asker, arena->argument);
	if (actor_of(asker)->state != DEAD) {
		answer_asker();
		return 0;
	}
	arena->request = NOTHING;
	return continue_without(asker);
}

static int try_chores(void)
{
	if (!big_trylock())
		return 0;
	if (arena->request == NOTHING)
		do_chores(0);
	big_unlock();
	return 1;
}

/* The limit of a plan is for each step, not for the run: a large tree on a slow machine is no hang. */
struct patience {
	long long deadline;
	uint32_t progress;
};

static struct timespec patience_left(struct patience *patience)
{
	uint32_t progress = arena->present + arena->step + arena->bell;

	if (patience->deadline == 0 || progress != patience->progress) {
		patience->progress = progress;
		patience->deadline = now() + arena->plan.limit_ms * NS_PER_MS;
	}
	return span(patience->deadline - now());
}

/* Serves the tree until no task can move any more, or until the run must be stopped. */
static enum end supervise(void)
{
	struct patience patience = { 0 };

	for (;;) {
		uint32_t seen = arena->bell;
		struct timespec left = patience_left(&patience);

		switch (arena->request) {
		case NOTHING:
			break;
		case HAS_DIED:
			if (bury(arena->asker))
				return OVER;
			continue;
		case ALL_QUIET:
			/* No task moves, so no task holds the lock for long. */
			arena->request = NOTHING;
			big_lock();
			if (is_quiet())
				return OVER;
			big_unlock();
			continue;
		case TOO_LONG:
			return CUT;
		case BROKEN:
			return CRASHED;
		case CANNOT_BUILD:
			return NOT_BUILT;
		default:
			if (serve_asker())
				return OVER;
			continue;
		}
		if (left.tv_sec == 0 && left.tv_nsec == 0)
			return LATE;
		if (arena->chores && try_chores() && arena->chores)
			left = span(200000);
		if (plugin_is_loaded() && left.tv_sec + left.tv_nsec / CRASH_CHECK_NS > 0) {
			look_for_crashes();
			left = span(CRASH_CHECK_NS);
		}
		futex_wait(&arena->bell, seen, &left);
	}
}

/* Waits until all have finished a building phase. */
static int all_present(int times)
{
	struct patience patience = { 0 };

	for (;;) {
		uint32_t seen = arena->bell;
		struct timespec left = patience_left(&patience);

		if (arena->request == CANNOT_BUILD)
			return 0;
		if (arena->present == (uint32_t)(times * arena->nr_builders))
			return 1;
		if (left.tv_sec == 0 && left.tv_nsec == 0) {
			arena->error = -ETIMEDOUT;
			arena->error_what = "building the tree";
			return 0;
		}
		futex_wait(&arena->bell, seen, &left);
	}
}

static int attach_outsider(void)
{
	for (int i = 1; i < arena->plan.nr_actors; i++) {
		/* The tracer of a task that has died by then was notified, and has detached. */
		if (actor_of(i)->tracer != OUTSIDER || (actor_of(i)->declared & IS_DEAD))
			continue;
		arena->error = tracer_attach(pid_of(i));
		if (arena->error < 0) {
			arena->error_what = "ptrace by an outsider";
			return 0;
		}
	}
	return 1;
}

static int build(void)
{
	long ret;

	/* The check for crashes requires that all tasks exist. */
	arena->init_begins = arena->plan.settles || something_at_start() || plugin_is_loaded();
	ret = make_tree();
	if (ret < 0) {
		arena->error = ret;
		arena->error_what = "clone3";
		return 0;
	}
	if (!arena->init_begins)
		return 1;
	if (!all_present(1))
		return 0;
	if (arena->plan.settles) {
		if (!attach_outsider())
			return 0;
		set_phase(SETTLING);
		if (!all_present(2))
			return 0;
		for (int i = 1; i < arena->plan.nr_actors; i++)
			if (actor_of(i)->declared & IS_DEAD)
				wait_until_dead(actor_of(i));
	}
	faults_at_start();
	set_phase(GOING);
	return 1;
}

void clear_namespace(int *status)
{
	/* Once is enough: a forking task received the signal before its fork completed. */
	sys2(SYS_kill, -1, SIGKILL);
	for (;;) {
		int how;
		long pid;
		struct actor *task;

		pid = sys4(SYS_wait4, -1, &how, __WALL, NULL);
		if (pid == -ECHILD)
			return;
		task = pid > 0 && status ? actor_by_pid((int)pid) : NULL;
		if (task)
			status[number_of(task)] = how;
	}
}

void run_case(void)
{
	int n = arena->plan.nr_actors;
	struct seen *all = calloc((size_t)n, sizeof(*all));
	int *status = malloc((size_t)n * sizeof(int));
	enum end end;

	if (!all || !status)
		exit(3);
	memset(status, 0xff, (size_t)n * sizeof(int));
	end = build() ? supervise() : NOT_BUILT;
	census(all);
	clear_namespace(status);
	tracer_forget();
	report_print(end, all, status);
	snapshots_forget();
	free(all);
	free(status);
}
