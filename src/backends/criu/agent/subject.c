/* What a task of the tree is known by: memory with a pattern of its own, in which its threads answer whether they run. */
#define _GNU_SOURCE
#include "tree.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>

/* Interval timers are of the process, and cannot be seen from outside. */
static void note_timers(struct subject *subject)
{
	for (int i = 0; i < INTERVAL_TIMERS; i++) {
		struct itimerval now = { 0 };

		sys2(SYS_getitimer, i, (long)&now);
		subject->timers[i].left = (int32_t)now.it_value.tv_sec;
		subject->timers[i].interval = (int32_t)now.it_interval.tv_sec;
	}
}

void subject_answer(int signal, siginfo_t *info, void *context)
{
	struct subject *subject = (struct subject *)PRIVATE_AT;
	struct shared *shared = (struct shared *)SHARED_AT;
	int tid = (int)sys0(SYS_gettid);

	(void)signal;
	(void)context;
	for (uint32_t i = 0; i < subject->nr_threads; i++) {
		if (subject->tid[i] != tid)
			continue;
		if (subject->reserved)
			shared->answers++;
		note_timers(subject);
		subject->answered[i] = (uint32_t)info->si_int;
		if (subject->connection)
			sys6(SYS_sendto, subject->connection, (long)"", 1, MSG_NOSIGNAL | MSG_DONTWAIT, 0, 0);
		if (subject->datagrams)
			sys6(SYS_sendto, subject->datagrams, (long)"", 1, MSG_NOSIGNAL | MSG_DONTWAIT, 0, 0);
	}
}

/* A pattern that no other task has. */
static void fill(void *at, size_t bytes, uint64_t seed)
{
	uint64_t *words = at;
	uint64_t x = seed * 0x9e3779b97f4a7c15ULL + 1;

	for (size_t i = 0; i < bytes / sizeof(*words); i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		words[i] = x;
	}
}

static int map_at(uintptr_t at, size_t bytes, int flags)
{
	void *got = mmap((void *)at, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	return got == (void *)at ? 0 : -1;
}

int subject_make(const struct task *task)
{
	struct subject *subject = (struct subject *)PRIVATE_AT;
	size_t bytes = (size_t)task->private_kib << 10;

	/* A root has its own shared region, which its descendants inherit. */
	if (task->parent < 0 && task->shared_kib > 0) {
		struct shared *shared = (struct shared *)SHARED_AT;
		size_t size = (size_t)task->shared_kib << 10;

		if (map_at(SHARED_AT, HEADER_BYTES + size, MAP_SHARED) < 0)
			return -1;
		shared->magic = SUBJECT_MAGIC;
		shared->bytes = (uint32_t)size;
		fill((char *)shared + HEADER_BYTES, size, (uint64_t)task->pid << 32);
	}
	if (task->parent >= 0)
		munmap((void *)PRIVATE_AT, HEADER_BYTES + ((size_t)((struct subject *)PRIVATE_AT)->bytes));
	if (map_at(PRIVATE_AT, HEADER_BYTES + bytes, MAP_PRIVATE) < 0)
		return -1;
	subject->magic = SUBJECT_MAGIC;
	subject->bytes = (uint32_t)bytes;
	subject->tid[0] = (int32_t)sys0(SYS_gettid);
	subject->nr_threads = 1;
	subject->reserved = task->shared_kib > 0;
	fill((char *)subject + HEADER_BYTES, bytes, (uint64_t)task->pid);
	return 0;
}
