/*
 * The outsider: a process of its own that attaches to tasks (PTRACE_SEIZE) and lets them run, so that they are traced as
 * /proc/<pid>/status says it. A tracee that is stopped stays so.
 */
#define _GNU_SOURCE
#include "init.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

/* In the arena's first page there would be no room for surprises; this is the tracer's own. */
static int tracer_pid;

static long seize(int pid)
{
	return sys4(SYS_ptrace, PTRACE_SEIZE, pid, 0, 0);
}

static int is_stop_signal(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

static void handle(int pid, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	if (!WIFSTOPPED(status))
		return;
	if (event == PTRACE_EVENT_STOP && is_stop_signal(signal))
		sys4(SYS_ptrace, PTRACE_LISTEN, pid, 0, 0);
	else
		sys4(SYS_ptrace, PTRACE_CONT, pid, 0, event ? 0 : signal);
}

static void __attribute__((noreturn)) trace(void)
{
	uint64_t awaited = 1ull << (SIGCHLD - 1) | 1ull << (SIGUSR1 - 1);

	i_am_init = 0;
	sys4(SYS_rt_sigprocmask, SIG_BLOCK, &awaited, NULL, sizeof(awaited));
	arena->tracer_ready = 1;
	futex_wake(&arena->tracer_ready, 1);
	for (;;) {
		int status;
		long pid;

		while ((pid = sys4(SYS_wait4, -1, &status, __WALL | WNOHANG, NULL)) > 0)
			handle((int)pid, status);
		if (arena->tracer_todo) {
			arena->tracer_result = seize(arena->tracer_todo);
			arena->tracer_todo = 0;
			arena->tracer_answers++;
			futex_wake(&arena->tracer_answers, 1);
		}
		sys4(SYS_rt_sigtimedwait, &awaited, NULL, NULL, sizeof(awaited));
	}
}

static long start_tracer(void)
{
	pid_t pid = arena->plan.outsider_pid;
	struct clone_args args = { .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&pid, .set_tid_size = 1 };
	long ret;

	if (arena->plan.spawn_by_last_pid)
		args.set_tid_size = 0, args.set_tid = 0;
	ret = clone_process(&args);
	if (ret == 0)
		trace();
	if (ret > 0)
		tracer_pid = (int)ret;
	while (ret > 0 && !arena->tracer_ready)
		futex_wait(&arena->tracer_ready, 0, NULL);
	return ret;
}

long tracer_attach(int pid)
{
	uint32_t seen = arena->tracer_answers;
	long ret = tracer_pid ? tracer_pid : start_tracer();

	if (ret < 0)
		return ret;
	arena->tracer_todo = pid;
	sys3(SYS_tgkill, tracer_pid, tracer_pid, SIGUSR1);
	while (arena->tracer_answers == seen)
		futex_wait(&arena->tracer_answers, seen, NULL);
	return arena->tracer_result;
}

void tracer_forget(void)
{
	tracer_pid = 0;
}
