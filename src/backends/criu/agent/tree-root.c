/*
 * The namespaces of a root that are more than a flag of unshare(2): the ids of a user namespace, the clocks of a time namespace, the root
 * folder and the mounts of a mount namespace, in which the root executes itself anew: the files that it has open and mapped are of it then.
 */
#define _GNU_SOURCE
#include "tree.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder that becomes the root, where `criu restore --root` finds it; and the agent's program there. */
#define ROOT WORK "/root"
#define PROGRAM "/agent"
/* Where the site and the tasks are when the root executes itself anew. */
#define SITE_FD 3
#define TASKS_AT 4096

_Static_assert(sizeof(struct site) <= TASKS_AT, "a site has a page");

int make_site(void)
{
	int fd = memfd_create("site", MFD_CLOEXEC);
	size_t bytes = sizeof(*tasks) * nr_tasks;

	if (fd < 0 || ftruncate(fd, TASKS_AT) < 0 || pwrite(fd, tasks, bytes, TASKS_AT) != (ssize_t)bytes)
		return -1;
	site = mmap(NULL, sizeof(*site), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return site == MAP_FAILED ? -1 : fd;
}

static int copy_program(void)
{
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), to = open(ROOT PROGRAM, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	ssize_t got = -1;

	while (from >= 0 && to >= 0 && (got = sendfile(to, from, NULL, 1 << 30)) > 0)
		;
	close(from);
	close(to);
	return (int)got;
}

int prepare_root_folder(void)
{
	static const char *const folders[] = { "", "/proc", "/dev", "/old", "/own", "/again", "/run", WORK, WORK "/case" };
	char path[100];
	int null;

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(path, sizeof(path), ROOT "%s", folders[i]);
		if (mkdir(path, 0755) < 0)
			return -1;
	}
	/* As CRIU wants it. */
	if (mount(ROOT, ROOT, NULL, MS_BIND, NULL) < 0 || copy_program() < 0)
		return -1;
	null = open(ROOT "/dev/null", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	return null < 0 ? -1 : close(null);
}

int map_ids(pid_t pid)
{
	static const char *const maps[] = { "uid_map", "gid_map" };
	char path[64];
	int error;

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, maps[i]);
		if ((error = write_file(path, "0 0 65536")) < 0)
			return error;
	}
	site->mapped = 1;
	futex_wake(&site->mapped, 1);
	return 0;
}

/* A file system of its own, and a part of it once more: read-only, and shared with no other namespace. */
static int mount_own(void)
{
	const unsigned long flags = MS_NOSUID | MS_NODEV;
	int file;

	if (mount("tree", "/own", "tmpfs", flags, "size=1m,mode=0700") < 0 || mkdir("/own/part", 0700) < 0 ||
	    mount("/own/part", "/again", NULL, MS_BIND, NULL) < 0)
		return -1;
	file = open("/own/part/file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (file < 0 || write(file, "0123456789", 10) != 10 || close(file) < 0)
		return -1;
	return mount(NULL, "/again", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | flags, NULL) < 0 ||
		       mount(NULL, "/again", NULL, MS_SHARED, NULL) < 0 ? -1 : 0;
}

static int enter_root_folder(void)
{
	/* Once more: a mount from outside of a user namespace cannot become the root. */
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount(ROOT, ROOT, NULL, MS_BIND, NULL) < 0 || chdir(ROOT) < 0 || syscall(SYS_pivot_root, ".", "old") < 0 ||
	    chdir("/") < 0)
		return -1;
	/* In a user namespace one can be mounted as long as another one is to be seen. */
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0 || umount2("/old", MNT_DETACH) < 0)
		return -1;
	return mount_own();
}

void start_in_root_folder(const struct task *task, int fd)
{
	char index[16], count[16], usual[16];

	snprintf(index, sizeof(index), "%d", (int)(task - tasks));
	snprintf(count, sizeof(count), "%d", nr_tasks);
	snprintf(usual, sizeof(usual), "%x", usual_personality);
	if (enter_root_folder() < 0)
		give_up(-errno, "the mount namespace");
	if (fd != SITE_FD)
		dup2(fd, SITE_FD);
	fcntl(SITE_FD, F_SETFD, 0);
	execl(PROGRAM, PROGRAM, "tree", index, count, usual, NULL);
	give_up(-errno, "execve");
}

int continue_in_root_folder(char **words)
{
	struct task *task = &tasks[atoi(words[0])];
	size_t bytes;

	nr_tasks = atoi(words[1]);
	usual_personality = (unsigned)strtoul(words[2], NULL, 16);
	bytes = sizeof(*tasks) * nr_tasks;
	site = mmap(NULL, sizeof(*site), PROT_READ | PROT_WRITE, MAP_SHARED, SITE_FD, 0);
	if (site == MAP_FAILED || pread(SITE_FD, tasks, bytes, TASKS_AT) != (ssize_t)bytes)
		return 2;
	become_plain();
	become_usual();
	run_process(task);
}

/* Seconds by which its clocks are ahead. */
#define OFFSETS "monotonic 5050 0\nboottime 7050 0\n"

int enter_time_namespace(void)
{
	int fd;

	/* What is unshared is for children. */
	if (unshare(CLONE_NEWTIME) < 0 || write_file("/proc/self/timens_offsets", OFFSETS) < 0 ||
	    (fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC)) < 0)
		return -1;
	return setns(fd, CLONE_NEWTIME) < 0 ? -1 : close(fd);
}
