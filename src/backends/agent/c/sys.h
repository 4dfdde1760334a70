/*
 * System calls without libc's errno: the tasks of a tree are made by raw clone3(), and threads of one group share what libc
 * keeps for a thread. Each call gives the kernel's own result: a value, or a negative errno.
 */
#ifndef MKT_SYS_H
#define MKT_SYS_H

#include <errno.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>

#if defined(__x86_64__)
static inline long sys6(long nr, long a, long b, long c, long d, long e, long f)
{
	long ret;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}
#elif defined(__aarch64__)
static inline long sys6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}
#else
#error "the agent knows x86-64 and aarch64"
#endif

#define sys0(nr) sys6(nr, 0, 0, 0, 0, 0, 0)
#define sys1(nr, a) sys6(nr, (long)(a), 0, 0, 0, 0, 0)
#define sys2(nr, a, b) sys6(nr, (long)(a), (long)(b), 0, 0, 0, 0)
#define sys3(nr, a, b, c) sys6(nr, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define sys4(nr, a, b, c, d) sys6(nr, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define sys5(nr, a, b, c, d, e) sys6(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

/* A word that processes share. Sequentially consistent, as docs/protocol.md has it. */
typedef _Atomic uint32_t word;

/* Sleeps while *at is `value`: 0, -EAGAIN (it is not), -EINTR (a signal was handled), -ETIMEDOUT. */
static inline long futex_wait(word *at, uint32_t value, const struct timespec *timeout)
{
	return sys6(SYS_futex, (long)at, FUTEX_WAIT, value, (long)timeout, 0, 0);
}

static inline long futex_wake(word *at, int count)
{
	return sys3(SYS_futex, at, FUTEX_WAKE, count);
}

/* clone3() that returns twice, as fork() does. */
static inline long clone_process(struct clone_args *args)
{
	return sys2(SYS_clone3, args, sizeof(*args));
}

/* clone3() of a thread: it runs `start(argument)` on its own stack and must not return from it. */
long clone_thread(struct clone_args *args, void (*start)(void *), void *argument);

static inline void __attribute__((noreturn)) thread_exit(int code)
{
	for (;;)
		sys1(SYS_exit, code);
}

/* Writes a decimal; returns the end. */
char *decimal(char *at, long value);

/* Opens /proc/<pid>/<name> below the agent's procfs; `tid` 0: of the process. A file descriptor or a negative errno. */
int proc_open(int procfs, int pid, int tid, const char *name);

/* Reads such a file whole, up to `size` - 1 bytes, and ends it with a NUL: its length, or a negative errno. */
int proc_read(int procfs, int pid, int tid, const char *name, char *buffer, int size);

#endif
