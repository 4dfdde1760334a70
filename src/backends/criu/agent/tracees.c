/* The processes that the tracer traces. */
#define _GNU_SOURCE
#include "inject.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#define MAX_TRACEES 4096

static struct tracee tracees[MAX_TRACEES];
static int nr_tracees;

/* Its number in its own pid namespace; -1 for a thread. */
static int task_of(pid_t pid)
{
	char path[64], text[4096], *at, *end;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (read_file(path, text, sizeof(text)) < 0)
		return -1;
	if ((at = strstr(text, "\nTgid:")) && atoi(at + 6) != pid)
		return -1;
	if (!(at = strstr(text, "\nNSpid:")) || !(end = strchr(at + 1, '\n')))
		return pid;
	*end = 0;
	return atoi(strrchr(at, '\t') + 1);
}

struct tracee *find_tracee(pid_t pid)
{
	for (int i = 0; i < nr_tracees; i++)
		if (tracees[i].pid == pid)
			return &tracees[i];
	return NULL;
}

static struct tracee *add_tracee(pid_t pid, int task)
{
	struct tracee *one = nr_tracees == MAX_TRACEES ? NULL : &tracees[nr_tracees++];

	if (one)
		*one = (struct tracee){ .pid = pid, .task = task };
	return one;
}

void add_main_tracee(pid_t pid)
{
	add_tracee(pid, 0);
}

struct tracee *get_tracee(pid_t pid)
{
	struct tracee *one = find_tracee(pid);

	return one ? one : add_tracee(pid, task_of(pid));
}

void forget_tracee(pid_t pid)
{
	struct tracee *one = find_tracee(pid);

	if (one)
		*one = tracees[--nr_tracees];
}

void release(pid_t pid)
{
	int status;

	if (!find_tracee(pid))
		return;
	forget_tracee(pid);
	if (ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0)
		return;
	if (waitpid(pid, &status, __WALL) < 0 || !WIFSTOPPED(status))
		return;
	/* A signal that was on its way is not lost. */
	ptrace(PTRACE_DETACH, pid, 0, status >> 16 || WSTOPSIG(status) == (SIGTRAP | 0x80) ? 0 : WSTOPSIG(status));
}

void release_others(pid_t pid)
{
	for (int i = nr_tracees - 1; i >= 0; i--)
		if (tracees[i].pid != pid)
			release(tracees[i].pid);
}
