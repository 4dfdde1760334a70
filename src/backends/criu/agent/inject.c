/*
 * System calls of CRIU that fail, or at which it gets a signal: a tracer beside CRIU's main process, and where a scenario asks for
 * it beside the processes that restore tasks, which counts from CRIU's own start. What a wrapper script, a dynamic loader and the reading of options do before it is not counted, so that a number
 * means the same call however CRIU is started. CRIU has started when it opens the folder of its images.
 */
#define _GNU_SOURCE
#include "agent.h"
#include "sys.h"

#include <elf.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANY_CALL (-1)
#define MAX_INJECTIONS 1000
#define PATH_SHOWN 200

struct injection {
	long nr;
	long number;
	int error;
	int signal;
	/* It does half of its bytes: the third argument of a read or write. */
	bool shorter;
	/* Of the process that restores the task with this pid; 0: of CRIU's main process. */
	int task;
	/* The stage after which it counts; empty: from CRIU's start. */
	char after[40];
	long counted;
	/* Set by init, which knows of stages. */
	volatile bool armed;
	/* What was hit. */
	volatile bool fired;
	long hit;
	uint64_t args[6];
	char path[PATH_SHOWN];
	long log_bytes;
};

/* Shared with the tracer. */
static struct board {
	int nr;
	volatile bool started;
	/* Whether the tracer is there. */
	volatile bool go;
	/* Whether all that CRIU starts is traced too. */
	bool follow;
	/* Where each call is written; empty: nowhere. */
	char calls[200];
	struct injection all[MAX_INJECTIONS];
} *board;

static const struct {
	const char *name;
	long nr;
} calls[] = {
#ifdef __x86_64__
#define CALL(name, x86, arm) { #name, x86 },
#else
#define CALL(name, x86, arm) { #name, arm },
#endif
#include "syscalls.h"
#undef CALL
};

static long number_of(const char *name)
{
	if (!strcmp(name, "all"))
		return ANY_CALL;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (!strcmp(calls[i].name, name))
			return calls[i].nr < 0 ? -ENOSYS : calls[i].nr;
	return -ENOSYS;
}

static const char *name_of(long nr)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (calls[i].nr == nr)
			return calls[i].name;
	return "?";
}

void inject_clear(void)
{
	if (!board)
		board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED)
		_exit(1);
	/* Only what was used: untouched pages cost nothing. */
	memset(board, 0, offsetof(struct board, all) + board->nr * sizeof(*board->all));
}

int inject_add(struct line *line)
{
	struct injection *one = &board->all[board->nr];

	if (board->nr == MAX_INJECTIONS)
		return -E2BIG;
	one->nr = number_of(field_text(line, "call", ""));
	if (one->nr == -ENOSYS)
		return -ENOSYS;
	one->number = field_needed(line, "number");
	one->error = field_number(line, "error", 0);
	one->signal = field_number(line, "signal", 0);
	one->shorter = field_flag(line, "short");
	one->task = field_number(line, "task", 0);
	board->follow |= one->task != 0;
	snprintf(one->after, sizeof(one->after), "%s", field_text(line, "after", ""));
	one->armed = !one->after[0];
	board->nr++;
	return 0;
}

void inject_stage(const char *stage)
{
	for (int i = 0; board && i < board->nr; i++)
		if (!strcmp(board->all[i].after, stage))
			board->all[i].armed = true;
}

void inject_report(struct text *text)
{
	const char *separator = "";

	put(text, "[");
	for (int i = 0; board && i < board->nr; i++) {
		const struct injection *one = &board->all[i];

		if (!one->fired)
			continue;
		put(text, "%s{\"index\":%d,\"call\":\"%s\",\"args\":[\"%lx\",\"%lx\",\"%lx\"],\"logBytes\":%ld,\"path\":", separator, i,
		    name_of(one->hit), one->args[0], one->args[1], one->args[2], one->log_bytes);
		put_string(text, one->path);
		put(text, "}");
		separator = ",";
	}
	put(text, "]");
}

/* ---- the tracer ---- */

static bool set_call(pid_t pid, long nr)
{
#if defined(__x86_64__)
	return ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, orig_rax), nr) == 0;
#elif defined(__aarch64__)
	int call = (int)nr;
	struct iovec io = { &call, sizeof(call) };

	return ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &io) == 0;
#else
	(void)pid, (void)nr;
	return false;
#endif
}

static void set_result(pid_t pid, long result)
{
#if defined(__x86_64__)
	ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rax), result);
#elif defined(__aarch64__)
	struct user_regs_struct regs;
	struct iovec io = { &regs, sizeof(regs) };

	ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &io);
	regs.regs[0] = (unsigned long)result;
	ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &io);
#else
	(void)pid, (void)result;
#endif
}

/* A call that is entered does half of its bytes; one that does only one is left alone. */
static void halve(pid_t pid, uint64_t bytes)
{
	if (bytes < 2)
		return;
#if defined(__x86_64__)
	ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rdx), bytes / 2);
#elif defined(__aarch64__)
	struct user_regs_struct regs;
	struct iovec io = { &regs, sizeof(regs) };

	ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &io);
	regs.regs[2] = bytes / 2;
	ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &io);
#endif
}

