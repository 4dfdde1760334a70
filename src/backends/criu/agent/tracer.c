/*
 * The tracer of CRIU: counts the system calls of its tracees, and makes those fail, or be hit by a signal, that a scenario names.
 * What a wrapper script, a dynamic loader and the reading of options do is not counted, so that a number means the same call
 * however CRIU is started. CRIU has started when it opens the folder of its images.
 */
#define _GNU_SOURCE
#include "inject.h"
#include "sys.h"

#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* All calls are written here, a line `task call` each; NULL: they are not. */
static FILE *calls_file;

/* The folder of the images, by its name or, in a request, as a descriptor of init. */
static bool is_images(const char *path)
{
	char of_request[24];

	snprintf(of_request, sizeof(of_request), "/proc/1/fd/%d", IMAGES_FD);
	return !strcmp(path, IMAGES) || !strcmp(path, of_request);
}

/* Whether this call is CRIU's first own one: it opens the folder of its images. */
static bool is_start(pid_t pid, const struct __ptrace_syscall_info *info)
{
	char path[PATH_SHOWN];

	if (info->entry.nr == __NR_openat)
		return read_text(pid, info->entry.args[1], path) && is_images(path);
#ifdef __NR_open
	if (info->entry.nr == __NR_open)
		return read_text(pid, info->entry.args[0], path) && is_images(path);
#endif
	return false;
}

static void remember(struct injection *one, pid_t pid, const struct __ptrace_syscall_info *info)
{
	struct stat log;

	one->hit = (long)info->entry.nr;
	memcpy(one->args, info->entry.args, sizeof(one->args));
	read_path(pid, one->hit, one->args, one->path);
	one->log_bytes = stat(run.log, &log) == 0 ? log.st_size : 0;
	one->fired = true;
}

/* A process has one tracer: before CRIU attaches to one that it has started, we let go of it. Whether this one itself wants another. */
static bool make_room(const struct tracee *by, const struct __ptrace_syscall_info *info)
{
	long request = (long)info->entry.args[0];
	pid_t target = (pid_t)info->entry.args[1];

	if (info->entry.nr != __NR_ptrace)
		return false;
	if ((request == PTRACE_SEIZE || request == PTRACE_ATTACH) && target != by->pid)
		release(target);
	return request == PTRACE_TRACEME && by->task != 0;
}

#define STAYS (-1)
#define LEAVES (-2)

/* Counts a call that is entered. The error that it is to return, 0 for none. */
static int enter(const struct tracee *by, const struct __ptrace_syscall_info *info)
{
	int error = 0;

	if (by->task == 0 && !board->started) {
		board->started = is_start(by->pid, info);
		return 0;
	}
	if (calls_file)
		fprintf(calls_file, "%d %s\n", by->task, call_name((long)info->entry.nr));
	/* Before the end of CRIU can be seen. */
	if (calls_file && by->task == 0 && info->entry.nr == __NR_exit_group)
		fflush(calls_file);
	for (int i = 0; i < board->nr; i++) {
		struct injection *one = &board->all[i];

		if (one->task != by->task || !one->armed || one->fired || (one->nr != ANY_CALL && one->nr != (long)info->entry.nr))
			continue;
		if (++one->counted != one->number)
			continue;
		remember(one, by->pid, info);
		if (one->shorter)
			halve(by->pid, info->entry.args[2]);
		else if (one->signal)
			sys3(SYS_tgkill, by->pid, by->pid, one->signal);
		else
			error = one->error;
	}
	return error;
}

static bool all_fired(void)
{
	if (calls_file)
		return false;
	for (int i = 0; i < board->nr; i++)
		if (!board->all[i].fired)
			return false;
	return true;
}

/* A stop of a tracee: the signal that it is to get when it goes on, 0 for none; STAYS: it remains stopped; LEAVES: it goes on untraced. */
static int stopped(struct tracee *one, int status)
{
	struct __ptrace_syscall_info info;

	if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
		if (one->task < 0 || ptrace(PTRACE_GET_SYSCALL_INFO, one->pid, sizeof(info), &info) <= 0)
			return 0;
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
			one->error = enter(one, &info);
			if (one->error && !set_call(one->pid, -1))
				one->error = 0;
			else if (!one->error && make_room(one, &info))
				return LEAVES;
		} else if (one->error) {
			set_result(one->pid, -one->error);
			one->error = 0;
		}
		return 0;
	}
	if (status >> 16 == PTRACE_EVENT_STOP) {
		/* Stopped by a signal, and stays so; or stopped by us. */
		if (WSTOPSIG(status) == SIGTRAP)
			return 0;
		ptrace(PTRACE_LISTEN, one->pid, 0, 0);
		return STAYS;
	}
	return status >> 16 ? 0 : WSTOPSIG(status);
}

void trace(pid_t main)
{
	if (board->calls[0])
		calls_file = fopen(board->calls, "w");
	add_main_tracee(main);
	for (;;) {
		int status, deliver;
		pid_t pid = waitpid(-1, &status, __WALL);
		struct tracee *one;

		if (pid < 0)
			_exit(0);
		if (!WIFSTOPPED(status)) {
			forget_tracee(pid);
			continue;
		}
		one = get_tracee(pid);
		if (!one) {
			ptrace(PTRACE_DETACH, pid, 0, 0);
			continue;
		}
		deliver = stopped(one, status);
		if (deliver == LEAVES) {
			forget_tracee(pid);
			ptrace(PTRACE_DETACH, pid, 0, 0);
		}
		if (deliver < 0)
			continue;
		/* One that was released before it may have moved it in the list. */
		one = find_tracee(pid);
		if (!one->error && all_fired()) {
			release_others(pid);
			ptrace(PTRACE_DETACH, pid, 0, deliver);
			_exit(0);
		}
		ptrace(PTRACE_SYSCALL, pid, 0, deliver);
	}
}
