/* Locks of files: of a process, of an open file, and a lease. CRIU needs its option file-locks for them. */
#define _GNU_SOURCE
#include "resource.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

static int lock_range(int fd, int command)
{
	struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 2, .l_len = 4 };

	return fd < 0 ? -1 : fcntl(fd, command, &range);
}

static int make_posix(int pid)
{
	return lock_range(resource_file(pid, "posix-lock", 0), F_SETLK);
}

static int make_open_file(int pid)
{
	return lock_range(resource_file(pid, "ofd-lock", 0), F_OFD_SETLK);
}

static int make_flock(int pid)
{
	int fd = resource_file(pid, "flock", 0);

	return fd < 0 ? -1 : flock(fd, LOCK_SH);
}

/* A file that is open for writing has none for reading. */
static int make_lease(int pid)
{
	int fd = resource_file(pid, "lease", 0), reader;

	if (fd < 0 || close(fd) < 0)
		return -1;
	reader = open(resource_path(pid, "lease"), O_RDONLY);
	return reader < 0 ? -1 : fcntl(reader, F_SETLEASE, F_RDLCK);
}

const struct resource lock_resources[] = {
	{ "posix-lock", make_posix }, { "ofd-lock", make_open_file }, { "flock", make_flock }, { "lease", make_lease }, { 0 },
};
