/* Open files of the tree, asked for what /proc does not show: a duplicate of each descriptor is opened here for a moment. */
#define _GNU_SOURCE
#include "agent.h"
#include "sys.h"

#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void put_descriptors(int pid, put_descriptor *put_one, const char **separator, struct text *text)
{
	char path[64];
	int pidfd = (int)sys2(SYS_pidfd_open, pid, 0);
	struct dirent *entry;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	folder = opendir(path);
	while (pidfd >= 0 && folder && (entry = readdir(folder))) {
		int fd = atoi(entry->d_name), copy;

		if (entry->d_name[0] == '.' || (copy = (int)sys3(SYS_pidfd_getfd, pidfd, fd, 0)) < 0)
			continue;
		put_one(pid, fd, copy, separator, text);
		close(copy);
	}
	if (folder)
		closedir(folder);
	if (pidfd >= 0)
		close(pidfd);
}

void list_descriptors(char *lines, put_descriptor *put_one, struct text *text)
{
	const char *separator = "";
	struct line line;

	put(text, "[");
	while (line_next(&lines, &line)) {
		put_descriptors(field_needed(&line, "pid"), put_one, &separator, text);
		line_end(&line);
	}
	put(text, "]");
}

int socket_option(int fd, int option)
{
	int value = -1;
	socklen_t size = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

/* In repair mode a TCP socket sends and answers nothing. */
static void put_repaired(int pid, int fd, int copy, const char **separator, struct text *text)
{
	int repair = 0;
	socklen_t size = sizeof(repair);

	/* Of what is no TCP socket it is an error. */
	if (getsockopt(copy, IPPROTO_TCP, TCP_REPAIR, &repair, &size) != 0 || repair == 0)
		return;
	put(text, "%s{\"pid\":%d,\"fd\":%d}", *separator, pid, fd);
	*separator = ",";
}

void list_repaired(char *lines, struct text *text)
{
	list_descriptors(lines, put_repaired, text);
}
