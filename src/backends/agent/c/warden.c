#define _GNU_SOURCE
#include "warden.h"
#include "files.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The kernel lets go of a cgroup a little later than wait(2) does of its last task. */
#define CGROUP_TRIES 2000

int complain(const char *what)
{
	fprintf(stderr, "mktrouble agent: %s: %s\n", what, strerror(errno));
	return -1;
}

const char *option(int argc, char **argv, const char *name)
{
	for (int i = 1; i + 1 < argc; i++)
		if (!strcmp(argv[i], name))
			return argv[i + 1];
	return NULL;
}

bool has_option(int argc, char **argv, const char *name)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return false;
}

static int become_root(void)
{
	char uids[64], gids[64];

	snprintf(uids, sizeof(uids), "0 %u 1", getuid());
	snprintf(gids, sizeof(gids), "0 %u 1", getgid());
	if (unshare(CLONE_NEWUSER) < 0)
		return -1;
	if (write_file("/proc/self/setgroups", "deny") < 0 || write_file("/proc/self/uid_map", uids) < 0)
		return -1;
	return write_file("/proc/self/gid_map", gids) < 0 ? -1 : 0;
}

static void __attribute__((noreturn)) be_init(const struct agent *agent, int alive)
{
	struct pollfd warden = { .fd = alive, .events = POLLIN };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The warden may have died before that: then no process holds the other end. */
	if (poll(&warden, 1, 0) != 0)
		_exit(0);
	agent->init();
}

/* Until init has ended, or mktrouble has: then init is killed. What comes on standard input is init's. */
static int keep_watch(int init, int pidfd)
{
	struct pollfd watched[2] = { { .fd = STDIN_FILENO, .events = 0 }, { .fd = pidfd, .events = POLLIN } };
	int status = 0;

	while (poll(watched, 2, -1) < 0 && errno == EINTR)
		;
	syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	while (waitpid(init, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void remove_cgroup(const char *folder)
{
	for (int i = 0; i < CGROUP_TRIES && rmdir(folder) < 0 && errno == EBUSY; i++)
		usleep(1000);
}

/* A signal to mktrouble's process group is not for the warden: it has to clear up. */
static void ignore_signals(void)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
}

/* Starts init and waits for its end; the exit code. */
static int supervise(const struct agent *agent)
{
	struct text event = { 0 };
	int alive[2], pidfd;
	pid_t init;

	if (pipe2(alive, O_CLOEXEC) < 0)
		return complain("pipe"), 2;
	init = fork();
	if (init < 0)
		return complain("fork"), 2;
	if (init == 0) {
		close(alive[1]);
		be_init(agent, alive[0]);
	}
	ignore_signals();
	close(alive[0]);
	pidfd = (int)syscall(SYS_pidfd_open, init, 0);
	if (pidfd < 0)
		return complain("pidfd_open"), 2;
	put(&event, "{\"event\":\"init\",\"pid\":%d}", init);
	/* Where mktrouble has ended, keep_watch() sees that as well, and what was made is removed. */
	(void)try_send_text(&event);
	return keep_watch(init, pidfd);
}

int be_warden(const struct agent *agent)
{
	time_t started = time(NULL);
	int code;

	setsid();
	if (agent->with_user_namespace && become_root() < 0)
		return complain("no user namespace can be made here"), 2;
	if (unshare(agent->namespaces) < 0)
		return complain("no namespaces can be made here"), 2;
	if (agent->prepare && agent->prepare() < 0)
		return 2;
	code = supervise(agent);
	if (agent->cgroup)
		remove_cgroup(agent->cgroup);
	if (agent->clear_up)
		agent->clear_up(started);
	return code;
}
