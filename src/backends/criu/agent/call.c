/* System calls by name, and the path among the arguments of a call that a tracee has entered. */
#define _GNU_SOURCE
#include "inject.h"
#include "sys.h"

#include <string.h>
#include <sys/uio.h>

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

long call_number(const char *name)
{
	if (!strcmp(name, "all"))
		return ANY_CALL;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (!strcmp(calls[i].name, name))
			return calls[i].nr < 0 ? -ENOSYS : calls[i].nr;
	return -ENOSYS;
}

const char *call_name(long nr)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (calls[i].nr == nr)
			return calls[i].name;
	return "?";
}

bool read_text(pid_t pid, uint64_t at, char into[PATH_SHOWN])
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

void read_path(pid_t pid, long nr, const uint64_t args[6], char into[PATH_SHOWN])
{
	int place = place_of_path(call_name(nr));

	into[0] = 0;
	if (place > 0)
		read_text(pid, args[place - 1], into);
}
