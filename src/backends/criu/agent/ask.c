/*
 * What the kernel says to a process itself only, and shows in no file: how it handles signals, its interval timers, what prctl(2) has set.
 * The process is stopped where it sleeps in a system call, is made to ask, and continues the call that it was in: what a dump by CRIU does
 * to it, too. One that does not sleep, is traced already, or whose system calls are filtered, is not asked.
 */
#define _GNU_SOURCE
#include "agent.h"
#include "sys.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)

/* A system call of a process leaves this much below its stack pointer alone. */
#define RED_ZONE 128
#define EVENT_STOP (SIGTRAP | PTRACE_EVENT_STOP << 8)
#define CALL_STOP (SIGTRAP | 0x80)
#define LAST_SIGNAL 64

/* As rt_sigaction(2) of the kernel has it. */
struct action {
	uint64_t handler, flags, restorer, mask;
};

union answer {
	long words[4];
	struct action action;
	struct itimerval timer;
	stack_t stack;
	int number;
};

/* A process that is stopped in a system call, with what it must have again when it continues. */
struct asked {
	pid_t pid;
	struct user_regs_struct regs;
	uint64_t blocked;
	unsigned long place;
	union answer was;
};

static bool next_stop(pid_t pid, int *stop)
{
	int status;

	if (sys4(SYS_wait4, pid, (long)&status, __WALL, 0) != pid || !WIFSTOPPED(status))
		return false;
	*stop = status >> 8;
	return true;
}

static bool continue_to(pid_t pid, int request, int wanted)
{
	int stop;

	return ptrace(request, pid, 0, 0) == 0 && next_stop(pid, &stop) && stop == wanted;
}

static bool move(const struct asked *one, int request, union answer *data)
{
	for (size_t i = 0; i < sizeof(data->words) / sizeof(*data->words); i++) {
		unsigned long at = one->place + i * sizeof(long);

		errno = 0;
		if (request == PTRACE_PEEKDATA)
			data->words[i] = ptrace(request, one->pid, at, 0);
		else
			ptrace(request, one->pid, at, data->words[i]);
		if (errno)
			return false;
	}
	return true;
}

/* The segment of 64-bit code. */
#define CODE_64 0x33

/* Whether it is stopped in a system call: then the instruction before the next one makes one. */
static bool is_in_call(struct asked *one)
{
	if (ptrace(PTRACE_GETREGS, one->pid, 0, &one->regs) < 0 || (long)one->regs.orig_rax < 0 || one->regs.cs != CODE_64)
		return false;
	errno = 0;
	return (ptrace(PTRACE_PEEKTEXT, one->pid, one->regs.rip - 2, 0) & 0xffff) == 0x050f && errno == 0;
}

static bool start_asking(struct asked *one)
{
	const uint64_t all = ~0ULL;

	one->place = (one->regs.rsp - RED_ZONE - sizeof(one->was)) & ~15UL;
	return move(one, PTRACE_PEEKDATA, &one->was) && ptrace(PTRACE_GETSIGMASK, one->pid, sizeof(all), &one->blocked) == 0 &&
	       ptrace(PTRACE_SETSIGMASK, one->pid, sizeof(all), &all) == 0;
}

/* Arguments of a system call; the third and fourth of those that have two are 0, as some of prctl(2) demand. */
struct call {
	long nr;
	unsigned long args[4];
};

/* Makes the process call the kernel: what that returns, and what it has written in its place. A negative errno when it fails. */
static long ask_kernel(const struct asked *one, struct call call, union answer *answer)
{
	struct user_regs_struct regs = one->regs;

	regs.rip -= 2;
	regs.rax = (unsigned long)call.nr;
	/* It is in no system call any more that would be started again. */
	regs.orig_rax = ~0UL;
	regs.rdi = call.args[0];
	regs.rsi = call.args[1];
	regs.rdx = call.args[2];
	regs.r10 = call.args[3];
	regs.r8 = 0;
	if (ptrace(PTRACE_SETREGS, one->pid, 0, &regs) == 0 && continue_to(one->pid, PTRACE_SYSCALL, CALL_STOP) &&
	    continue_to(one->pid, PTRACE_SYSCALL, CALL_STOP) && ptrace(PTRACE_GETREGS, one->pid, 0, &regs) == 0 &&
	    move(one, PTRACE_PEEKDATA, answer))
		return (long)regs.rax;
	return -ESRCH;
}

/* The kernel starts the interrupted call again where it looks for signals, and only there. */
static void end_asking(struct asked *one)
{
	ptrace(PTRACE_INTERRUPT, one->pid, 0, 0);
	continue_to(one->pid, PTRACE_CONT, EVENT_STOP);
	move(one, PTRACE_POKEDATA, &one->was);
	ptrace(PTRACE_SETREGS, one->pid, 0, &one->regs);
	ptrace(PTRACE_SETSIGMASK, one->pid, sizeof(one->blocked), &one->blocked);
}

