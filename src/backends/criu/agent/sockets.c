/* Sockets of the tree, asked for what /proc does not show: a duplicate of each descriptor is opened here for a moment. */
#define _GNU_SOURCE
#include "agent.h"
#include "sys.h"

#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Whether a descriptor is a TCP socket in repair mode, in which it sends and answers nothing. */
static bool is_in_repair(int pidfd, int fd)
{
	int copy = (int)sys3(SYS_pidfd_getfd, pidfd, fd, 0), repair = 0;
	socklen_t size = sizeof(repair);
	bool is_on = copy >= 0 && getsockopt(copy, IPPROTO_TCP, TCP_REPAIR, &repair, &size) == 0 && repair != 0;

	if (copy >= 0)
		close(copy);
	return is_on;
}

static void put_repaired(int pid, const char **separator, struct text *text)
{
	char path[64], target[64];
	int pidfd = (int)sys2(SYS_pidfd_open, pid, 0);
	struct dirent *entry;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	folder = opendir(path);
	while (pidfd >= 0 && folder && (entry = readdir(folder))) {
		ssize_t n = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target));
		int fd = atoi(entry->d_name);

		if (n < 7 || memcmp(target, "socket:", 7) != 0 || !is_in_repair(pidfd, fd))
			continue;
		put(text, "%s{\"pid\":%d,\"fd\":%d}", *separator, pid, fd);
		*separator = ",";
	}
	if (folder)
		closedir(folder);
	if (pidfd >= 0)
		close(pidfd);
}

void list_repaired(char *lines, struct text *text)
{
	const char *separator = "";
	struct line line;

	put(text, "[");
	while (line_next(&lines, &line)) {
		put_repaired(field_needed(&line, "pid"), &separator, text);
		line_end(&line);
	}
	put(text, "]");
}
