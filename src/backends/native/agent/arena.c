/* The arena's memory, and its actors by pid. */
#include "arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct arena *arena;
int i_am_init = 1;

const char *const point_names[NR_POINTS] = {
	[POINT_NONE] = "start",
	[POINT_HEADER] = "header", [POINT_TREE] = "tree", [POINT_ROOT] = "root", [POINT_CLAIM] = "claim",
	[POINT_PREPARE] = "prepare", [POINT_ACTIVATE] = "activate", [POINT_WAIT] = "wait", [POINT_TAIL] = "tail",
	[POINT_FREEZE] = "freeze", [POINT_OUT] = "out", [POINT_RELEASE] = "release",
	[POINT_SYNC_1] = "sync-1", [POINT_THREADS] = "threads", [POINT_SYNC_2] = "sync-2", [POINT_RESTORE] = "restore",
	[POINT_NEXT] = "next", [POINT_DONE] = "done", [POINT_SYNC_3] = "sync-3", [POINT_RESUME] = "resume",
	[POINT_EXIT] = "exit",
};

const char *const state_names[NR_STATES] = {
	[RUNNING] = "running", [PREPARED] = "prepared", [SLEEPING] = "sleeping", [DEEPLY] = "deeply", [STOPPED] = "stopped",
	[FROZEN] = "frozen", [USER] = "user", [IDLE] = "idle", [UNBORN] = "unborn", [DEAD] = "dead", [KILLABLE] = "killable",
};

const char *const exit_how_names[] = {
	[NOT_DEAD] = "not-dead", [BY_ITSELF] = "exited", [BY_KILL] = "killed", [AS_ZOMBIE] = "zombie",
};

const struct name failure_names[] = {
	[FAIL_KMALLOC] = { "kmalloc", FAIL_KMALLOC }, [FAIL_READ] = { "image-read", FAIL_READ },
	[FAIL_RESTORE] = { "restore", FAIL_RESTORE }, [FAIL_FREEZE] = { "freeze", FAIL_FREEZE }, { NULL, 0 },
};

enum point point_by_name(const char *name)
{
	for (int i = 1; i < NR_POINTS; i++)
		if (!strcmp(name, point_names[i]))
			return (enum point)i;
	return POINT_NONE;
}

void arena_open(size_t size, int procfs)
{
	if (arena && arena->size < size) {
		munmap(arena, arena->size);
		arena = NULL;
	}
	if (!arena) {
		arena = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (arena == MAP_FAILED) {
			perror("mktrouble agent: mmap");
			exit(3);
		}
	} else {
		size = arena->size;
		memset(arena, 0, sizeof(*arena));
	}
	arena->size = size;
	arena->used = sizeof(*arena);
	arena->procfs = procfs;
	arena->wake_list = NO_TASK;
	arena->holder = NO_TASK;
}

void *arena_rest(size_t size)
{
	void *memory = (char *)arena + arena->used;

	arena->used += (size + 63) & ~(size_t)63;
	if (arena->used > arena->size) {
		fprintf(stderr, "mktrouble agent: the arena is too small\n");
		exit(3);
	}
	return memory;
}

void *arena_alloc(size_t size)
{
	return memset(arena_rest(size), 0, size);
}

void arena_hash_pids(void)
{
	unsigned slots = 16;

	while (slots < 4u * (unsigned)arena->plan.nr_actors)
		slots *= 2;
	arena->by_pid = arena_alloc(slots * sizeof(int));
	arena->pid_mask = slots - 1;
	for (int i = 0; i < arena->plan.nr_actors; i++) {
		unsigned at = (unsigned)pid_of(i) * 2654435761u & arena->pid_mask;

		while (arena->by_pid[at])
			at = (at + 1) & arena->pid_mask;
		arena->by_pid[at] = i + 1;
	}
}

struct actor *actor_by_pid(int pid)
{
	unsigned at = (unsigned)pid * 2654435761u & arena->pid_mask;

	for (; arena->by_pid[at]; at = (at + 1) & arena->pid_mask)
		if (pid_of(arena->by_pid[at] - 1) == pid)
			return actor_of(arena->by_pid[at] - 1);
	return NULL;
}
