/* What a task of the tree has beside its memory: each kind is an entry of a table, in the file of its family. */
#ifndef MKT_CRIU_RESOURCE_H
#define MKT_CRIU_RESOURCE_H

#include <stdint.h>

struct resource {
	/* As in the scenario. */
	const char *name;
	/* Makes it in the task that calls, with this pid in the scenario: 0, or -1 and errno. */
	int (*make)(int pid);
};

/* Ended by an entry without a name. */
extern const struct resource file_resources[], queue_resources[], lock_resources[], timer_resources[], memory_resources[],
	connection_resources[], terminal_resources[], ipc_resources[];

/* Names with commas as bits. */
uint64_t resources_named(const char *names);
/* Makes them in the order of their bits. The name of the one that fails; NULL: none. */
const char *make_resources(uint64_t wanted, int pid);

/* The path of a file of a task, in the folder of the case; valid until the next call. */
const char *resource_path(int pid, const char *kind);
/* Opens a new file with ten bytes, `open` flags beside O_RDWR | O_CREAT; -1 and errno. */
int resource_file(int pid, const char *kind, int flags);

/* Where mappings of these kinds are, each in a region of its own: kinds/made-memory.ts reads them there. */
#define RESOURCES_AT ((uintptr_t)0x400000000)
#define RESOURCE_REGION ((uintptr_t)0x1000000)

#endif
