/*
 * The outsider: a process of its own that attaches to tasks (PTRACE_SEIZE) and lets them run, so that they are traced as
 * /proc/<pid>/status says it. A tracee that is stopped stays so.
 */
#define _GNU_SOURCE
#include "init.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

static int tracer_pid;

static long seize(int pid)
{
	return sys4(SYS_ptrace, PTRACE_SEIZE, pid, 0, 0);
}

static int is_stop_signal(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* `what` is the signal, with the event above it. */
static void handle(int pid, int what)
{
	int signal = what & 0xff, event = what >> 8;

	if (event == PTRACE_EVENT_STOP && is_stop_signal(signal)) {
		sys4(SYS_ptrace, PTRACE_LISTEN, pid, 0, 0);
		arena->tracer_stops++;
	} else {
		sys4(SYS_ptrace, PTRACE_CONT, pid, 0, event ? 0 : signal);
	}
}

/* Only stops: a tracee that died stays traced, as it does under a tracer that is busy with other things. */
static int next_stop(siginfo_t *info)
{
	info->si_pid = 0;
	return sys5(SYS_waitid, P_ALL, 0, info, WSTOPPED | WNOHANG | __WALL, NULL) == 0 && info->si_pid;
}

static void __attribute__((noreturn)) trace(void)
{
	uint64_t awaited = 1ull << (SIGCHLD - 1) | 1ull << (SIGUSR1 - 1);

	i_am_init = 0;
	sys4(SYS_rt_sigprocmask, SIG_BLOCK, &awaited, NULL, sizeof(awaited));
	arena->tracer_ready = 1;
	futex_wake(&arena->tracer_ready, 1);
	for (;;) {
		siginfo_t stop;

		while (next_stop(&stop))
			handle(stop.si_pid, stop.si_status);
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
