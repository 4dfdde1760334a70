/*
 * Builds the declared tree, as mktree does: every task makes its own children and threads, under their original pids. In
 * the phase MAKING all are made; in SETTLING they join process groups, change owner, attach to each other, or die; with
 * GOING the restart may begin.
 */
#define _GNU_SOURCE
#include "tree.h"
#include "kernel.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#define STACK_BYTES (64 << 10)
#define OTHER_UID 65534
/* Tries to get a pid. */
#define TRIES 1000
/* Tries while the pid is taken: at once at first, then once in a millisecond. */
#define IMPATIENT 100
#define PATIENCE 4000

void cannot_build(struct actor *me, long error, const char *what)
{
	arena->error = error;
	arena->error_what = what;
	post_request(me, CANNOT_BUILD);
	for (;;)
		sys0(SYS_pause);
}

/* Where clone3() can't choose pids: the namespace's last pid is set just before. */
static long make_by_last_pid(struct clone_args *args, struct actor *child, void (*start)(void *))
{
	char text[24];
	long pid = -EEXIST;
	int fd = (int)sys4(SYS_openat, arena->procfs, "sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC, 0);

	args->set_tid_size = 0;
	args->set_tid = 0;
	if (fd < 0)
		return fd;
	for (int i = 0; i < TRIES; i++) {
		while (arena->last_pid_lock++)
			sys0(SYS_sched_yield);
		sys4(SYS_pwrite64, fd, text, decimal(text, child->pid - 1) - text, 0);
		pid = start ? clone_thread(args, start, child) : clone_process(args);
		if (pid == 0)
			break;
		arena->last_pid_lock = 0;
		if (pid < 0 || pid == child->pid) {
			sys1(SYS_close, fd);
			return pid;
		}
		/* Another process took the pid: this child exits at once (begin). */
		if (!start)
			sys4(SYS_wait4, pid, NULL, __WALL, NULL);
	}
	sys1(SYS_close, fd);
	return pid == 0 ? 0 : -EEXIST;
}

static void __attribute__((noreturn)) begin(void *actor);

static long make_thread(struct clone_args *args, struct actor *child)
{
	long ret;
	void *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (stack == MAP_FAILED)
		return -ENOMEM;
	args->flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
	args->stack = (uintptr_t)stack;
	args->stack_size = STACK_BYTES;
	ret = arena->plan.spawn_by_last_pid ? make_by_last_pid(args, child, begin) : clone_thread(args, begin, child);
	if (ret < 0)
		munmap(stack, STACK_BYTES);
	return ret;
}

static long make_once(struct actor *child)
{
	pid_t pid = child->pid;
	struct clone_args args = { .set_tid = (uintptr_t)&pid, .set_tid_size = 1 };
	long ret;

	if (child->declared & IS_THREAD) {
		ret = make_thread(&args, child);
	} else {
		/* A sibling's exit signal is its maker's; a ghost gives its parent no notice. */
		if (child->declared & IS_SIBLING)
			args.flags = CLONE_PARENT;
		else if (!(child->declared & IS_GHOST))
			args.exit_signal = SIGCHLD;
		ret = arena->plan.spawn_by_last_pid ? make_by_last_pid(&args, child, NULL) : clone_process(&args);
		if (ret == 0)
			begin(child);
	}
	return ret < 0 ? ret : 0;
}

/*
 * The kernel gives the pid of a thread back a little after its group could be reaped: that of the case before may linger, on
 * a busy machine for as long as others have the processor on which it ends.
 */
long make_task(struct actor *child)
{
	struct timespec little = { .tv_nsec = 1000000 };
	long ret = make_once(child);

	for (int i = 0; ret == -EEXIST && i < PATIENCE; i++) {
		if (i < IMPATIENT)
			sys0(SYS_sched_yield);
		else
			sys2(SYS_nanosleep, &little, NULL);
		ret = make_once(child);
	}
	return ret;
}

static void make(struct actor *me, struct actor *child)
{
	long ret = make_task(child);

	if (ret < 0)
		cannot_build(me, ret, "clone3");
}

static void check(struct actor *me, long ret, const char *what)
{
	if (ret < 0)
		cannot_build(me, ret, what);
}

/* The last one of a phase notifies init, or releases all at once where init has nothing to do in between. */
static void arrive(void)
{
	if (++arena->present % (uint32_t)arena->nr_builders)
		return;
	if (arena->init_begins) {
		arena->bell++;
		futex_wake(&arena->bell, 1);
	} else {
		arena->phase = GOING;
		futex_wake(&arena->phase, 1 << 30);
	}
}

static void wait_for_phase(enum phase phase)
{
	uint32_t now;

	while ((now = arena->phase) < (uint32_t)phase)
		futex_wait(&arena->phase, now, NULL);
}

/* The rights of a user over processes of the same user: with more, no task would be a stranger to the coordinator. */
static void become_ordinary(struct actor *me)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct caps[2];

	check(me, sys2(SYS_capget, &header, caps), "capget");
	caps[0].effective &= ~(1u << CAP_SYS_PTRACE);
	caps[0].permitted &= ~(1u << CAP_SYS_PTRACE);
	caps[0].inheritable = caps[1].inheritable = 0;
	check(me, sys2(SYS_capset, &header, caps), "capset");
}

