/* System V objects, and POSIX message queues: they belong to the IPC namespace and outlive a task, so a dump has them only with a namespace of the tree's own. */
#define _GNU_SOURCE
#include "resource.h"

#include "agent.h"

#include <fcntl.h>
#include <mqueue.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#define BYTES 8192
#define MODE 0600

/* Attached where kinds/made-memory.ts reads memory that resources have. */
static int make_memory(int pid)
{
	void *wanted = (void *)(RESOURCES_AT + 8 * RESOURCE_REGION);
	int id = shmget(pid, BYTES, IPC_CREAT | IPC_EXCL | MODE);

	if (id < 0 || shmat(id, wanted, 0) != wanted)
		return -1;
	memset(wanted, pid % 251 + 1, BYTES);
	return 0;
}

static int make_semaphores(int pid)
{
	int id = semget(pid, 2, IPC_CREAT | IPC_EXCL | MODE);
	struct sembuf up = { .sem_num = 1, .sem_op = 5 };

	return id < 0 ? -1 : semop(id, &up, 1);
}

static int make_queue(int pid)
{
	struct {
		long type;
		char text[16];
	} message = { .type = 7 };
	int id = msgget(pid, IPC_CREAT | IPC_EXCL | MODE);

	snprintf(message.text, sizeof(message.text), "message %d", pid);
	return id < 0 ? -1 : msgsnd(id, &message, sizeof(message.text), 0);
}

/* No task has it open: as one through which programs hand over work that is to stay. */
static int make_posix_queue(int pid)
{
	struct mq_attr about = { .mq_maxmsg = 4, .mq_msgsize = 64 };
	char name[32];
	mqd_t queue;

	snprintf(name, sizeof(name), "/mktrouble-%d", pid);
	queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, MODE, &about);
	if (queue < 0 || mq_send(queue, name, strlen(name), 3) < 0)
		return -1;
	return mq_close(queue);
}

const struct resource ipc_resources[] = {
	{ "sysv-memory", make_memory },
	{ "sysv-semaphores", make_semaphores },
	{ "sysv-queue", make_queue },
	{ "posix-queue", make_posix_queue },
	{ 0 },
};
