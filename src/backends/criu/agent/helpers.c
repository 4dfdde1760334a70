/* The agent's own processes in the namespace, which hold a pid or trace a task; and the end of all others. */
#define _GNU_SOURCE
#include "agent.h"
#include "sys.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROLES 4096
/* How long a signal may take to be delivered. */
#define HIT_US 1000000

struct entry {
	int pid;
	enum role role;
};
/* Where there are more than these, all are on the heap: every task of a tree has a copy of what is here, in its images too. */
static struct entry first[ROLES];
static struct entry *roles = first;
static int nr_roles, room = ROLES;

static struct entry *find_role(int pid)
{
	for (int i = 0; i < nr_roles; i++)
		if (roles[i].pid == pid)
			return &roles[i];
	return NULL;
}

enum role role_of(int pid)
{
	struct entry *entry = find_role(pid);

	return entry ? entry->role : STRANGER;
}

static void make_room(void)
{
	struct entry *larger = calloc(room, 2 * sizeof(*larger));

	if (!larger) {
		perror("calloc");
		_exit(1);
	}
	memcpy(larger, roles, nr_roles * sizeof(*roles));
	if (roles != first)
		free(roles);
	roles = larger;
	room *= 2;
}

void role_set(int pid, enum role role)
{
	struct entry *entry = find_role(pid);

	if (entry) {
		entry->role = role;
		return;
	}
	if (role == STRANGER)
		return;
	if (nr_roles == room)
		make_room();
	roles[nr_roles].pid = pid;
	roles[nr_roles++].role = role;
}

const char *role_name(enum role role)
{
	static const char *const names[] = { "tree", "bystander", "helper", "criu", "peer" };

	return names[role];
}

char state_in_file(const char *stat)
{
	char text[512], *end;

	return read_file(stat, text, sizeof(text)) > 0 && (end = strrchr(text, ')')) ? end[2] : 0;
}

long hit(int pid, int signal)
{
	const char *states = signal == SIGKILL ? "ZX" : signal == SIGSTOP ? "TtZX" : NULL;
	struct timespec little = { .tv_nsec = 200000 };
	long long until = now_us() + HIT_US;
	char path[64], state;

	if (kill(pid, signal) < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	while (states && (state = state_in_file(path)) && !strchr(states, state) && now_us() < until)
		nanosleep(&little, NULL);
	return 0;
}

long take_pid(int pid)
{
	pid_t wanted = pid;
	struct clone_args args = { .set_tid = (uintptr_t)&wanted, .set_tid_size = 1, .exit_signal = SIGCHLD };
	long ret = clone_process(&args);

	if (ret == 0) {
		become_plain();
		setsid();
		for (;;)
			pause();
	}
	if (ret > 0)
		role_set((int)ret, HELPER);
	return ret;
}

/* The tracer lives on, and answers what its tracee does as if it was not there. */
static void __attribute__((noreturn)) trace(int tid, int answer)
{
	long ret = ptrace(PTRACE_SEIZE, tid, 0, 0) < 0 ? -errno : 0;

	if (write(answer, &ret, sizeof(ret)) < 0 || ret < 0)
		_exit(1);
	close(answer);
	for (;;) {
		int status;
		pid_t stopped = waitpid(-1, &status, __WALL);

		if (stopped < 0)
			pause();
		else if (WIFSTOPPED(status))
			ptrace(PTRACE_CONT, stopped, 0, status >> 16 ? 0 : WSTOPSIG(status));
	}
}

long trace_task(int tid)
{
	int pipes[2];
	long ret = -ECHILD;
	pid_t helper;

	if (pipe(pipes) < 0)
		return -errno;
	helper = fork();
	if (helper == 0) {
		setsid();
		signal(SIGCHLD, SIG_DFL);
		close(pipes[0]);
		trace(tid, pipes[1]);
	}
	close(pipes[1]);
	if (helper > 0 && read(pipes[0], &ret, sizeof(ret)) != sizeof(ret))
		ret = -ECHILD;
	close(pipes[0]);
	if (ret == 0)
		role_set(helper, HELPER);
	return ret == 0 ? helper : ret;
}

void reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
		if (pid == run.pid)
			run_ended(status);
		watched_ended(pid, status);
		role_set(pid, STRANGER);
	}
}

/* Kills the processes that may be killed, and counts the remaining ones. */
static int kill_round(bool helpers)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	int left = 0;

	while (folder && (entry = readdir(folder))) {
		int pid = isdigit((unsigned char)entry->d_name[0]) ? atoi(entry->d_name) : 0;
		enum role role = role_of(pid);

		if (pid <= 1 || role == BYSTANDER || role == PEER || (!helpers && role == HELPER))
			continue;
		kill(pid, SIGKILL);
		left++;
	}
	if (folder)
		closedir(folder);
	return left;
}

int sweep(bool helpers, long limit_ms)
{
	long long until = now_us() + limit_ms * 1000;
	int left;

	for (;;) {
		struct timespec little = { .tv_nsec = 200000 };

		left = kill_round(helpers);
		reap();
		if (left == 0 || now_us() > until)
			return left;
		nanosleep(&little, NULL);
	}
}
