/* The other end of the connections of a tree: a process outside of it, which counts what arrives and sees how each connection ends. */
#define _GNU_SOURCE
#include "agent.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 64

enum { OPEN, ENDED, RESET };

/* Shared with the peer. */
struct view {
	_Atomic int nr;
	struct {
		_Atomic long bytes;
		_Atomic int end;
	} of[MOST];
};
static struct view *view;

static void look(struct pollfd *polled, int i)
{
	char bytes[64];
	ssize_t n = recv(polled->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n > 0) {
		view->of[i].bytes += n;
		return;
	}
	if (n < 0 && errno == EAGAIN)
		return;
	view->of[i].end = n == 0 ? ENDED : RESET;
	/* What has ended is not polled any more. */
	polled->fd = -1;
}

static void __attribute__((noreturn)) be_peer(int listening)
{
	struct pollfd polled[MOST + 1] = { { listening, POLLIN, 0 } };

	for (;;) {
		int nr = view->nr;

		if (poll(polled, (nfds_t)nr + 1, -1) < 0)
			_exit(1);
		for (int i = 0; i < nr; i++)
			if (polled[i + 1].revents)
				look(&polled[i + 1], i);
		if (polled[0].revents && nr < MOST) {
			polled[nr + 1] = (struct pollfd){ accept4(listening, NULL, NULL, SOCK_CLOEXEC), POLLIN, 0 };
			view->nr = nr + 1;
		}
	}
}

struct sockaddr_in peer_address(void)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(PEER_PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

int start_peer(void)
{
	struct sockaddr_in where = peer_address();
	int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	view = mmap(NULL, sizeof(*view), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (view == MAP_FAILED || listening < 0 || bind(listening, (struct sockaddr *)&where, sizeof(where)) < 0 ||
	    listen(listening, MOST) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		listening = become_plain_but(listening);
		setsid();
		be_peer(listening);
	}
	close(listening);
	/* The tasks of the tree do not have it. */
	if (view)
		madvise(view, sizeof(*view), MADV_DONTFORK);
	if (pid > 0)
		role_set(pid, HELPER);
	return pid < 0 ? -errno : 0;
}

void list_connections(struct text *text)
{
	static const char *const ends[] = { "", ",\"end\":\"closed\"", ",\"end\":\"reset\"" };

	put(text, "[");
	for (int i = 0; view && i < view->nr; i++)
		put(text, "%s{\"bytes\":%ld%s}", i > 0 ? "," : "", (long)view->of[i].bytes, ends[view->of[i].end]);
	put(text, "]");
}