/* A text at an address of CRIU's, when there is one: printable, and ended. */
static bool read_text(pid_t pid, uint64_t at, char *into)
{
	/* Not beyond the page: the next one may not be mapped. */
	size_t most = 4096 - at % 4096 < PATH_SHOWN - 1 ? 4096 - at % 4096 : PATH_SHOWN - 1;
	struct iovec here = { into, most }, there = { (void *)at, most };
	ssize_t n = at < 4096 ? -1 : process_vm_readv(pid, &here, 1, &there, 1, 0);

	into[n < 0 ? 0 : n] = 0;
	for (char *c = into; *c; c++)
		if (*c < ' ' || *c > '~')
			into[0] = 0;
	return into[0] != 0;
}

/* Whether this call is CRIU's first own one: it opens the folder of its images. */
static bool is_start(pid_t pid, const struct __ptrace_syscall_info *info)
{
	char path[PATH_SHOWN];

	if (info->entry.nr == __NR_openat)
		return read_text(pid, info->entry.args[1], path) && !strcmp(path, IMAGES);
#ifdef __NR_open
	if (info->entry.nr == __NR_open)
		return read_text(pid, info->entry.args[0], path) && !strcmp(path, IMAGES);
#endif
	return false;
}

/* Which argument of a call is a path, or a name: 1, 2, or 0 for none. */
static int place_of_path(const char *name)
{
	static const char *const first[] = { "access", "chdir", "execve", "lstat", "memfd_create", "mkdir", "mount", "open",
					     "readlink", "rmdir", "stat", "statfs", "umount2", "unlink" };
	static const char *const second[] = { "execveat", "faccessat", "faccessat2", "fchmodat", "fchownat", "mkdirat", "mknodat",
					      "newfstatat", "openat", "openat2", "readlinkat", "statx", "unlinkat", "utimensat" };

	for (size_t i = 0; i < sizeof(first) / sizeof(*first); i++)
		if (!strcmp(first[i], name))
			return 1;
	for (size_t i = 0; i < sizeof(second) / sizeof(*second); i++)
		if (!strcmp(second[i], name))
			return 2;
	return 0;
}

static void remember(struct injection *one, pid_t pid, const struct __ptrace_syscall_info *info)
{
	struct stat log;

	one->hit = (long)info->entry.nr;
	memcpy(one->args, info->entry.args, sizeof(one->args));
	switch (place_of_path(name_of(one->hit))) {
	case 1:
		read_text(pid, info->entry.args[0], one->path);
		break;
	case 2:
		read_text(pid, info->entry.args[1], one->path);
		break;
	}
	one->log_bytes = stat(run.log, &log) == 0 ? log.st_size : 0;
	one->fired = true;
}

/* ---- the tracees: CRIU's main process, and on request all that it starts ---- */

#define MAX_TRACEES 4096

struct tracee {
	pid_t pid;
	/* As it is called in its own pid namespace; 0: CRIU's main process; -1: a thread. */
	int task;
	/* The call that it is in is to return this error. */
	int error;
};

static struct tracee tracees[MAX_TRACEES];
static int nr_tracees;
/* All calls are written here, a line `task call` each; NULL: they are not. */
static FILE *calls_file;

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

static struct tracee *find_tracee(pid_t pid)
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

static void forget_tracee(pid_t pid)
{
	struct tracee *one = find_tracee(pid);

	if (one)
		*one = tracees[--nr_tracees];
}

/* Lets go of one that runs, or waits in the kernel. */
static void release(pid_t pid)
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
		fprintf(calls_file, "%d %s\n", by->task, name_of((long)info->entry.nr));
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

/* All but this one, which is stopped, are let go. */
static void release_others(pid_t pid)
{
	for (int i = nr_tracees - 1; i >= 0; i--)
		if (tracees[i].pid != pid)
			release(tracees[i].pid);
}

static void __attribute__((noreturn)) trace(pid_t main)
{
	add_tracee(main, 0);
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
		one = find_tracee(pid);
		if (!one && !(one = add_tracee(pid, task_of(pid)))) {
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

long inject_into(pid_t pid)
{
	int pipes[2];
	long ret = -ECHILD;
	pid_t tracer;
	long options = PTRACE_O_TRACESYSGOOD;

	if (board->follow)
		options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
	if (pipe(pipes) < 0)
		return -errno;
	tracer = fork();
	if (tracer == 0) {
		setsid();
		close(pipes[0]);
		ret = ptrace(PTRACE_SEIZE, pid, 0, options) < 0 || ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0 ? -errno : 0;
		if (write(pipes[1], &ret, sizeof(ret)) < 0 || ret < 0)
			_exit(1);
		close(pipes[1]);
		if (board->calls[0])
			calls_file = fopen(board->calls, "w");
		trace(pid);
	}
	close(pipes[1]);
	if (tracer > 0 && read(pipes[0], &ret, sizeof(ret)) != sizeof(ret))
		ret = -ECHILD;
	close(pipes[0]);
	if (tracer > 0)
		role_set(tracer, HELPER);
	board->go = true;
	return ret;
}

void inject_list(const char *file)
{
	snprintf(board->calls, sizeof(board->calls), "%s", file);
	board->follow = true;
}

bool inject_wanted(void)
{
	return board && (board->nr > 0 || board->calls[0]);
}

void inject_await(void)
{
	while (!board->go)
		usleep(50);
}
