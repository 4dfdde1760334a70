/* Registers of a tracee that is stopped at a system call: the call it makes, what it returns, the bytes it does. */
#define _GNU_SOURCE
#include "inject.h"

#include <elf.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

bool set_call(pid_t pid, long nr)
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

void set_result(pid_t pid, long result)
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

void halve(pid_t pid, uint64_t bytes)
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
