/* CRIU as a container engine calls it: a socket to `criu swrk`, over which a request, news of stages and answers go. */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* CRIU's own messages have some hundred bytes, an answer with an error a few thousand. */
#define MOST (64 << 10)

static int end = -1;

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 0 or a negative errno. */
static int give(const char *hex)
{
	size_t n = strlen(hex) / 2;
	char bytes[MOST];

	if (n > sizeof(bytes))
		return -EMSGSIZE;
	for (size_t i = 0; i < n; i++) {
		int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			not_understood("a message is no hexadecimal number");
		bytes[i] = (char)(high << 4 | low);
	}
	return send(end, bytes, n, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* CRIU opens the folders of a request as descriptors of the process that made the socket. */
static int hold_folder(const char *path, int as)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || dup3(fd, as, O_CLOEXEC) < 0)
		return -errno;
	close(fd);
	return 0;
}

int rpc_open(const char *images)
{
	int ends[2], error = hold_folder(images, IMAGES_FD);

	rpc_close();
	if (error == 0)
		error = hold_folder(WORK, WORK_FD);
	if (error == 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		error = -errno;
	if (error < 0)
		return error;
	end = ends[0];
	return ends[1];
}

int rpc_end(void)
{
	return end;
}

int rpc_send(const char *hex)
{
	return end < 0 ? -ENOTCONN : give(hex);
}

void rpc_close(void)
{
	if (end >= 0)
		close(end);
	end = -1;
}

/* An event for a message. False: there is none now, or ever again. */
static bool hear_one(void)
{
	static struct text event;
	char bytes[MOST];
	ssize_t n = end < 0 ? 0 : recv(end, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return false;
	if (n <= 0) {
		rpc_close();
		return false;
	}
	/* It waits for an answer: mktrouble answers each. */
	run.asked_us = now_us();
	put(&event, "{\"event\":\"rpc\",\"message\":\"");
	for (ssize_t i = 0; i < n; i++)
		put(&event, "%02x", (unsigned char)bytes[i]);
	put(&event, "\"}");
	send_text(&event);
	return true;
}

void rpc_hear(void)
{
	while (hear_one())
		;
}
