/*
 * The agent's roles. `serve`: the warden, outside, and the init that it makes, inside; started by CRIU: its action script. The
 * end of mktrouble is the end of init's standard input, and the end of init is the end of all that is in its namespace.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Milliseconds that init has to end after mktrouble. */
#define GRACE_MS 1000

static int complain(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	return 1;
}

/* As an ordinary user: root in a user namespace of our own. */
static int become_root(void)
{
	char text[64];
	uid_t uid = getuid();
	gid_t gid = getgid();

	if (unshare(CLONE_NEWUSER) < 0)
		return -1;
	if (write_file("/proc/self/setgroups", "deny") < 0)
		return -1;
	snprintf(text, sizeof(text), "0 %u 1", uid);
	if (write_file("/proc/self/uid_map", text) < 0)
		return -1;
	snprintf(text, sizeof(text), "0 %u 1", gid);
	return write_file("/proc/self/gid_map", text);
}

/* A new network namespace has a loopback interface, and it is down. */
static int raise_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret = fd < 0 ? -1 : ioctl(fd, SIOCGIFFLAGS, &request);

	request.ifr_flags |= IFF_UP;
	if (ret == 0)
		ret = ioctl(fd, SIOCSIFFLAGS, &request);
	if (fd >= 0)
		close(fd);
	return ret;
}

/* The kernel gives a cgroup free a little after its last task has died. */
static void remove_cgroup(const char *folder)
{
	for (int i = 0; i < 2000 && rmdir(folder) < 0 && errno == EBUSY; i++)
		usleep(1000);
}

/* Until init has ended, or mktrouble has: then init is ended, whatever it does. What comes on standard input is init's. */
static void keep_watch(int init)
{
	struct pollfd watched[2] = { { .fd = 0, .events = 0 }, { .fd = init, .events = POLLIN } };

	while (init >= 0 && poll(watched, 2, -1) < 0 && errno == EINTR)
		;
	/* It ends by itself when its input does; one that is stopped does not. */
	if (init >= 0 && !watched[1].revents && poll(&watched[1], 1, GRACE_MS) == 0)
		syscall(SYS_pidfd_send_signal, init, SIGKILL, NULL, 0);
}

/* `cgroup`: the folder to make, or NULL. */
static int warden(const char *program, bool user, const char *cgroup)
{
	time_t started = time(NULL);
	int alive[2], pidfd;
	pid_t init;
	int status;

	/* A signal to mktrouble's process group is not for the warden: it has to clear up. */
	setsid();
	if (user && become_root() < 0)
		return complain("no user namespace can be made here");
	/*
	 * All that CRIU or a program could change for the whole machine: mounts, IPC objects, the host name, and with the network
	 * its packet filter. CRIU runs in the same ones as the tree, so that they are no part of what it dumps.
	 */
	if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET) < 0)
		return complain("no namespaces can be made here");
	if (raise_loopback() < 0)
		return complain("the loopback interface cannot be brought up");
	if (cgroup && mkdir(cgroup, 0755) < 0)
		return complain(cgroup);
	if (pipe2(alive, O_CLOEXEC) < 0)
		return complain("pipe");
	init = fork();
	if (init < 0)
		return complain("fork");
	if (init == 0) {
		char before[16];

		struct pollfd parent = { .fd = alive[0], .events = POLLIN };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* The warden may have died before that: then no process holds the other end. */
		close(alive[1]);
		if (poll(&parent, 1, 0) != 0)
			_exit(0);
		/* Each tree where the last one was, so that images differ in as little as can be. */
		snprintf(before, sizeof(before), "%x", personality(AS_IT_IS));
		personality(personality(AS_IT_IS) | ADDR_NO_RANDOMIZE);
		/* Anew, so that the program that tasks have mapped is one of this mount namespace. */
		execl(program, program, "init", before, NULL);
		_exit(complain(program));
	}
	say("{\"event\":\"init\",\"pid\":%d}", init);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	pidfd = (int)syscall(SYS_pidfd_open, init, 0);
	keep_watch(pidfd);
	while (waitpid(init, &status, 0) < 0 && errno == EINTR)
		;
	if (cgroup)
		remove_cgroup(cgroup);
	remove_leftovers(started);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

int main(int argc, char **argv)
{
	bool user = false;
	const char *cgroup = NULL;

	/* CRIU starts its action script without arguments. */
	if (argc == 1 && getenv("CRTOOLS_SCRIPT_ACTION"))
		return hook(HOOK_SOCKET);
	if (argc == 3 && !strcmp(argv[1], "init")) {
		usual_personality = (unsigned)strtoul(argv[2], NULL, 16);
		return serve();
	}
	if (argc < 2 || strcmp(argv[1], "serve"))
		return 2;
	for (int i = 2; i < argc; i++) {
		if (!strcmp(argv[i], "--user"))
			user = true;
		else if (!strcmp(argv[i], "--cgroup") && i + 1 < argc)
			cgroup = argv[++i];
	}
	return warden(argv[0], user, cgroup);
}
