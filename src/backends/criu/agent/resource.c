/* The kinds of resources by their names. */
#define _GNU_SOURCE
#include "resource.h"

#include "agent.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const struct resource *const families[] = { file_resources, queue_resources, lock_resources, timer_resources,
						   memory_resources, connection_resources, terminal_resources, ipc_resources };

/* The one with this number; NULL: there is none. */
static const struct resource *find(int number)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		for (const struct resource *one = families[i]; one->name; one++)
			if (number-- == 0)
				return one;
	return NULL;
}

uint64_t resources_named(const char *names)
{
	uint64_t wanted = 0;

	while (*names) {
		size_t n = strcspn(names, ",");
		const struct resource *one;
		int number = 0;

		while ((one = find(number)) && (strlen(one->name) != n || memcmp(one->name, names, n) != 0))
			number++;
		if (!one)
			not_understood("there is no resource %.*s", (int)n, names);
		wanted |= 1ULL << number;
		names += n + (names[n] == ',');
	}
	return wanted;
}

const char *make_resources(uint64_t wanted, int pid)
{
	const struct resource *one;

	for (int number = 0; (one = find(number)); number++)
		if (wanted & (1ULL << number) && one->make(pid) < 0)
			return one->name;
	return NULL;
}

const char *resource_path(int pid, const char *kind)
{
	static char path[100];

	snprintf(path, sizeof(path), WORK "/case/%d-%s", pid, kind);
	return path;
}

int resource_file(int pid, const char *kind, int flags)
{
	int fd = open(resource_path(pid, kind), O_RDWR | O_CREAT | flags, 0600);

	return fd >= 0 && write(fd, "0123456789", 10) == 10 ? fd : -1;
}
