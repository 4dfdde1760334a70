/* The tree as the real kernel shows it: /proc, and whether an attach would be permitted. */
#define _GNU_SOURCE
#include "kernel.h"

#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>

/* Longest list of children that is read: seven characters each, for more than the largest tree of a case. */
#define MOST_CHILDREN_BYTES (1 << 17)

static int tgid_of(const struct actor *task)
{
	return pid_of(task->leader);
}

/* In the pid hash: made, and not released. A zombie is. */
static int is_hashed(const struct actor *task)
{
	if (task->state == UNBORN)
		return 0;
	return sys3(SYS_tgkill, tgid_of(task), task->pid, 0) != -ESRCH;
}

struct actor *find_task_by_pid(int pid)
{
	struct actor *task = actor_by_pid(pid);

	return task && is_hashed(task) ? task : NULL;
}

struct actor *next_thread(struct actor *task)
{
	struct actor *next = actor_of(task->next_thread);

	while (next != task && !is_hashed(next))
		next = actor_of(next->next_thread);
	return next;
}

int thread_group_empty(struct actor *task)
{
	return actor_of(task->next_thread) == task || next_thread(task) == task;
}

int children_of(struct actor *task, struct actor **to, int most)
{
	static char text[MOST_CHILDREN_BYTES];
	int n = 0, length = proc_read(arena->procfs, tgid_of(task), task->pid, "children", text, sizeof(text));

	for (const char *at = text; length > 0 && *at;) {
		struct actor *child;
		int pid = 0;

		while (*at >= '0' && *at <= '9')
			pid = pid * 10 + (*at++ - '0');
		while (*at == ' ' || *at == '\n')
			at++;
		child = actor_by_pid(pid);
		if (child && n < most)
			to[n++] = child;
	}
	return n;
}

/* The children of a task are read when the walk reaches it: none can have died meanwhile, since the caller has the lock. */
int walk_subtree(struct actor *me, struct actor *root, walk *func, struct ckpt_ctx *ctx)
{
	int most = arena->plan.nr_actors + 1, top = 0, total = 0;
	struct actor **stack = arena->walk, *task = root;

	stack[top++] = root;
	while (top) {
		int n, ret;

		task = stack[--top];
		ret = func(me, task, ctx);
		if (ret < 0)
			return ret;
		total += ret;
		/* Next thread of the group below, children above it: a stack is taken from its top. */
		if (actor_of(task->next_thread) != task) {
			struct actor *next = next_thread(task);

			if (next != task && next != actor_of(task->leader))
				stack[top++] = next;
		}
		n = children_of(task, stack + top, most - top);
		for (int i = 0; i < n / 2; i++) {
			struct actor *first = stack[top + i];

			stack[top + i] = stack[top + n - 1 - i];
			stack[top + n - 1 - i] = first;
		}
		top += n;
	}
	return total;
}

int view_of(struct actor *task, struct kernel_view *view)
{
	static char status[2048];
	struct actor *tracer;
	const char *found;
	int length = proc_read(arena->procfs, tgid_of(task), task->pid, "status", status, sizeof(status));

	if (length <= 0)
		return -ESRCH;
	found = strstr(status, "\nState:\t");
	view->state = found ? found[8] : '?';
	view->tracer = 0;
	found = strstr(status, "\nTracerPid:\t");
	for (found = found ? found + 12 : ""; *found >= '0' && *found <= '9'; found++)
		view->tracer = view->tracer * 10 + (*found - '0');
	tracer = actor_by_pid(view->tracer);
	if (tracer && (tracer->flags & EXIT_STATE))
		view->tracer = 0;
	return 0;
}

/* A zombie has no memory to read: there the answer to fetching one of its files is asked for. */
static int may_take_file(int pid)
{
	int fd = (int)sys2(SYS_pidfd_open, pid, 0);
	long ret;

	if (fd < 0)
		return 1;
	ret = sys3(SYS_pidfd_getfd, fd, 0x7fffffff, 0);
	sys1(SYS_close, fd);
	return ret != -EPERM;
}

int ptrace_may_access(struct actor *task)
{
	char byte;
	struct iovec to = { &byte, 1 }, from = { (void *)point_names, 1 };
	long ret = sys6(SYS_process_vm_readv, task->pid, (long)&to, 1, (long)&from, 1, 0);

	if (ret == -ESRCH)
		return may_take_file(tgid_of(task));
	return ret != -EPERM;
}
