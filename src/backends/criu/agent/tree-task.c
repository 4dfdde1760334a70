/* The building of a tree, seen by a task of it: it makes its own threads and children, under their pids, and becomes what it is to be. */
#define _GNU_SOURCE
#include "resource.h"
#include "tree.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_BYTES (32 << 10)

void __attribute__((noreturn)) give_up(long error, const char *what)
{
	if (!site->failed++) {
		site->error = error;
		strncpy(site->what, what, sizeof(site->what) - 1);
	}
	for (;;)
		sys0(SYS_pause);
}

static void check(long ret, const char *what)
{
	if (ret < 0)
		give_up(ret, what);
}

static void arrive(int phase)
{
	site->arrived[phase]++;
	futex_wake(&site->arrived[phase], 1);
}

static void await(int phase)
{
	uint32_t now;

	arrive(phase);
	while ((now = site->phase) < (uint32_t)phase)
		futex_wait(&site->phase, now, NULL);
}

static void set_mask(uint64_t blocked)
{
	sys4(SYS_rt_sigprocmask, SIG_SETMASK, &blocked, NULL, sizeof(blocked));
}

static void leave_pending(const struct task *task)
{
	for (int signal = 1; signal <= 64; signal++) {
		if (!(task->pending & (1ULL << (signal - 1))))
			continue;
		/* To a process, or to one of its threads. */
		if (task->leader == task - tasks)
			check(sys2(SYS_kill, sys0(SYS_getpid), signal), "kill");
		else
			check(sys3(SYS_tgkill, sys0(SYS_getpid), sys0(SYS_gettid), signal), "tgkill");
	}
}

static void __attribute__((noreturn)) rest(void)
{
	for (;;)
		sys0(SYS_pause);
}

static void run_thread(void *argument)
{
	struct task *task = argument;
	struct subject *subject = (struct subject *)PRIVATE_AT;
	uint32_t number = __atomic_fetch_add(&subject->nr_threads, 1, __ATOMIC_SEQ_CST);

	if (number >= MAX_THREADS)
		give_up(-ENOSPC, "threads");
	subject->tid[number] = (int32_t)sys0(SYS_gettid);
	set_mask(task->blocked);
	leave_pending(task);
	arrive(1);
	forget_registers();
	rest();
}

static void __attribute__((noreturn)) be_zombie(const struct task *task)
{
	int signal = task->status & 0x7f;

	if (signal) {
		struct sigaction plain = { .sa_handler = SIG_DFL };

		sigaction(signal, &plain, NULL);
		set_mask(0);
		sys2(SYS_kill, sys0(SYS_getpid), signal);
	}
	_exit(task->status >> 8);
}

/* In how many pid namespaces it has a pid of its choice. */
static int count_pids(const struct task *task)
{
	return task->inner && !chooses_only_inner(task) ? 2 : 1;
}

static void make(struct task *task)
{
	/* With a pid namespace of its own, in which the root is init: the pid there, and the pid here. */
	pid_t pids[2] = { task->pid, task->pid };
	struct clone_args args = { .set_tid = (uintptr_t)pids, .set_tid_size = count_pids(task) };
	bool is_thread = tasks[task->leader].pid != task->pid;
	long ret;

	if (task->inner && task->parent < 0 && !is_thread) {
		pids[0] = 1;
		args.flags |= CLONE_NEWPID;
	}
	if (is_thread) {
		void *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

		check(stack == MAP_FAILED ? -ENOMEM : 0, "mmap");
		args.flags |= CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
		args.stack = (uintptr_t)stack;
		args.stack_size = STACK_BYTES;
		check(clone_thread(&args, run_thread, task), "clone3 of a thread");
		return;
	}
	args.exit_signal = SIGCHLD;
	ret = clone_process(&args);
	if (ret == 0)
		run_process(task);
	check(ret, "clone3");
}

/*
 * Makes this orphan of the calling process, and the others of its session or group: a process with the pid of their leader makes them and
 * exits.
 */
