/* What is queued in pipes, sockets, terminals and inotify files of the tree, seen without taking it: from duplicates of their descriptors. */
#define _GNU_SOURCE
#include "agent.h"
#include "sys.h"

#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define PIECE (64 << 10)

static uint64_t sum_of(const char *bytes, ssize_t n, uint64_t sum)
{
	for (ssize_t i = 0; i < n; i++)
		sum = (sum ^ (unsigned char)bytes[i]) * 0x100000001b3ULL;
	return sum;
}

/* Copies what is in a pipe to one of ours, of the same size. */
static uint64_t sum_of_pipe(int fd, int size)
{
	uint64_t sum = 0xcbf29ce484222325ULL;
	char piece[PIECE];
	int ends[2];
	ssize_t n;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return 0;
	if (fcntl(ends[1], F_SETPIPE_SZ, size) >= 0)
		tee(fd, ends[1], (size_t)size, SPLICE_F_NONBLOCK);
	while ((n = read(ends[0], piece, sizeof(piece))) > 0)
		sum = sum_of(piece, n, sum);
	close(ends[0]);
	close(ends[1]);
	return sum;
}

static void put_pipe(int fd, struct text *text)
{
	int size = fcntl(fd, F_GETPIPE_SZ), queued = 0;
	bool can_read = (fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY;

	ioctl(fd, FIONREAD, &queued);
	put(text, "%d of %d bytes", queued, size);
	if (queued > 0 && can_read)
		put(text, ", checksum %lx", (unsigned long)sum_of_pipe(fd, size));
}

/* The first message, or all of a stream, as far as a piece. */
static ssize_t put_waiting(int fd, struct text *text)
{
	char piece[PIECE];
	ssize_t n = recv(fd, piece, sizeof(piece), MSG_PEEK | MSG_DONTWAIT);

	if (n <= 0)
		put(text, "no bytes");
	else
		put(text, "%ld bytes, checksum %lx", (long)n, (unsigned long)sum_of(piece, n, 0xcbf29ce484222325ULL));
	return n;
}

static void put_socket(int fd, struct text *text)
{
	if (put_waiting(fd, text) == 0)
		put(text, ", its other end is closed");
}

/* What waits at this end, which cannot be read without taking it, and what it is set to. */
static void put_terminal(int fd, struct text *text)
{
	struct termios settings = { 0 };
	struct winsize size = { 0 };
	int queued = 0;

	ioctl(fd, FIONREAD, &queued);
	ioctl(fd, TIOCGWINSZ, &size);
	tcgetattr(fd, &settings);
	put(text, "%d bytes, %d rows of %d, modes %x %x %x %x", queued, size.ws_row, size.ws_col, settings.c_iflag, settings.c_oflag,
	    settings.c_cflag, settings.c_lflag);
}

static bool is_inotify(int fd)
{
	char path[64], target[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, target, sizeof(target) - 1);
	target[n < 0 ? 0 : n] = '\0';
	return !strcmp(target, "anon_inode:inotify");
}

static void put_events(int fd, struct text *text)
{
	int bytes = 0;

	ioctl(fd, FIONREAD, &bytes);
	put(text, "%d bytes of events", bytes);
}

static void put_datagrams(int fd, struct text *text)
{
	put_socket(fd, text);
	put(text, " of datagrams");
}

static bool set_repair_queue(int fd, int queue)
{
	return setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue)) == 0;
}

static void put_arrived(int fd, struct text *text)
{
	put_waiting(fd, text);
	put(text, " of a connection");
}

/* What has arrived of a connection. While CRIU has it in repair mode the queue that is read has to be named, and is none otherwise. */
static void put_connection(int fd, struct text *text)
{
	int repair = 0, queue = TCP_NO_QUEUE;
	socklen_t size = sizeof(int);

	if (getsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &repair, &size) < 0 || repair != TCP_REPAIR_ON) {
		put_arrived(fd, text);
		return;
	}
	size = sizeof(int);
	getsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, &size);
	set_repair_queue(fd, TCP_RECV_QUEUE);
	put_arrived(fd, text);
	set_repair_queue(fd, queue);
}

typedef void (*printer)(int fd, struct text *text);

/* How what waits in a file is printed; NULL: nothing is known to wait in one of its kind. */
static printer printer_of(int fd)
{
	int domain;

	if (fcntl(fd, F_GETPIPE_SZ) > 0)
		return put_pipe;
	if (isatty(fd))
		return put_terminal;
	domain = socket_option(fd, SO_DOMAIN);
	if (domain == AF_UNIX)
		return put_socket;
	if (domain == AF_INET || domain == AF_INET6)
		return socket_option(fd, SO_TYPE) == SOCK_DGRAM ? put_datagrams : socket_option(fd, SO_ACCEPTCONN) == 0 ? put_connection : NULL;
	return domain < 0 && is_inotify(fd) ? put_events : NULL;
}

static void put_file(int pid, int fd, int copy, const char **separator, struct text *text)
{
	printer print = printer_of(copy);

	if (!print && socket_option(copy, SO_DOMAIN) < 0)
		return;
	put(text, "%s{\"pid\":%d,\"fd\":%d", *separator, pid, fd);
	if (print) {
		put(text, ",\"queue\":\"");
		print(copy, text);
		put(text, "\"");
	}
	put_options(copy, text);
	put(text, "}");
	*separator = ",";
}

void list_files(char *lines, struct text *text)
{
	list_descriptors(lines, put_file, text);
}
