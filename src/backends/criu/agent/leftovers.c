/* Folders that CRIU makes in /tmp to try what the kernel can do: one that is killed meanwhile leaves them, empty. */
#include "agent.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Its names, as criu/kerndat.c, criu/mount.c and criu/util.c have them. Keep in step with leftovers.ts. */
static const char *const prefixes[] = { ".criu.move_mount_set_group.", "cr-tmpfs.", "crtools-proc." };

/* A CRIU that lives removes its own within milliseconds. */
#define SETTLE_US 300000
#define MOST 16

struct left {
	char path[300];
	ino_t inode;
};

static bool is_of_criu(const char *name)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

static bool is_left(const char *path, time_t since, ino_t *inode)
{
	struct stat folder;

	if (lstat(path, &folder) < 0 || !S_ISDIR(folder.st_mode) || folder.st_uid != geteuid() || folder.st_ctime < since)
		return false;
	*inode = folder.st_ino;
	return true;
}

void remove_leftovers(time_t since)
{
	struct left found[MOST];
	DIR *folder = opendir("/tmp");
	struct dirent *entry;
	int n = 0;

	while (folder && n < MOST && (entry = readdir(folder))) {
		if (!is_of_criu(entry->d_name))
			continue;
		snprintf(found[n].path, sizeof(found[n].path), "/tmp/%s", entry->d_name);
		n += is_left(found[n].path, since, &found[n].inode);
	}
	if (folder)
		closedir(folder);
	if (n > 0)
		usleep(SETTLE_US);
	for (int i = 0; i < n; i++) {
		ino_t inode;

		if (is_left(found[i].path, since, &inode) && inode == found[i].inode)
			rmdir(found[i].path);
	}
}
