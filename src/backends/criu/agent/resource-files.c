/* Open files: at an offset, to append, without a name, a folder, a FIFO. */
#define _GNU_SOURCE
#include "resource.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int make_file(int pid)
{
	int fd = resource_file(pid, "file", 0);

	return fd < 0 || lseek(fd, 3, SEEK_SET) < 0 ? -1 : 0;
}

static int make_appended(int pid)
{
	return resource_file(pid, "appended-file", O_APPEND | O_CLOEXEC) < 0 ? -1 : 0;
}

static int make_deleted(int pid)
{
	return resource_file(pid, "deleted-file", 0) < 0 ? -1 : unlink(resource_path(pid, "deleted-file"));
}

static int make_folder(int pid)
{
	return mkdir(resource_path(pid, "folder"), 0700) < 0 ||
			       open(resource_path(pid, "folder"), O_RDONLY | O_DIRECTORY) < 0 ?
		       -1 :
		       0;
}

/* A descriptor that two numbers share, with its offset. */
static int make_shared(int pid)
{
	int fd = resource_file(pid, "shared-offset", 0);

	return fd < 0 || dup(fd) < 0 || lseek(fd, 5, SEEK_SET) < 0 ? -1 : 0;
}

const struct resource file_resources[] = {
	{ "file", make_file },     { "appended-file", make_appended }, { "deleted-file", make_deleted },
	{ "folder", make_folder }, { "shared-offset", make_shared },   { 0 },
};