static void make_orphans(const struct task *first)
{
	pid_t pids[2] = { first->maker, first->maker };
	struct clone_args args = { .exit_signal = SIGCHLD };
	long made;
	int status;

	if (first->maker > 0) {
		args.set_tid = (uintptr_t)pids;
		args.set_tid_size = count_pids(first);
	}
	if (!first->inner || tasks[first->parent].parent >= 0)
		check(prctl(PR_SET_CHILD_SUBREAPER, 1) < 0 ? -errno : 0, "prctl");
	made = clone_process(&args);
	check(made, "clone3 of a process that exits");
	if (made > 0) {
		check(waitpid((pid_t)made, &status, 0) < 0 ? -errno : 0, "waitpid");
		return;
	}
	if (first->session == first->maker)
		check(sys0(SYS_setsid), "setsid");
	else if (first->maker > 0)
		check(sys2(SYS_setpgid, 0, 0), "setpgid");
	for (int i = (int)(first - tasks); i < nr_tasks; i++)
		if (tasks[i].parent == first->parent && tasks[i].maker == first->maker)
			make(&tasks[i]);
	_exit(0);
}

/* Whether another orphan of this parent and this maker comes before it. */
static bool is_made(const struct task *orphan)
{
	for (const struct task *one = tasks; one < orphan; one++)
		if (one->parent == orphan->parent && one->maker == orphan->maker)
			return true;
	return false;
}

static void make_child(struct task *child)
{
	if (child->maker < 0)
		make(child);
	else if (!is_made(child))
		make_orphans(child);
}

/* After its children, so that they inherit none of it. */
static void make_what_it_has(const struct task *task)
{
	const char *failed = make_resources(task->resources, task->pid);

	if (failed)
		give_up(-errno, failed);
}

/* Whether a child is in a session that its parent, which leads one now, has left. */
static bool is_born_before_session(const struct task *child)
{
	const struct task *parent = &tasks[child->parent];

	return parent->session == parent->pid && child->session != parent->pid && child->session != child->pid && child->maker <= 0;
}

/* Its threads, and its children but those that it made before it led a session. All come after it in the walk. */
static void make_threads_and_children(int self)
{
	for (int i = self + 1; i < nr_tasks; i++) {
		struct task *one = &tasks[i];
		bool is_child = one->leader == i && one->parent == self;

		if (one->leader == self)
			make(one);
		else if (is_child && !is_born_before_session(one))
			make_child(one);
	}
}

/* Of the calling process, and of all that it makes. */
static void make_namespaces(int flags)
{
	/* A root comes with those of users and of mounts. */
	check(unshare(flags & ~(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWTIME)) < 0 ? -errno : 0, "unshare");
	if (flags & CLONE_NEWTIME)
		check(enter_time_namespace() < 0 ? -errno : 0, "the time namespace");
	if (flags & CLONE_NEWNET)
		check(raise_loopback() < 0 ? -errno : 0, "the loopback interface");
	if (flags & CLONE_NEWUTS)
		check(sethostname("tree", 4) < 0 ? -errno : 0, "sethostname");
}

void run_process(struct task *task)
{
	int self = (int)(task - tasks);
	int pid = (int)sys0(SYS_getpid);
	struct sigaction ping = { .sa_sigaction = subject_answer, .sa_flags = SA_SIGINFO };

	if (task->namespaces)
		make_namespaces(task->namespaces);
	check(subject_make(task) < 0 ? -errno : 0, "mmap");
	sigaction(PING_SIGNAL, &ping, NULL);
	if (task->session == task->pid) {
		for (int i = self + 1; i < nr_tasks; i++)
			if (tasks[i].leader == i && tasks[i].parent == self && is_born_before_session(&tasks[i]))
				make_child(&tasks[i]);
		check(sys0(SYS_setsid), "setsid");
	}
	make_threads_and_children(self);
	await(1);
	if (task->pgid == task->pid && task->session != task->pid)
		check(sys2(SYS_setpgid, 0, 0), "setpgid");
	await(2);
	if (task->pgid != task->pid) {
		int to = task->pgid;

		/* The number of the inner root. */
		if (task->inner)
			for (int i = 0; i < nr_tasks; i++)
				if (tasks[i].pid == to && tasks[i].parent < 0 && !tasks[i].entered)
					to = 1;
		if (sys1(SYS_getpgid, 0) != to)
			check(sys2(SYS_setpgid, 0, to), "setpgid");
	}
	await(3);
	make_what_it_has(task);
	if (task->kind == ZOMBIE) {
		arrive(4);
		be_zombie(task);
	}
	set_mask(task->blocked);
	leave_pending(task);
	arrive(4);
	munmap(site, sizeof(*site));
	forget_registers();
	if (task->stopped)
		sys2(SYS_kill, pid, SIGSTOP);
	rest();
}
