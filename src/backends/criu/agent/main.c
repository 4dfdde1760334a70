/*
 * The agent of the CRIU backend, in its roles. `serve`: see warden.h for its processes; `init`: the init of the namespaces;
 * started by CRIU: its action script; `tree`: a root that has a mount namespace of its own.
 */
#define _GNU_SOURCE
#include "agent.h"
#include "warden.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * All that CRIU or a program could change for the whole machine: mounts, IPC objects, the host name, and with the network
 * its packet filter. CRIU runs in the same ones as the tree, so that they are no part of what it dumps.
 */
#define NAMESPACES (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET)

static const char *program, *cgroup;

/* A new network namespace has a loopback interface, and it is down. */
int raise_loopback(void)
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

static int prepare(void)
{
	if (raise_loopback() < 0)
		return complain("the loopback interface cannot be brought up");
	if (cgroup && mkdir(cgroup, 0755) < 0)
		return complain(cgroup);
	return 0;
}

static void __attribute__((noreturn)) start_init(void)
{
	char before[16];

	/* Each tree where the last one was, so that images differ in as little as can be. */
	snprintf(before, sizeof(before), "%x", personality(AS_IT_IS));
	personality(personality(AS_IT_IS) | ADDR_NO_RANDOMIZE);
	/* Anew, so that the program that tasks have mapped is one of this mount namespace. */
	execl(program, program, "init", before, NULL);
	complain(program);
	_exit(2);
}

int main(int argc, char **argv)
{
	struct agent agent = { .namespaces = NAMESPACES, .prepare = prepare, .init = start_init,
			       .clear_up = remove_leftovers };

	/* CRIU starts its action script without arguments. */
	if (argc == 1 && getenv("CRTOOLS_SCRIPT_ACTION"))
		return hook(HOOK_SOCKET);
	if (argc == 3 && !strcmp(argv[1], "init")) {
		usual_personality = (unsigned)strtoul(argv[2], NULL, 16);
		return serve();
	}
	if (argc == 5 && !strcmp(argv[1], "tree"))
		return continue_in_root_folder(argv + 2);
	if (argc < 2 || strcmp(argv[1], "serve") != 0)
		return 2;
	program = argv[0];
	cgroup = option(argc, argv, "--cgroup");
	agent.cgroup = cgroup;
	agent.with_user_namespace = has_option(argc, argv, "--user");
	return be_warden(&agent);
}
