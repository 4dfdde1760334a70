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

void become_plain(void)
{
	become_plain_but(-1);
}

/* A child of init, not init itself: no signals blocked, no files open but the standard three, and `fd` as the fourth. */
int become_plain_but(int fd)
{
	struct rlimit none = { 0, 0 };
	int null = open("/dev/null", O_RDWR);
	sigset_t nothing;

	prctl(PR_SET_PDEATHSIG, 0);
	for (int standard = 0; standard < 3; standard++)
		dup2(null, standard);
	if (fd >= 0 && fd != 3)
		fd = dup3(fd, 3, O_CLOEXEC);
	sys3(SYS_close_range, fd >= 0 ? 4 : 3, ~0U, 0);
	sigemptyset(&nothing);
	sigprocmask(SIG_SETMASK, &nothing, NULL);
	for (int signal = 1; signal < 32; signal++) {
		struct sigaction plain = { .sa_handler = SIG_DFL };

		sigaction(signal, &plain, NULL);
	}
	setrlimit(RLIMIT_CORE, &none);
	return fd;
}

void become_usual(void)
{
	personality(usual_personality);
}

void forget_registers(void)
{
#if defined(__x86_64__)
	/* The XSAVE area of a task that has used no extended state yet; only MXCSR is loaded from it (SDM 1, 13.8.1). */
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
