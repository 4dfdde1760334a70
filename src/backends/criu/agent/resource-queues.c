/* Pipes, FIFOs and Unix sockets, each with what is queued in it. */
#define _GNU_SOURCE
#include "resource.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LARGE (256 << 10)

static int make_pipe(int pid)
{
	int ends[2];

	return pipe2(ends, O_NONBLOCK) < 0 || dprintf(ends[1], "pipe of %d", pid) < 0 ? -1 : 0;
}

/* Larger than pipes are, and more in it than an ordinary one holds. */
static int make_large_pipe(int pid)
{
	char bytes[LARGE / 2];
	int ends[2];

	memset(bytes, 'a' + pid % 26, sizeof(bytes));
	if (pipe2(ends, 0) < 0 || fcntl(ends[1], F_SETPIPE_SZ, LARGE) < 0)
		return -1;
	return write(ends[1], bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes) ? 0 : -1;
}

static int make_fifo(int pid)
{
	int fd = mkfifo(resource_path(pid, "fifo"), 0600) < 0 ? -1 : open(resource_path(pid, "fifo"), O_RDWR);

	return fd < 0 || dprintf(fd, "FIFO of %d", pid) < 0 ? -1 : 0;
}

/* Two messages in one direction, one in the other. */
static int make_pair(int type, int pid)
{
	int ends[2];

	if (socketpair(AF_UNIX, type, 0, ends) < 0)
		return -1;
	return dprintf(ends[0], "first of %d", pid) < 0 || dprintf(ends[0], "second") < 0 || dprintf(ends[1], "back") < 0 ?
		       -1 :
		       0;
}

static int make_stream(int pid)
{
	return make_pair(SOCK_STREAM, pid);
}

static int make_datagram(int pid)
{
	return make_pair(SOCK_DGRAM, pid);
}

static int make_seqpacket(int pid)
{
	return make_pair(SOCK_SEQPACKET, pid);
}

/* What one side has sent before it has closed its end. */
static int make_half_closed(int pid)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 || dprintf(ends[0], "last of %d", pid) < 0)
		return -1;
	return shutdown(ends[0], SHUT_WR);
}

/* A named one that listens, and an abstract one. */
static int make_listener(int pid)
{
	struct sockaddr_un named = { .sun_family = AF_UNIX }, abstract = { .sun_family = AF_UNIX };
	int first = socket(AF_UNIX, SOCK_STREAM, 0), second = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	strcpy(named.sun_path, resource_path(pid, "socket"));
	snprintf(abstract.sun_path + 1, sizeof(abstract.sun_path) - 1, "mktrouble-%d", pid);
	if (bind(first, (struct sockaddr *)&named, sizeof(named)) < 0 || listen(first, 7) < 0)
		return -1;
	return bind(second, (struct sockaddr *)&abstract, sizeof(sa_family_t) + 1 + strlen(abstract.sun_path + 1)) < 0 ?
		       -1 :
		       listen(second, 7);
}

const struct resource queue_resources[] = {
	{ "pipe", make_pipe },		   { "large-pipe", make_large_pipe },	{ "fifo", make_fifo },
	{ "unix-stream", make_stream },	   { "unix-datagram", make_datagram },	{ "unix-seqpacket", make_seqpacket },
	{ "unix-half-closed", make_half_closed }, { "unix-listener", make_listener }, { 0 },
};