static void put_timers(const struct asked *one, struct text *text)
{
	static const char *const names[] = { "real", "virtual", "profiling" };
	union answer answer;

	for (unsigned long i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (ask_kernel(one, (struct call){ SYS_getitimer, { i, one->place } }, &answer) == 0)
			put(text, ",\"interval timer %s\":\"%ld.%06ld s\"", names[i], (long)answer.timer.it_interval.tv_sec,
			    (long)answer.timer.it_interval.tv_usec);
}

static void put_actions(const struct asked *one, uint64_t handled, struct text *text)
{
	union answer answer;

	for (unsigned long signal = 1; signal <= LAST_SIGNAL; signal++) {
		struct call call = { SYS_rt_sigaction, { signal, 0, one->place, sizeof(uint64_t) } };

		/* What is special of a child's end is there without a handler, too. */
		if ((handled >> (signal - 1) & 1 || signal == SIGCHLD) && ask_kernel(one, call, &answer) == 0)
			put(text, ",\"handler of signal %lu\":\"%lx, flags %lx, restorer %lx, blocks %lx\"", signal,
			    (unsigned long)answer.action.handler, (unsigned long)answer.action.flags,
			    (unsigned long)answer.action.restorer, (unsigned long)answer.action.mask);
	}
}

/* Those of prctl(2) that no file of /proc has. A kernel without one is not asked about it. */
static const struct {
	const char *name;
	unsigned long option;
	/* The answer is written, not returned. */
	bool written;
} controls[] = {
	{ "parent-death signal", PR_GET_PDEATHSIG, true },
	{ "dumpable", PR_GET_DUMPABLE, false },
	{ "child subreaper", PR_GET_CHILD_SUBREAPER, true },
	{ "secure bits", PR_GET_SECUREBITS, false },
	{ "time stamp counter", PR_GET_TSC, true },
	{ "machine check policy", PR_MCE_KILL_GET, false },
	{ "I/O flusher", 58 /* PR_GET_IO_FLUSHER */, false },
	{ "no writable code", 66 /* PR_GET_MDWE */, false },
	{ "memory merging", 68 /* PR_GET_MEMORY_MERGE */, false },
};

static void put_controls(const struct asked *one, struct text *text)
{
	for (size_t i = 0; i < sizeof(controls) / sizeof(*controls); i++) {
		struct call call = { SYS_prctl, { controls[i].option, controls[i].written ? one->place : 0 } };
		union answer answer;
		long result = ask_kernel(one, call, &answer);

		if (result >= 0)
			put(text, ",\"%s\":\"%ld\"", controls[i].name, controls[i].written ? (long)answer.number : result);
	}
}

/* What each thread has of its own: here the leader. */
static void put_own(const struct asked *one, struct text *text)
{
	union answer answer;

	if (ask_kernel(one, (struct call){ SYS_get_mempolicy, { one->place } }, &answer) == 0)
		put(text, ",\"memory policy\":\"%d\"", answer.number);
	if (ask_kernel(one, (struct call){ SYS_sigaltstack, { 0, one->place } }, &answer) == 0)
		put(text, ",\"alternate signal stack\":\"%lx, %lu bytes, flags %lx\"", (unsigned long)answer.stack.ss_sp,
		    (unsigned long)answer.stack.ss_size, (unsigned long)answer.stack.ss_flags);
}

static void put_answers(const struct asked *one, uint64_t handled, struct text *text)
{
	put_controls(one, text);
	put_timers(one, text);
	put_actions(one, handled, text);
	put_own(one, text);
}

static uint64_t status_number(const char *status, const char *name, int base)
{
	const char *at = strstr(status, name);

	return at ? strtoull(at + strlen(name), NULL, base) : ~0ULL;
}

/* Whether the process sleeps, is not traced, and nothing looks at its system calls. */
static bool may_ask(int pid, uint64_t *handled)
{
	char path[64], status[4096];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (read_file(path, status, sizeof(status)) < 0)
		return false;
	*handled = status_number(status, "\nSigCgt:", 16);
	return strstr(status, "\nState:\tS") && status_number(status, "\nTracerPid:", 10) == 0 &&
	       status_number(status, "\nSeccomp:", 10) == 0;
}

static void ask_process(int pid, struct text *text)
{
	struct asked one = { .pid = pid };
	uint64_t handled;
	int stop;

	if (!may_ask(pid, &handled) || ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD) < 0)
		return;
	ptrace(PTRACE_INTERRUPT, pid, 0, 0);
	if (!next_stop(pid, &stop))
		return;
	if (stop == EVENT_STOP && is_in_call(&one) && start_asking(&one)) {
		put_answers(&one, handled, text);
		end_asking(&one);
		stop = EVENT_STOP;
	}
	/* A signal that has come meanwhile is delivered. */
	ptrace(PTRACE_DETACH, pid, 0, stop == EVENT_STOP ? 0 : stop & 0xff);
}

#else

static void ask_process(int pid, struct text *text)
{
	(void)pid, (void)text;
}

#endif

void ask_processes(char *lines, struct text *text)
{
	const char *separator = "";
	struct line line;

	put(text, "[");
	while (line_next(&lines, &line)) {
		int pid = field_needed(&line, "pid");

		put(text, "%s{\"pid\":%d", separator, pid);
		ask_process(pid, text);
		put(text, "}");
		separator = ",";
		line_end(&line);
	}
	put(text, "]");
}
