/* The objects of an IPC namespace, seen from inside: those of System V, and POSIX message queues; and what is in them. */
#define _GNU_SOURCE
#include "agent.h"

#include <dirent.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A read of a larger segment would give it all of its pages. */
#define MOST_SHARED (64UL << 20)
#define MOST_SEMAPHORES 256
#define MOST_BYTES 8192

static uint64_t sum_of(const void *from, size_t bytes, uint64_t sum)
{
	const unsigned char *at = from;

	for (size_t i = 0; i < bytes; i++)
		sum = (sum ^ at[i]) * 0x100000001b3ULL;
	return sum;
}
#define SUM_OF_NOTHING 0xcbf29ce484222325ULL

static void describe_memory(int id, unsigned long size, char *into, size_t room)
{
	void *at = size <= MOST_SHARED ? shmat(id, NULL, SHM_RDONLY) : (void *)-1;

	if (at == (void *)-1)
		return;
	snprintf(into, room, ", checksum %lx", (unsigned long)sum_of(at, size, SUM_OF_NOTHING));
	shmdt(at);
}

static void describe_semaphores(int id, unsigned long count, char *into, size_t room)
{
	unsigned short values[MOST_SEMAPHORES];
	size_t length;

	if (count > MOST_SEMAPHORES || semctl(id, 0, GETALL, values) < 0)
		return;
	length = (size_t)snprintf(into, room, ", values");
	for (unsigned long i = 0; i < count && length < room; i++)
		length += (size_t)snprintf(into + length, room - length, " %d", values[i]);
}

/* Copies of its messages: they stay. */
static void describe_queue(int id, unsigned long bytes, char *into, size_t room)
{
	static struct {
		long type;
		char text[MOST_BYTES];
	} message;
	uint64_t sum = SUM_OF_NOTHING;
	struct msqid_ds queue;
	ssize_t n;
	int nr = 0;

	while ((n = msgrcv(id, &message, sizeof(message.text), nr, MSG_COPY | IPC_NOWAIT | MSG_NOERROR)) >= 0) {
		sum = sum_of(&message, sizeof(message.type) + (size_t)n, sum);
		nr++;
	}
	if (msgctl(id, IPC_STAT, &queue) < 0)
		return;
	n = snprintf(into, room, ", %lu bytes of %lu", bytes, (unsigned long)queue.msg_qbytes);
	if (nr > 0)
		snprintf(into + n, room - (size_t)n, " in %d messages, checksum %lx", nr, (unsigned long)sum);
}

/* What the rows of a table of /proc/sysvipc mean. */
static const struct {
	const char *name, *what;
	/* Whether the number after the mode is its size. */
	bool has_size;
	void (*describe)(int id, unsigned long number, char *into, size_t room);
} tables[] = {
	{ "shm", "a shared memory segment", true, describe_memory },
	{ "sem", "a semaphore set", true, describe_semaphores },
	{ "msg", "a message queue", false, describe_queue },
};

void put_ipc_objects(struct text *text, bool contents)
{
	static char rows[1 << 16];

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		char path[64], thing[4096], *row, *rest;

		snprintf(path, sizeof(path), "/proc/sysvipc/%s", tables[i].name);
		if (read_file(path, rows, sizeof(rows)) < 0)
			continue;
		/* The first row has the names of the columns. What changes when an object is only used is left out: times, pids. */
		strtok_r(rows, "\n", &rest);
		while ((row = strtok_r(NULL, "\n", &rest))) {
			unsigned long number;
			unsigned mode;
			long key;
			int id, n;

			if (sscanf(row, "%ld %d %o %lu", &key, &id, &mode, &number) != 4)
				continue;
			n = snprintf(thing, sizeof(thing), "%s with key %#lx, mode %o", tables[i].what, key, mode);
			if (tables[i].has_size)
				n += snprintf(thing + n, sizeof(thing) - (size_t)n, ", %lu", number);
			if (contents)
				tables[i].describe(id, number, thing + n, sizeof(thing) - (size_t)n);
			put_thing(text, thing);
		}
	}
}

#ifndef FSCONFIG_CMD_CREATE
#define FSCONFIG_CMD_CREATE 6
#endif
/* The same on all machines. */
enum { CALL_FSOPEN = 430, CALL_FSCONFIG = 431, CALL_FSMOUNT = 432 };

/* The root of a file system of message queues, which is mounted nowhere; -1: this kernel has none. */
static int open_queues(void)
{
	int context = (int)syscall(CALL_FSOPEN, "mqueue", 0), root = -1;

	if (context < 0)
		return -1;
	if (syscall(CALL_FSCONFIG, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		root = (int)syscall(CALL_FSMOUNT, context, 0, 0);
	close(context);
	return root;
}

static void put_posix_queue(int folder, const char *name, struct text *text)
{
	char thing[512], bytes[128] = "";
	struct mq_attr about;
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (read(fd, bytes, sizeof(bytes) - 1) > 0 && syscall(SYS_mq_getsetattr, fd, NULL, &about) == 0) {
		bytes[strcspn(bytes, " \n")] = 0;
		snprintf(thing, sizeof(thing), "/%s, %s, %ld messages of %ld, each of %ld bytes at most", name, bytes,
			 (long)about.mq_curmsgs, (long)about.mq_maxmsg, (long)about.mq_msgsize);
		put_thing(text, thing);
	}
	close(fd);
}

void put_posix_queues(struct text *text)
{
	int mounted = open_queues();
	/* Relative to the folder itself, for a mount is no folder that can be read. */
	int root = mounted < 0 ? -1 : openat(mounted, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = root < 0 ? NULL : fdopendir(root);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (entry->d_type != DT_DIR)
			put_posix_queue(root, entry->d_name, text);
	if (folder)
		closedir(folder);
	if (mounted >= 0)
		close(mounted);
}
