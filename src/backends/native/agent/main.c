/*
 * mktrouble's agent. `agent serve` is started by mktrouble with plans on its standard input and records on its standard
 * output. It is two processes: the warden, outside, which waits for the end of mktrouble (file descriptor 3) or of the
 * namespace and clears up; and the init of a fresh pid namespace, which runs the cases. Whoever of the three dies, the
 * namespace dies: mktrouble's end is seen by the warden, the warden's by init (parent death signal), and with its init the
 * kernel kills everything in a pid namespace.
 */
#define _GNU_SOURCE
#include "init.h"
#include "restart.h"
#include "tree.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIFELINE 3
#define PLAN_LIMIT (256u << 20)

struct options {
	int with_user;			/* a user namespace too */
	const char *cgroup, *plugin;	/* cgroup: the folder to make */
	unsigned processor;
};

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "mktrouble agent: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* ---- namespaces ---- */

static void write_proc(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

static void enter_namespaces(int with_user)
{
	char map[64];
	unsigned uid = getuid(), gid = getgid();

	if (unshare(CLONE_NEWPID | (with_user ? CLONE_NEWUSER | CLONE_NEWNS : 0)) < 0)
		die(with_user ? "a user namespace" : "a pid namespace");
	if (!with_user)
		return;
	write_proc("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	write_proc("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "0 %u 1", gid);
	write_proc("/proc/self/gid_map", map);
}

/* The namespace's own procfs, mounted nowhere: it is gone with its file descriptor. */
static int open_procfs(void)
{
	int fs = (int)syscall(SYS_fsopen, "proc", 1), fd;

	if (fs < 0 || syscall(SYS_fsconfig, fs, 6, NULL, NULL, 0) < 0)
		die("procfs of the namespace");
	fd = (int)syscall(SYS_fsmount, fs, 1, 0);
	if (fd < 0)
		die("procfs of the namespace");
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

/* ---- init ---- */

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

/* Standard input, as it comes. */
static char input[1 << 16];
static size_t input_from, input_to;

static int read_exactly(char *to, size_t length)
{
	while (length) {
		size_t have = input_to - input_from, take = have < length ? have : length;
		ssize_t n;

		memcpy(to, input + input_from, take);
		input_from += take;
		to += take;
		length -= take;
		if (!length)
			return 1;
		n = read(0, input, sizeof(input));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 0;
		input_from = 0;
		input_to = (size_t)n;
	}
	return 1;
}

/* A request is a line `<verb> <number>`; a plan follows as so many bytes. */
static int read_request(char *verb, unsigned *number)
{
	char line[64];
	size_t n = 0;

	while (n < sizeof(line) - 1 && read_exactly(line + n, 1) && line[n] != '\n')
		n++;
	line[n] = '\0';
	return sscanf(line, "%15s %u", verb, number) == 2;
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
	out_begin();
	out("%lld", (to.tv_sec - from.tv_sec) * 1000000000LL + to.tv_nsec - from.tv_nsec);
	out_send();
}

static void run_plan(unsigned length, int procfs)
{
	char *text = length < PLAN_LIMIT ? malloc(length + 1) : NULL;
	const char *wrong;

	if (!text || !read_exactly(text, length))
		exit(0);
	text[length] = '\0';
	wrong = plan_read(text, procfs);
	free(text);
	if (wrong) {
		fprintf(stderr, "mktrouble agent: the plan has %s\n", wrong);
		exit(2);
	}
	run_case();
}

static void __attribute__((noreturn)) be_init(int alive, const struct options *options)
{
	struct pollfd parent = { .fd = alive, .events = POLLIN };
	char verb[16];
	unsigned number;
	int procfs;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The warden may have died before that: then nobody holds the other end. */
	if (poll(&parent, 1, 0) != 0)
		exit(0);
	setsid();
	prctl(PR_SET_DUMPABLE, 1);
	prctl(PR_SET_NAME, "mktrouble-init");
	catch_signals();
	settle_on_processor(options->processor);
	if (options->plugin)
		plugin_load(options->plugin);
	procfs = open_procfs();
	out_begin();
	out("{\"init\":%d}", getpid());
	out_send();
	while (read_request(verb, &number)) {
		if (!strcmp(verb, "run"))
			run_plan(number, procfs);
		else if (!strcmp(verb, "fork"))
			fork_and_reap(number);
		else
			break;
	}
	exit(0);
}

/* ---- warden ---- */

static int keep_watch(int init, int pidfd)
{
	struct pollfd watched[2] = { { .fd = LIFELINE, .events = POLLIN }, { .fd = pidfd, .events = POLLIN } };
	int status = 0;

	for (;;) {
		if (poll(watched, 2, -1) < 0 && errno != EINTR)
			break;
		if (watched[0].revents || watched[1].revents)
			break;
	}
	syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	while (waitpid(init, &status, 0) < 0 && errno == EINTR)
		;
	freezer_remove();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void be_warden(const struct options *options)
{
	int alive[2], init, pidfd;

	/* A signal to mktrouble's process group is not for the warden: it has to clear up. */
	setsid();
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	freezer_name(options->cgroup);
	if (pipe2(alive, O_CLOEXEC) < 0)
		die("pipe");
	enter_namespaces(options->with_user);
	init = fork();
	if (init < 0)
		die("fork");
	if (init == 0) {
		close(alive[1]);
		be_init(alive[0], options);
	}
	close(alive[0]);
	close(0);
	close(1);
	pidfd = (int)syscall(SYS_pidfd_open, init, 0);
	if (pidfd < 0)
		die("pidfd_open");
	exit(keep_watch(init, pidfd));
}

int main(int argc, char **argv)
{
	struct options options = { 0 };

	if (argc < 2 || strcmp(argv[1], "serve")) {
		fprintf(stderr, "usage: agent serve [--user] [--cgroup FOLDER] [--plugin LIBRARY] [--processor NUMBER]\n"
				"with a lifeline on file descriptor 3\n");
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		if (!strcmp(argv[i], "--user"))
			options.with_user = 1;
		else if (!strcmp(argv[i], "--cgroup") && i + 1 < argc)
			options.cgroup = argv[++i];
		else if (!strcmp(argv[i], "--plugin") && i + 1 < argc)
			options.plugin = argv[++i];
		else if (!strcmp(argv[i], "--processor") && i + 1 < argc)
			options.processor = (unsigned)atoi(argv[++i]);
	}
	be_warden(&options);
}
