/* Builds the declared tree: makes its roots, and leads all tasks through the phases. */
#define _GNU_SOURCE
#include "resource.h"
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct task tasks[MAX_TASKS];
int nr_tasks;
struct site *site;
/* Its file. */
static int site_fd;
char tree_error[200];

void tree_add(struct line *line)
{
	struct task *task = &tasks[nr_tasks];

	if (nr_tasks == MAX_TASKS)
		not_understood("more than %d tasks", MAX_TASKS);
	task->pid = field_needed(line, "pid");
	task->parent = field_number(line, "parent", -1);
	task->leader = field_number(line, "leader", nr_tasks);
	task->session = field_needed(line, "session");
	task->pgid = field_needed(line, "pgid");
	task->kind = field_flag(line, "zombie") ? ZOMBIE : ALIVE;
	task->status = field_number(line, "status", 0);
	task->blocked = field_mask(line, "blocked");
	task->pending = field_mask(line, "pending");
	task->resources = resources_named(field_text(line, "resources", ""));
	task->private_kib = field_number(line, "private-kib", 0);
	task->shared_kib = field_number(line, "shared-kib", 0);
	task->stopped = field_flag(line, "stopped");
	task->bystander = field_flag(line, "bystander");
	task->inner = field_flag(line, "inner");
	task->maker = field_number(line, "maker", -1);
	task->entered = field_flag(line, "entered");
	task->namespaces = field_number(line, "namespaces", 0);
	line_end(line);
	nr_tasks++;
}

bool chooses_only_inner(const struct task *task)
{
	return task->inner && task->parent >= 0 && tasks[0].namespaces & CLONE_NEWUSER;
}

/* How a task of the pid namespace of the tree is called around it; 0: it is not there. */
static int find_around(int inner)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	int found = 0;

	while (folder && !found && (entry = readdir(folder))) {
		char path[64], status[4096], *line;
		int around, pid;

		snprintf(path, sizeof(path), "/proc/%.20s/status", entry->d_name);
		if (read_file(path, status, sizeof(status)) < 0 || !(line = strstr(status, "\nNSpid:")))
			continue;
		if (sscanf(line, " NSpid: %d %d", &around, &pid) == 2 && pid == inner)
			found = around;
	}
	if (folder)
		closedir(folder);
	return found;
}

/* Whether a task has reached its final state: zombie, stopped as declared, or asleep. */
static bool is_settled(const struct task *task, int pid)
{
	char wanted = task->kind == ZOMBIE ? 'Z' : task->stopped ? 'T' : 'S';
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	return state_in_file(path) == wanted;
}

static int count(int phase)
{
	int n = 0;

	for (int i = 0; i < nr_tasks; i++)
		n += tasks[i].leader == i || phase == 1;
	return n;
}

static int failed(const char *what, long error)
{
	snprintf(tree_error, sizeof(tree_error), "%s: %s", what, error ? strerror((int)-error) : "timed out");
	return -1;
}

/* `cgroups`: files with commas into which a process writes 0 to be in their cgroup; each process has its own copy of the text. */
static int enter_cgroups(char *cgroups)
{
	char *rest = NULL;

	for (char *file = strtok_r(cgroups, ",", &rest); file; file = strtok_r(NULL, ",", &rest))
		if (write_file(file, "0") < 0)
			return -1;
	return 0;
}

/* Makes a process without a parent in the tree: the root of one, or one that enters the namespace of the first root. */
static long make_root(struct task *task, char *cgroups)
{
	bool is_init = task->inner && !task->entered;
	pid_t pids[2] = { is_init ? 1 : task->pid, task->pid };
	struct clone_args args = { .set_tid = (uintptr_t)pids, .set_tid_size = task->inner ? 2 : 1, .exit_signal = SIGCHLD,
				   .flags = (is_init ? CLONE_NEWPID : 0) | (task->namespaces & CLONE_NEWUSER) };
	long ret = clone_process(&args);

	if (ret > 0 && task->namespaces & CLONE_NEWUSER) {
		int error = map_ids((pid_t)ret);

		return error < 0 ? error : ret;
	}
	if (ret == 0) {
		/* Before anything is closed. A bystander stays where it is. */
		if (!task->bystander && enter_cgroups(cgroups) < 0)
			_exit(1);
		while (task->namespaces & CLONE_NEWUSER && !site->mapped)
			futex_wait(&site->mapped, 0, NULL);
		if (task->namespaces & CLONE_NEWNS)
			start_in_root_folder(task, site_fd);
		become_plain();
		become_usual();
		run_process(task);
	}
	return ret;
}

/* The same from a process that enters the namespace and exits. */
static long make_entered(struct task *task, char *cgroups)
{
	struct clone_args plain = { .exit_signal = SIGCHLD };
	char path[64];
	long between;
	int status;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", tasks[0].pid);
	between = clone_process(&plain);
	if (between < 0)
		return between;
	if (between == 0) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd < 0 || setns(fd, CLONE_NEWPID) < 0)
			_exit(errno);
		close(fd);
		between = make_root(task, cgroups);
		_exit(between < 0 ? (int)-between : 0);
	}
	if (waitpid((pid_t)between, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

int tree_build(long limit_ms, char *cgroups)
{
	long long until = now_us() + limit_ms * 1000;
	bool has_peer = false;
	int error;

	for (int i = 0; i < nr_tasks && !has_peer; i++) {
		if (!(tasks[i].resources & resources_named("tcp-connection,udp-connection")))
			continue;
		has_peer = true;
		if ((error = start_peer()) < 0)
			return failed("the peer of connections", error);
	}
	site_fd = make_site();
	if (site_fd < 0)
		return failed("the site", -errno);
	if (tasks[0].namespaces & CLONE_NEWNS && prepare_root_folder() < 0)
		return failed("the root folder", -errno);
	for (int i = 0; i < nr_tasks; i++) {
		if (tasks[i].parent >= 0 || tasks[i].leader != i)
			continue;
		long ret = tasks[i].entered ? make_entered(&tasks[i], cgroups) : make_root(&tasks[i], cgroups);

		if (ret < 0)
			return failed("clone3 of a root", ret);
	}
	for (int phase = 1; phase <= PHASES; phase++) {
		uint32_t here;

		while ((here = site->arrived[phase]) < (uint32_t)count(phase)) {
			struct timespec little = { .tv_nsec = 20000000 };

			if (site->failed)
				return failed(site->what, site->error);
			if (now_us() > until)
				return failed("the tree is not ready", 0);
			futex_wait(&site->arrived[phase], here, &little);
		}
		site->phase = (uint32_t)phase;
		futex_wake(&site->phase, 1 << 30);
	}
	for (int i = 0; i < nr_tasks; i++) {
		int pid;

		if (tasks[i].leader != i)
			continue;
		pid = chooses_only_inner(&tasks[i]) ? find_around(tasks[i].pid) : tasks[i].pid;
		role_set(pid, tasks[i].bystander ? BYSTANDER : STRANGER);
		for (int tries = 0; !is_settled(&tasks[i], pid); tries++) {
			struct timespec little = { .tv_nsec = 100000 };

			if (now_us() > until)
				return failed("a task does not come to rest", 0);
			if (tries < 20)
				sys0(SYS_sched_yield);
			else
				nanosleep(&little, NULL);
		}
	}
	munmap(site, sizeof(*site));
	close(site_fd);
	return 0;
}
