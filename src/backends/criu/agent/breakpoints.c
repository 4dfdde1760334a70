/*
 * Whether a hardware breakpoint stops a task. CRIU sets one to stop a task at the end of its parasite or restorer code, and
 * waits for it. Under some hypervisors the kernel accepts a breakpoint that never fires: then each dump and restore hangs.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __x86_64__
/* Bit 0 of DR7 enables the address in DR0, for execution. */
#define ENABLE_DR0 1

static void __attribute__((noinline)) target(void)
{
	__asm__ volatile("");
}

static bool set_debug_register(pid_t pid, int nr, unsigned long value)
{
	return ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg) + nr * sizeof(value), value) == 0;
}

bool breakpoints_fire(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		target();
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status))
		return true;
	/* Where a breakpoint is refused, CRIU does without. */
	if (set_debug_register(pid, 0, (unsigned long)target) && set_debug_register(pid, 7, ENABLE_DR0) &&
	    ptrace(PTRACE_CONT, pid, 0, 0) == 0 && waitpid(pid, &status, 0) == pid && !WIFSTOPPED(status))
		return false;
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return true;
}
#else
bool breakpoints_fire(void)
{
	return true;
}
#endif
