/*
 * The other end of the connections of a tree, TCP and UDP: a process outside of it, which counts what arrives and sees how each TCP connection
 * ends. Of UDP a connection is what comes from one port. It ends its TCP connections itself, is stopped or killed, where a scenario says so.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST 64
/* Looks, each after a tenth of a millisecond, in which it carries out an order. */
#define ORDER_TRIES 10000

enum { OPEN, ENDED, RESET };

/* Shared with the peer. */
struct view {
	/* 1: it listens; a negative errno: it cannot. */
	_Atomic int state;
	_Atomic int nr;
	/* Orders that it has carried out. */
	_Atomic int obeyed;
	struct {
		_Atomic long bytes;
		_Atomic int end;
	} of[MOST];
};
static struct view *view;
static pid_t peer;
/* To it: a byte for each order, CLOSE or CUT. */
static int orders[2] = { -1, -1 };

enum { CLOSE = 'c', CUT = 'r' };

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

/* Ports of UDP by connection; 0: it is one of TCP. */
static in_port_t ports[MOST];

/* The connection that has this port, a new one if need be; -1: there are too many. */
static int connection_of(in_port_t port)
{
	int nr = view->nr;

	for (int i = 0; i < nr; i++)
		if (ports[i] == port)
			return i;
	if (nr == MOST)
		return -1;
	ports[nr] = port;
	view->nr = nr + 1;
	return nr;
}

static void take_datagram(int fd)
{
	struct sockaddr_in from = { 0 };
	socklen_t size = sizeof(from);
	char bytes[64];
	ssize_t n = recvfrom(fd, bytes, sizeof(bytes), MSG_DONTWAIT, (struct sockaddr *)&from, &size);
	int i = n > 0 ? connection_of(from.sin_port) : -1;

	if (i >= 0)
		view->of[i].bytes += n;
}

/* One of each connection follows. */
enum { OF_TCP, OF_UDP, OF_ORDERS, FIRST };

/* Ends all TCP connections: with a FIN, or with a RST. */
static void obey(struct pollfd *connections, int nr)
{
	struct linger now = { .l_onoff = 1 };
	char order;

	if (read(orders[0], &order, 1) != 1)
		_exit(0);
	for (int i = 0; i < nr; i++) {
		if (connections[i].fd < 0)
			continue;
		if (order == CUT)
			setsockopt(connections[i].fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		close(connections[i].fd);
		connections[i].fd = -1;
		view->of[i].end = order == CUT ? RESET : ENDED;
	}
	view->obeyed++;
}

static void __attribute__((noreturn)) be_peer(int tcp, int udp)
{
	struct pollfd polled[FIRST + MOST] = { [OF_TCP] = { tcp, POLLIN, 0 },
					       [OF_UDP] = { udp, POLLIN, 0 },
					       [OF_ORDERS] = { orders[0], POLLIN, 0 } };

	for (int i = 0; i < MOST; i++)
		polled[FIRST + i].fd = -1;
	for (;;) {
		int nr = view->nr;

		if (poll(polled, (nfds_t)(FIRST + nr), -1) < 0)
			_exit(1);
		if (polled[OF_ORDERS].revents) {
			obey(polled + FIRST, nr);
			continue;
		}
		for (int i = 0; i < nr; i++)
			if (polled[FIRST + i].fd >= 0 && polled[FIRST + i].revents)
				look(&polled[FIRST + i], i);
		if (polled[OF_TCP].revents && nr < MOST) {
			polled[FIRST + nr] = (struct pollfd){ accept4(tcp, NULL, NULL, SOCK_CLOEXEC), POLLIN, 0 };
			view->nr = nr + 1;
		}
		if (polled[OF_UDP].revents)
			take_datagram(udp);
	}
}

struct sockaddr_in peer_address(void)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(PEER_PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* 0 or a negative errno. */
static int listen_to(int tcp, int udp)
{
	struct sockaddr_in where = peer_address();

	if (tcp < 0 || bind(tcp, (struct sockaddr *)&where, sizeof(where)) < 0 || listen(tcp, MOST) < 0)
		return -errno;
	return udp < 0 || bind(udp, (struct sockaddr *)&where, sizeof(where)) < 0 ? -errno : 0;
}

static void __attribute__((noreturn)) run_peer(void)
{
	int tcp, udp, error;

	orders[0] = become_plain_but(orders[0]);
	setsid();
	tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	error = listen_to(tcp, udp);
	view->state = error < 0 ? error : 1;
	if (error < 0)
		_exit(1);
	be_peer(tcp, udp);
}

static const struct timespec little = { .tv_nsec = 100000 };

int start_peer(void)
{
	view = mmap(NULL, sizeof(*view), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (view == MAP_FAILED)
		return -errno;
	if (pipe2(orders, O_CLOEXEC) < 0)
		return -errno;
	peer = fork();
	if (peer < 0)
		return -errno;
	if (peer == 0)
		run_peer();
	close(orders[0]);
	role_set(peer, HELPER);
	/* The tasks of the tree do not have it. */
	madvise(view, sizeof(*view), MADV_DONTFORK);
	while (view->state == 0)
		nanosleep(&little, NULL);
	return view->state < 0 ? view->state : 0;
}

/* Has it end its connections. */
static int give_order(char order)
{
	int before = view->obeyed;

	if (write(orders[1], &order, 1) != 1)
		return -errno;
	for (int i = 0; i < ORDER_TRIES && view->obeyed == before; i++)
		nanosleep(&little, NULL);
	return view->obeyed == before ? -ETIMEDOUT : 0;
}

/* With it end all connections, those of UDP too. */
static int kill_peer(void)
{
	long error = hit(peer, SIGKILL);

	if (error < 0)
		return error;
	for (int i = 0; i < view->nr; i++)
		view->of[i].end = ENDED;
	return 0;
}

int hit_peer(const char *fault)
{
	if (peer == 0)
		return -ESRCH;
	if (!strcmp(fault, "close"))
		return give_order(CLOSE);
	if (!strcmp(fault, "reset"))
		return give_order(CUT);
	if (!strcmp(fault, "kill"))
		return kill_peer();
	return hit(peer, !strcmp(fault, "stop") ? SIGSTOP : SIGCONT);
}

void list_connections(struct text *text)
{
	static const char *const ends[] = { "", ",\"end\":\"closed\"", ",\"end\":\"reset\"" };

	put(text, "[");
	for (int i = 0; view && i < view->nr; i++)
		put(text, "%s{\"bytes\":%ld%s}", i > 0 ? "," : "", (long)view->of[i].bytes, ends[view->of[i].end]);
	put(text, "]");
}
