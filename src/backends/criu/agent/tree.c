/*
 * Builds the declared tree. Every process makes its own threads and children, under their pids. Phases: 1 all are made;
 * 2 leaders of groups found them; 3 the others join; 4 masks are set, signals are left pending, and future zombies exit.
 */
#define _GNU_SOURCE
#include "agent.h"
#include "resource.h"
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_BYTES (32 << 10)

enum { PHASES = 4 };

/* Shared by all tasks while they build the tree; unmapped afterwards. */
struct site {
	word phase;
	word arrived[PHASES + 1];
	word failed;
	long error;
	char what[100];
};

static struct task tasks[MAX_TASKS];
static int nr_tasks;
static struct site *site;
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
	line_end(line);
	nr_tasks++;
}

static void __attribute__((noreturn)) give_up(long error, const char *what)
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

static void answer_ping(int signal, siginfo_t *info, void *context)
{
	struct subject *subject = (struct subject *)PRIVATE_AT;
	struct shared *shared = (struct shared *)SHARED_AT;
	int tid = (int)sys0(SYS_gettid);

	(void)signal;
	(void)context;
	for (uint32_t i = 0; i < subject->nr_threads; i++) {
		if (subject->tid[i] != tid)
			continue;
		if (subject->reserved)
			shared->answers++;
		subject->answered[i] = (uint32_t)info->si_int;
		if (subject->connection)
			sys6(SYS_sendto, subject->connection, (long)"", 1, MSG_NOSIGNAL | MSG_DONTWAIT, 0, 0);
	}
}

/* A pattern that no other task has. */
static void fill(void *at, size_t bytes, uint64_t seed)
{
	uint64_t *words = at;
	uint64_t x = seed * 0x9e3779b97f4a7c15ULL + 1;

	for (size_t i = 0; i < bytes / sizeof(*words); i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		words[i] = x;
	}
}

static void map_at(uintptr_t at, size_t bytes, int flags)
{
	void *got = mmap((void *)at, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	check(got == (void *)at ? 0 : -1, "mmap");
}

static void make_memory(const struct task *task)
{
	struct subject *subject = (struct subject *)PRIVATE_AT;
	size_t bytes = (size_t)task->private_kib << 10;

	/* A root has its own shared region, which its descendants inherit. */
	if (task->parent < 0 && task->shared_kib > 0) {
		struct shared *shared = (struct shared *)SHARED_AT;
		size_t size = (size_t)task->shared_kib << 10;

		map_at(SHARED_AT, HEADER_BYTES + size, MAP_SHARED);
		shared->magic = SUBJECT_MAGIC;
		shared->bytes = (uint32_t)size;
		fill((char *)shared + HEADER_BYTES, size, (uint64_t)task->pid << 32);
	}
	if (task->parent >= 0)
		munmap((void *)PRIVATE_AT, HEADER_BYTES + ((size_t)((struct subject *)PRIVATE_AT)->bytes));
	map_at(PRIVATE_AT, HEADER_BYTES + bytes, MAP_PRIVATE);
	subject->magic = SUBJECT_MAGIC;
	subject->bytes = (uint32_t)bytes;
	subject->tid[0] = (int32_t)sys0(SYS_gettid);
	subject->nr_threads = 1;
	subject->reserved = task->shared_kib > 0;
	fill((char *)subject + HEADER_BYTES, bytes, (uint64_t)task->pid);
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

static void __attribute__((noreturn)) run_process(struct task *task);

static void make(struct task *task)
{
	/* With a pid namespace of its own, in which the root is init: the pid there, and the pid here. */
	pid_t pids[2] = { task->pid, task->pid };
	struct clone_args args = { .set_tid = (uintptr_t)pids, .set_tid_size = task->inner ? 2 : 1 };
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
		args.set_tid_size = first->inner ? 2 : 1;
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

static void make_children(int self, bool before_session)
{
	for (int i = 0; i < nr_tasks; i++) {
		struct task *one = &tasks[i];

		if (i == self || one->leader != i || one->parent != self || is_born_before_session(one) != before_session)
			continue;
		if (one->maker < 0)
			make(one);
		else if (!is_made(one))
			make_orphans(one);
	}
}

static void make_threads(int self)
{
	for (int i = 0; i < nr_tasks; i++)
		if (i != self && tasks[i].leader == self)
			make(&tasks[i]);
}

static void run_process(struct task *task)
{
	int self = (int)(task - tasks);
	int pid = (int)sys0(SYS_getpid);
	struct sigaction ping = { .sa_sigaction = answer_ping, .sa_flags = SA_SIGINFO };

	make_memory(task);
	sigaction(PING_SIGNAL, &ping, NULL);
	make_children(self, true);
	if (task->session == task->pid)
		check(sys0(SYS_setsid), "setsid");
	make_children(self, false);
	make_threads(self);
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

/* Whether a task has reached its final state: zombie, stopped as declared, or asleep. */
static bool is_settled(const struct task *task)
{
	char path[64], text[512], *end;
	char wanted = task->kind == ZOMBIE ? 'Z' : task->stopped ? 'T' : 'S';

	snprintf(path, sizeof(path), "/proc/%d/stat", task->pid);
	if (read_file(path, text, sizeof(text)) < 0 || !(end = strrchr(text, ')')))
		return false;
	return end[2] == wanted;
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

/* Makes a process without a parent in the tree: the root of one, or one that enters the namespace of the first root. */
static long make_root(struct task *task)
{
	bool is_init = task->inner && !task->entered;
	pid_t pids[2] = { is_init ? 1 : task->pid, task->pid };
	struct clone_args args = { .set_tid = (uintptr_t)pids, .set_tid_size = task->inner ? 2 : 1,
				   .exit_signal = SIGCHLD, .flags = is_init ? CLONE_NEWPID : 0 };
	long ret = clone_process(&args);

	if (ret == 0) {
		become_plain();
		become_usual();
		run_process(task);
	}
	return ret;
}

/* The same from a process that enters the namespace and exits. */
static long make_entered(struct task *task)
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
		between = make_root(task);
		_exit(between < 0 ? (int)-between : 0);
	}
	if (waitpid((pid_t)between, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

int tree_build(long limit_ms)
{
	long long until = now_us() + limit_ms * 1000;
	bool has_peer = false;
	int error;

	for (int i = 0; i < nr_tasks && !has_peer; i++) {
		if (!(tasks[i].resources & resources_named("tcp-connection")))
			continue;
		has_peer = true;
		if ((error = start_peer()) < 0)
			return failed("the peer of connections", error);
	}
	site = mmap(NULL, sizeof(*site), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (site == MAP_FAILED)
		return failed("mmap", -ENOMEM);
	for (int i = 0; i < nr_tasks; i++) {
		if (tasks[i].parent >= 0 || tasks[i].leader != i)
			continue;
		long ret = tasks[i].entered ? make_entered(&tasks[i]) : make_root(&tasks[i]);

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
		if (tasks[i].leader != i)
			continue;
		role_set(tasks[i].pid, tasks[i].bystander ? BYSTANDER : STRANGER);
		for (int tries = 0; !is_settled(&tasks[i]); tries++) {
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
	return 0;
}
