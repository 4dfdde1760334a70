/* Threads by raw clone3(), and small helpers that are safe wherever a task runs. */
#include "sys.h"

#include <fcntl.h>
#include <string.h>

/* A little less than a page, for the last line of a piece is not cut. */
#define PIECE 3900

#if defined(__x86_64__)
long clone_thread(struct clone_args *args, void (*start)(void *), void *argument)
{
	long ret;
	register long fn __asm__("r12") = (long)start;
	register long arg __asm__("r13") = (long)argument;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %%r13, %%rdi\n\t"
			 "call *%%r12\n\t"
			 "ud2\n"
			 "1:"
			 : "=a"(ret)
			 : "a"(SYS_clone3), "D"(args), "S"(sizeof(*args)), "r"(fn), "r"(arg)
			 : "rcx", "r11", "memory");
	return ret;
}
#else
long clone_thread(struct clone_args *args, void (*start)(void *), void *argument)
{
	register long x8 __asm__("x8") = SYS_clone3;
	register long x0 __asm__("x0") = (long)args;
	register long x1 __asm__("x1") = sizeof(*args);
	register long fn __asm__("x19") = (long)start;
	register long arg __asm__("x20") = (long)argument;

	__asm__ volatile("svc 0\n\t"
			 "cbnz x0, 1f\n\t"
			 "mov x29, xzr\n\t"
			 "mov x0, x20\n\t"
			 "blr x19\n\t"
			 "brk 1\n"
			 "1:"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(fn), "r"(arg)
			 : "memory", "x30");
	return x0;
}
#endif

char *decimal(char *at, long value)
{
	char digits[24];
	int n = 0;
	unsigned long rest = value < 0 ? -(unsigned long)value : (unsigned long)value;

	if (value < 0)
		*at++ = '-';
	do
		digits[n++] = (char)('0' + rest % 10);
	while (rest /= 10);
	while (n)
		*at++ = digits[--n];
	*at = '\0';
	return at;
}

int proc_open(int procfs, int pid, int tid, const char *name)
{
	char path[96], *end = decimal(path, pid);

	if (tid) {
		memcpy(end, "/task/", 6);
		end = decimal(end + 6, tid);
	}
	*end++ = '/';
	strcpy(end, name);
	return (int)sys4(SYS_openat, procfs, path, O_RDONLY | O_CLOEXEC, 0);
}

int proc_read(int procfs, int pid, int tid, const char *name, char *buffer, int size)
{
	int fd = proc_open(procfs, pid, tid, name), length = 0;
	long n;

	if (fd < 0)
		return fd;
	/* These files come in pieces of up to a page: a shorter one is the last. */
	do {
		n = sys3(SYS_read, fd, buffer + length, size - 1 - length);
		length += n > 0 ? (int)n : 0;
	} while (n >= PIECE && length < size - 1);
	sys1(SYS_close, fd);
	if (n < 0)
		return (int)n;
	buffer[length] = '\0';
	return length;
}
