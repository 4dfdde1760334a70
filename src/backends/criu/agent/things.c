/* What surrounds a tree in the namespaces of the case and is no file and no task: each thing as a line of text. */
#define _GNU_SOURCE
#include "agent.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char *between;

void put_thing(struct text *text, const char *thing)
{
	put_raw(text, between);
	put_string(text, thing);
	between = ",";
}

static void put_interfaces(struct text *text)
{
	struct ifaddrs *all, *one;
	char address[INET6_ADDRSTRLEN], thing[128];

	if (getifaddrs(&all) < 0)
		return;
	for (one = all; one; one = one->ifa_next) {
		int family = one->ifa_addr ? one->ifa_addr->sa_family : AF_UNSPEC;

		if (family == AF_INET)
			inet_ntop(family, &((struct sockaddr_in *)one->ifa_addr)->sin_addr, address, sizeof(address));
		else if (family == AF_INET6)
			inet_ntop(family, &((struct sockaddr_in6 *)one->ifa_addr)->sin6_addr, address, sizeof(address));
		else
			strcpy(address, one->ifa_flags & IFF_UP ? "up" : "down");
		snprintf(thing, sizeof(thing), "%s %s", one->ifa_name, address);
		put_thing(text, thing);
	}
	freeifaddrs(all);
}

static void put_host_name(struct text *text)
{
	struct utsname names;

	if (uname(&names) < 0)
		return;
	put_thing(text, names.nodename);
	put_thing(text, names.domainname);
}

/* The kinds of namespaces that are read. */
static const struct {
	const char *name;
	int kind;
} spaces[] = { { "ipc", CLONE_NEWIPC }, { "uts", CLONE_NEWUTS }, { "net", CLONE_NEWNET }, { "cgroup", CLONE_NEWCGROUP } };
#define SPACES (sizeof(spaces) / sizeof(*spaces))

/* Goes where these descriptors lead: 0, or -1 when one of them does not. */
static int go(const int fds[SPACES])
{
	int ret = 0;

	for (size_t i = 0; i < SPACES; i++)
		if (fds[i] < 0 || setns(fds[i], spaces[i].kind) < 0)
			ret = -1;
	return ret;
}

/* `of`: a pid, or self. */
static void open_spaces(const char *of, int fds[SPACES])
{
	char path[64];

	for (size_t i = 0; i < SPACES; i++) {
		snprintf(path, sizeof(path), "/proc/%s/ns/%s", of, spaces[i].name);
		fds[i] = open(path, O_RDONLY | O_CLOEXEC);
	}
}

static void close_spaces(const int fds[SPACES])
{
	for (size_t i = 0; i < SPACES; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* The cgroups of a process, as the cgroup namespace shows them in which this one is: below its root. */
static void put_cgroups(int pid, struct text *text)
{
	char path[64], rows[4096], *rest = NULL;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	if (read_file(path, rows, sizeof(rows)) < 0)
		return;
	for (char *row = strtok_r(rows, "\n", &rest); row; row = strtok_r(NULL, "\n", &rest))
		put_thing(text, strchr(row, ':') ? strchr(row, ':') + 1 : row);
}

static void put_things(const char *of, int pid, struct text *text)
{
	if (!strcmp(of, "ipc")) {
		put_ipc_objects(text, false);
	} else if (!strcmp(of, "ipc-contents")) {
		put_ipc_objects(text, true);
	} else if (!strcmp(of, "posix-queues")) {
		put_posix_queues(text);
	} else if (!strcmp(of, "interfaces")) {
		put_interfaces(text);
	} else if (!strcmp(of, "host-name")) {
		put_host_name(text);
	} else if (!strcmp(of, "cgroups")) {
		put_cgroups(pid, text);
	} else {
		not_understood("there are no things %s", of);
	}
}

static void put_things_of(int pid, const char *of, struct text *text)
{
	int home[SPACES], there[SPACES];
	char name[16];

	snprintf(name, sizeof(name), "%d", pid);
	open_spaces("self", home);
	open_spaces(name, there);
	if (go(there) == 0)
		put_things(of, pid, text);
	/* What it said from now on would be of another namespace. */
	if (go(home) < 0) {
		perror("setns");
		_exit(1);
	}
	close_spaces(home);
	close_spaces(there);
}

void list_things(const char *of, int pid, struct text *text)
{
	between = "";
	put_raw(text, "[");
	if (pid)
		put_things_of(pid, of, text);
	else
		put_things(of, getpid(), text);
	put_raw(text, "]");
}
