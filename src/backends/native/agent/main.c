/*
 * The agent of the native backend: `agent serve` is started by mktrouble with plans on its standard input and records on its
 * standard output. See warden.h for its processes; this is its init, which runs the cases.
 */
#define _GNU_SOURCE
#include "init.h"
#include "restart.h"
#include "tree.h"
#include "warden.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

static struct {
	const char *plugin;
	/* Of those that this process may use, round and round. */
	unsigned processor;
} options;

/* The namespace's own procfs, mounted nowhere: it is gone with its file descriptor. */
static int open_procfs(void)
{
	int fs = (int)syscall(SYS_fsopen, "proc", 1), fd = -1;

	if (fs >= 0 && syscall(SYS_fsconfig, fs, 6, NULL, NULL, 0) == 0)
		fd = (int)syscall(SYS_fsmount, fs, 1, 0);
	if (fd < 0) {
		complain("procfs of the namespace");
		exit(2);
	}
	close(fs);
	return fd;
}

/*
 * A case has one processor, and every agent another one as long as there are enough: what its tasks hand to each other
 * need not wake a processor that sleeps, which takes longer than the step itself.
 */
static void settle_on_processor(unsigned number)
{
	cpu_set_t all, one;
	unsigned count, skip;

	if (sched_getaffinity(0, sizeof(all), &all) < 0 || !(count = (unsigned)CPU_COUNT(&all)))
		return;
	skip = number % count;
	for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &all) || skip--)
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		sched_setaffinity(0, sizeof(one), &one);
		return;
	}
}

static void caught(int signal)
{
	(void)signal;
}

/* User space is taken to catch what can be caught; what a crash sends stays deadly. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = caught };
	static const int left[] = { SIGKILL, SIGSTOP, SIGCHLD, SIGSEGV, SIGBUS, SIGILL, SIGFPE };

	for (int signal = 1; signal < 32; signal++) {
		int skip = 0;

		for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
			skip |= left[i] == signal;
		if (!skip)
			sigaction(signal, &action, NULL);
	}
}

/* What a case is measured against: so many processes, made and reaped, and nothing else. */
static void fork_and_reap(unsigned n)
{
	struct timespec from, to;

	clock_gettime(CLOCK_MONOTONIC, &from);
	for (unsigned i = 0; i < n; i++) {
		struct clone_args args = { .exit_signal = SIGCHLD };

		if (clone_process(&args) == 0)
			thread_exit(0);
	}
	while (sys4(SYS_wait4, -1, NULL, __WALL, NULL) != -ECHILD)
		;
	clock_gettime(CLOCK_MONOTONIC, &to);
	put(&answer, "{\"ns\":%lld}", (to.tv_sec - from.tv_sec) * 1000000000LL + to.tv_nsec - from.tv_nsec);
	send_text(&answer);
}

static void obey(char *request, int procfs)
{
	size_t length = strlen(request);
	struct line line;

	line_next(&request, &line);
	if (line_is(&line, "plan")) {
		plan_read(&line, request, length, procfs);
		line_end(&line);
		run_case();
	} else if (line_is(&line, "fork")) {
		fork_and_reap((unsigned)field_needed(&line, "processes"));
	} else {
		not_understood("there is no request %s", line.word);
	}
}

static void __attribute__((noreturn)) be_init(void)
{
	int procfs;

	setsid();
	prctl(PR_SET_DUMPABLE, 1);
	prctl(PR_SET_NAME, "mktrouble-init");
	catch_signals();
	settle_on_processor(options.processor);
	if (options.plugin)
		plugin_load(options.plugin);
	procfs = open_procfs();
	put(&answer, "{\"event\":\"ready\",\"kinds\":");
	kinds_print(&answer);
	put(&answer, "}");
	send_text(&answer);
	do {
		char *request = request_next();

		if (request)
			obey(request, procfs);
		else if (!request_read())
			exit(0);
	} while (true);
}

int main(int argc, char **argv)
{
	struct agent agent = { .init = be_init, .namespaces = CLONE_NEWPID };
	const char *processor = option(argc, argv, "--processor");

	if (argc < 2 || strcmp(argv[1], "serve") != 0) {
		fprintf(stderr, "usage: agent serve [--user] [--cgroup FOLDER] [--plugin LIBRARY] [--processor NUMBER]\n");
		return 2;
	}
	agent.cgroup = option(argc, argv, "--cgroup");
	agent.with_user_namespace = has_option(argc, argv, "--user");
	/* A procfs can be opened there only with a mount namespace of our own. */
	if (agent.with_user_namespace)
		agent.namespaces |= CLONE_NEWNS;
	options.plugin = option(argc, argv, "--plugin");
	options.processor = processor ? (unsigned)atoi(processor) : 0;
	freezer_name(agent.cgroup);
	return be_warden(&agent);
}