static void make_children(struct actor *me)
{
	struct actor *child;

	/* Those that stay in the session into which this task was born are born before it leaves. */
	for (int i = me->first_made; i != NO_TASK; i = child->next_made) {
		child = actor_of(i);
		if (child->born_before_session)
			make(me, child);
	}
	if (me->sets_session)
		check(me, sys0(SYS_setsid), "setsid");
	else if (me->joins_group == me->pid)
		check(me, sys2(SYS_setpgid, 0, 0), "setpgid");
	for (int i = me->first_made; i != NO_TASK; i = child->next_made) {
		child = actor_of(i);
		if (!child->born_before_session)
			make(me, child);
	}
}

/* The tree stands: what needs others to be there. */
static void settle(struct actor *me)
{
	if (me->joins_group && me->joins_group != me->pid)
		check(me, sys2(SYS_setpgid, 0, me->joins_group), "setpgid");
	for (int i = 1; i < arena->plan.nr_actors; i++)
		if (actor_of(i)->tracer == number_of(me))
			check(me, sys4(SYS_ptrace, PTRACE_SEIZE, actor_of(i)->pid, 0, 0), "ptrace");
	if (me->declared & IS_STRANGER) {
		check(me, sys3(SYS_setresgid, OTHER_UID, OTHER_UID, OTHER_UID), "setresgid");
		check(me, sys3(SYS_setresuid, OTHER_UID, OTHER_UID, OTHER_UID), "setresuid");
	}
}

static void __attribute__((noreturn)) begin(void *actor)
{
	struct actor *me = actor;

	i_am_init = 0;
	if (arena->plan.spawn_by_last_pid && sys0(SYS_gettid) != me->pid)
		thread_exit(0);
	if (me->declared & IS_LATE) {
		if (me->joins_group)
			check(me, sys2(SYS_setpgid, 0, me->joins_group), "setpgid");
		live(me);
	}
	if (me == actor_of(0))
		become_ordinary(me);
	if (me->tracer >= 0)
		sys5(SYS_prctl, PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	make_children(me);
	if (arena->plan.settles) {
		arrive();
		wait_for_phase(SETTLING);
		settle(me);
	}
	if (me->declared & IS_DEAD) {
		arrive();
		thread_exit(me->exit_code);
	}
	if (begins_idle(me)) {
		begin_idle(me);
		arrive();
		wait_until_woken(me);
	} else {
		arrive();
	}
	wait_for_phase(GOING);
	live(me);
}

long make_tree(void)
{
	for (int i = 0; i < arena->plan.nr_actors; i++)
		arena->nr_builders += !(actor_of(i)->declared & IS_LATE);
	return make_task(actor_of(0));
}
