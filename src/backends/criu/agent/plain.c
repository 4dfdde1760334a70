/* What a process of the agent's puts off before it is a task of the tree, or another program. */
#define _GNU_SOURCE
#include "agent.h"
#include "sys.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

unsigned usual_personality;

/* A child of init, not init itself: no signals blocked, no files open but the three that everybody has. */
void become_plain(void)
{
	struct rlimit none = { 0, 0 };
	int null = open("/dev/null", O_RDWR);
	sigset_t nothing;

	prctl(PR_SET_PDEATHSIG, 0);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	sys3(SYS_close_range, 3, ~0U, 0);
	sigemptyset(&nothing);
	sigprocmask(SIG_SETMASK, &nothing, NULL);
	for (int signal = 1; signal < 32; signal++) {
		struct sigaction plain = { .sa_handler = SIG_DFL };

		sigaction(signal, &plain, NULL);
	}
	setrlimit(RLIMIT_CORE, &none);
}

void become_usual(void)
{
	personality(usual_personality);
}

void forget_registers(void)
{
#if defined(__x86_64__)
	/* The XSAVE area of who has used nothing yet; of all there MXCSR alone is taken from it (SDM 1, 13.8.1). */
	static const struct {
		unsigned char x87[24];
		uint32_t mxcsr;
		unsigned char rest[548];
	} __attribute__((aligned(64))) initial = { .mxcsr = 0x1f80 };
	unsigned a, b, c, d;

	if (__get_cpuid(1, &a, &b, &c, &d) && (c & bit_OSXSAVE))
		__asm__ volatile("xrstor %0" : : "m"(initial), "a"(~0U), "d"(~0U) : "memory");
#endif
}

int start_command(int pid, char **argv)
{
	pid_t wanted = pid;
	struct clone_args args = { .set_tid = (uintptr_t)&wanted, .set_tid_size = 1, .exit_signal = SIGCHLD };
	long ret = clone_process(&args);

	if (ret != 0)
		return ret < 0 ? (int)ret : 0;
	become_plain();
	become_usual();
	setsid();
	execvp(argv[0], argv);
	_exit(127);
}
