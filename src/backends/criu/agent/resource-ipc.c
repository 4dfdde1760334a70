/* System V objects: they belong to the IPC namespace and outlive a task, so a dump has them only with a namespace of the tree's own. */
#define _GNU_SOURCE
#include "resource.h"

#include <stdint.h>
#include <stdio.h>
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

const struct resource ipc_resources[] = {
	{ "sysv-memory", make_memory }, { "sysv-semaphores", make_semaphores }, { "sysv-queue", make_queue }, { 0 },
};
