/* Between a dump and its page server: one connection, which carries so many bytes before something happens. */
#define _GNU_SOURCE
#include "agent.h"
#include "sys.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PIECE (64 << 10)
#define DELAY_US 500000

/* Shared with the relay, a process of its own. */
struct progress {
	_Atomic long bytes;
	_Atomic bool fired;
};
static struct progress *progress;

enum happening { CUT, KILL, STOP, DELAY };

struct order {
	int port, to, server;
	long after;
	enum happening what;
};

static int open_socket(int port, struct sockaddr_in *where)
{
	memset(where, 0, sizeof(*where));
	where->sin_family = AF_INET;
	where->sin_port = htons((uint16_t)port);
	where->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

/* Gives all to a socket; false when its other end is closed. */
static bool give(int fd, const char *bytes, ssize_t n)
{
	while (n > 0) {
		ssize_t sent = send(fd, bytes, (size_t)n, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		bytes += sent;
		n -= sent;
	}
	return true;
}

static void fire(const struct order *order)
{
	progress->fired = true;
	switch (order->what) {
	case CUT:
		_exit(0);
	case KILL:
		hit(order->server, SIGKILL);
		return;
	case STOP:
		hit(order->server, SIGSTOP);
		return;
	case DELAY:
		usleep(DELAY_US);
	}
}

/* What has arrived at one end, at most so much, goes to the other: how much; 0: there is no more. */
static ssize_t carry(int from, int to, size_t most)
{
	char piece[PIECE];
	ssize_t n = recv(from, piece, most < PIECE ? most : PIECE, 0);

	return n > 0 && give(to, piece, n) ? n : 0;
}

static void __attribute__((noreturn)) relay(int listening, const struct order *order)
{
	struct sockaddr_in where;
	int dump = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
	int server = open_socket(order->to, &where);

	close(listening);
	if (dump < 0 || connect(server, (struct sockaddr *)&where, sizeof(where)) < 0)
		_exit(1);
	for (;;) {
		struct pollfd polled[] = { { dump, POLLIN, 0 }, { server, POLLIN, 0 } };
		long left = order->after - progress->bytes;

		if (!progress->fired && left <= 0)
			fire(order);
		if (poll(polled, 2, -1) < 0)
			_exit(1);
		if (polled[1].revents && carry(server, dump, PIECE) == 0)
			_exit(0);
		if (polled[0].revents) {
			ssize_t n = carry(dump, server, progress->fired ? PIECE : (size_t)left);

			if (n == 0)
				_exit(0);
			progress->bytes += n;
		}
	}
}

static enum happening happening_of(const char *word)
{
	static const char *const words[] = { [CUT] = "cut", [KILL] = "kill", [STOP] = "stop", [DELAY] = "delay" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i], word))
			return (enum happening)i;
	not_understood("a relay does not know %s", word);
}

long relay_start(struct line *line)
{
	struct order order = { .port = field_needed(line, "port"), .to = field_needed(line, "to"),
			       .server = field_needed(line, "server"), .after = field_needed(line, "after"),
			       .what = happening_of(field_text(line, "do", "")) };
	struct sockaddr_in where;
	int listening = open_socket(order.port, &where), reuse = 1;
	pid_t pid;

	if (!progress)
		progress = mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (listening < 0 || progress == MAP_FAILED)
		return -errno;
	progress->bytes = 0;
	progress->fired = false;
	setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse));
	if (bind(listening, (struct sockaddr *)&where, sizeof(where)) < 0 || listen(listening, 1) < 0) {
		close(listening);
		return -errno;
	}
	pid = fork();
	if (pid == 0) {
		listening = become_plain_but(listening);
		setsid();
		relay(listening, &order);
	}
	close(listening);
	if (pid < 0)
		return -errno;
	role_set(pid, HELPER);
	return pid;
}

bool relay_state(long *bytes)
{
	*bytes = progress ? progress->bytes : 0;
	return progress && progress->fired;
}

long pause_for(int pid, int ms)
{
	long error = hit(pid, SIGSTOP);
	pid_t helper;

	if (error < 0)
		return error;
	helper = fork();
	if (helper == 0) {
		become_plain();
		setsid();
		usleep((useconds_t)ms * 1000);
		kill(pid, SIGCONT);
		_exit(0);
	}
	if (helper < 0) {
		kill(pid, SIGCONT);
		return -errno;
	}
	role_set(helper, HELPER);
	return 0;
}

bool has_userfaults(void)
{
	struct uffdio_api api = { .api = UFFD_API,
				  .features = UFFD_FEATURE_EVENT_FORK | UFFD_FEATURE_EVENT_REMAP |
					      UFFD_FEATURE_EVENT_REMOVE | UFFD_FEATURE_EVENT_UNMAP };
	int fd = (int)sys1(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	bool has = fd >= 0 && ioctl(fd, UFFDIO_API, &api) == 0;

	if (fd >= 0)
		close(fd);
	return has;
}
