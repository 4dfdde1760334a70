/* Mappings of each kind, with contents: shared and private, of a file, of a memory file, locked, growing down, in huge pages. */
#define _GNU_SOURCE
#include "resource.h"

#include <errno.h>
#include <string.h>
#include <linux/mman.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGES 4
#define PAGE 4096
#define BYTES (PAGES * PAGE)

enum region { SHARED, SHARED_FILE, PRIVATE_FILE, MEMFD, LOCKED, GROWS_DOWN, READ_ONLY, HUGE = 9, TRANSPARENT_HUGE };

#define HUGE_PAGE (2UL << 20)

/* Every other page has contents. NULL: it cannot be mapped. */
static char *map(enum region region, int flags, int fd, int pid)
{
	void *wanted = (void *)(RESOURCES_AT + region * RESOURCE_REGION);
	char *at = mmap(wanted, BYTES, PROT_READ | PROT_WRITE, flags | MAP_FIXED_NOREPLACE | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);

	if (at != wanted)
		return NULL;
	for (int page = 0; page < PAGES; page += 2)
		memset(at + page * PAGE, pid % 251 + page + 1, PAGE);
	return at;
}

static int make_shared(int pid)
{
	return map(SHARED, MAP_SHARED, -1, pid) ? 0 : -1;
}

static int map_file(enum region region, int flags, const char *kind, int pid)
{
	int fd = resource_file(pid, kind, 0);

	if (fd < 0 || ftruncate(fd, BYTES) < 0 || !map(region, flags, fd, pid))
		return -1;
	return close(fd);
}

static int make_shared_file(int pid)
{
	return map_file(SHARED_FILE, MAP_SHARED, "shared-file", pid);
}

static int make_private_file(int pid)
{
	return map_file(PRIVATE_FILE, MAP_PRIVATE, "private-file", pid);
}

static int make_memfd(int pid)
{
	int fd = memfd_create("mktrouble", MFD_ALLOW_SEALING);

	return fd < 0 || ftruncate(fd, BYTES) < 0 || !map(MEMFD, MAP_SHARED, fd, pid) ? -1 : 0;
}

static int make_locked(int pid)
{
	char *at = map(LOCKED, MAP_PRIVATE, -1, pid);

	return at ? mlock(at, BYTES) : -1;
}

static int make_growing(int pid)
{
	return map(GROWS_DOWN, MAP_PRIVATE | MAP_GROWSDOWN, -1, pid) ? 0 : -1;
}

/* Written once, then neither written nor executed; it is not inherited, and no part of a core dump. */
static int make_read_only(int pid)
{
	char *at = map(READ_ONLY, MAP_PRIVATE, -1, pid);

	if (!at || madvise(at, BYTES, MADV_DONTFORK) < 0 || madvise(at, BYTES, MADV_DONTDUMP) < 0)
		return -1;
	return mprotect(at, BYTES, PROT_READ);
}

/* A whole page, whatever of it is used: the kernel gives no smaller ones there. */
static int make_huge(int pid)
{
	char *wanted = (char *)(RESOURCES_AT + HUGE * RESOURCE_REGION);
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_2MB | MAP_FIXED_NOREPLACE;

	if (mmap(wanted, HUGE_PAGE, PROT_READ | PROT_WRITE, flags, -1, 0) != wanted)
		return -1;
	memset(wanted, pid % 251 + 1, BYTES);
	return 0;
}

static int make_transparent_huge(int pid)
{
	char *wanted = (char *)(RESOURCES_AT + TRANSPARENT_HUGE * RESOURCE_REGION);
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;

	if (mmap(wanted, HUGE_PAGE, PROT_READ | PROT_WRITE, flags, -1, 0) != wanted || madvise(wanted, HUGE_PAGE, MADV_HUGEPAGE) < 0)
		return -1;
	memset(wanted, pid % 251 + 1, BYTES);
	return 0;
}

const struct resource memory_resources[] = {
	{ "shared-memory", make_shared },	{ "shared-file", make_shared_file }, { "private-file", make_private_file },
	{ "memfd", make_memfd },		{ "locked-memory", make_locked },    { "growing-memory", make_growing },
	{ "read-only-memory", make_read_only }, { "huge-memory", make_huge }, { "transparent-huge-memory", make_transparent_huge },
	{ 0 },
};
