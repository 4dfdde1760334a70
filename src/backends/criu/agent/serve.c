/* The init of the namespace: does what it is told, a line at a time, reaps, and tells what happens meanwhile. */
#define _GNU_SOURCE
#include "agent.h"
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* How often the limits of a run are looked at. */
#define CHECK_MS 10

static int children = -1;
static int hooks = -1;
/* The action script that waits for an answer. */
static int asking = -1;
/* Where it is. */
static char asked_at[64];

static void done(long result)
{
	say("{\"done\":%ld}", result);
}

static void do_census(bool bystanders_only)
{
	struct text text = { 0 };

	reap();
	put(&text, "{\"tasks\":");
	census(&text, bystanders_only);
	put(&text, "}");
	say_text(&text);
}

static void do_ping(char *rest)
{
	struct text text = { 0 };
	char *pairs;
	uint32_t round = (uint32_t)strtol(rest, &pairs, 10);
	long limit = strtol(pairs, &pairs, 10);

	put(&text, "{\"silent\":");
	ping(pairs, round, limit, &text);
	put(&text, "}");
	say_text(&text);
}

/* The words: pid inner, and those of start_command. */
static void do_command(char *rest)
{
	int n;
	char **words = split_words(rest, &n);
	const char *step = "fork";
	int pid = n > 2 ? atoi(words[0]) : 0;
	long ret = n > 2 ? start_command(pid, atoi(words[1]) != 0, words + 2, n - 2, &step) : -EINVAL;

	free(words);
	if (ret < 0) {
		say("{\"done\":%ld,\"step\":\"%s\"}", ret, step);
		return;
	}
	/* One with a pid of its own is the subject, and judged. */
	if (pid == 0)
		role_set((int)ret, HELPER);
	done(ret);
}

static void do_answer(const char *rest)
{
	char answer = (char)atoi(rest);

	/* Before CRIU goes on. */
	if (asking >= 0)
		inject_stage(asked_at);
	if (asking >= 0 && write(asking, &answer, 1) < 0)
		answer = 1;
	if (asking >= 0)
		close(asking);
	asking = -1;
	if (run.asked_us)
		run.waited_us += now_us() - run.asked_us;
	run.asked_us = 0;
	done(0);
}

static void do_kill(const char *rest)
{
	int pid, tid, signal;

	if (sscanf(rest, "%d %d %d", &pid, &tid, &signal) != 3)
		done(-EINVAL);
	else if (pid == 0)
		done(run.pid ? sys2(SYS_kill, run.pid, signal) : -ESRCH);
	else
		done(tid ? sys3(SYS_tgkill, pid, tid, signal) : sys2(SYS_kill, pid, signal));
}

static void obey(char *line)
{
	char *rest = strchr(line, ' ');

	if (rest)
		*rest++ = 0;
	else
		rest = line + strlen(line);
	if (!strcmp(line, "task")) {
		if (tree_add(rest) < 0)
			_exit(1);
	} else if (!strcmp(line, "build")) {
		if (tree_build(atol(rest)) < 0)
			say("{\"error\":\"%s\"}", tree_error);
		else
			done(0);
	} else if (!strcmp(line, "command")) {
		do_command(rest);
	} else if (!strcmp(line, "watch")) {
		watch(atoi(rest));
		done(0);
	} else if (!strcmp(line, "census")) {
		do_census(!strcmp(rest, "bystanders"));
	} else if (!strcmp(line, "busy")) {
		reap();
		done(busy());
	} else if (!strcmp(line, "ping")) {
		do_ping(rest);
	} else if (!strcmp(line, "kill")) {
		do_kill(rest);
	} else if (!strcmp(line, "trace")) {
		done(trace_task(atoi(rest)));
	} else if (!strcmp(line, "take")) {
		done(take_pid(atoi(rest)));
	} else if (!strcmp(line, "lastpid")) {
		done(write_file("/proc/sys/kernel/ns_last_pid", rest));
	} else if (!strcmp(line, "run")) {
		done(run_start(rest));
	} else if (!strcmp(line, "answer")) {
		do_answer(rest);
	} else if (!strcmp(line, "sweep")) {
		bool helpers = atoi(rest) != 0;

		done(sweep(helpers, 2000));
	} else {
		_exit(1);
	}
}

/* Lines may come in pieces, and several at once. */
static void hear(void)
{
	static char *buffer;
	static size_t length, room;
	char *end;
	ssize_t n;

	if (room - length < 65536) {
		room = room * 2 + 131072;
		buffer = realloc(buffer, room);
		if (!buffer)
			_exit(1);
	}
	n = read(0, buffer + length, room - length - 1);
	/* mktrouble is gone: with us goes all that is here. */
	if (n <= 0)
		_exit(0);
	length += (size_t)n;
	while ((end = memchr(buffer, '\n', length))) {
		size_t used = (size_t)(end - buffer) + 1;

		*end = 0;
		obey(buffer);
		memmove(buffer, buffer + used, length - used);
		length -= used;
	}
}

static void hear_hook(void)
{
	char stage[64];
	int fd = accept4(hooks, NULL, NULL, SOCK_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, stage, sizeof(stage) - 1);

	if (n <= 0) {
		if (fd >= 0)
			close(fd);
		return;
	}
	stage[n] = 0;
	if (asking >= 0)
		close(asking);
	asking = fd;
	run.asked_us = now_us();
	strcpy(asked_at, stage);
	say("{\"event\":\"stage\",\"stage\":\"%s\"}", stage);
}

static int listen_for_hooks(void)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX, .sun_path = HOOK_SOCKET };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&where, sizeof(where)) < 0 || listen(fd, 8) < 0)
		return -1;
	return fd;
}

/* What is made in these folders would outlive the case; a machine may be without them. */
static bool hide(const char *folder, const char *type, const char *options)
{
	return mount("mktrouble", folder, type, MS_NOSUID | MS_NODEV, options) == 0 || errno == ENOENT || errno == ENODEV;
}

static bool furnish(void)
{
	sigset_t child;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0 ||
	    mount("mktrouble", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0)
		return false;
	if (!hide("/dev/shm", "tmpfs", "mode=1777") || !hide("/dev/mqueue", "mqueue", NULL))
		return false;
	if (mkdir(WORK, 0755) < 0 || mkdir(WORK "/case", 0755) < 0 || mkdir(IMAGES, 0755) < 0 ||
	    (hooks = listen_for_hooks()) < 0)
		return false;
	/* Dumping an own pid namespace, CRIU makes folders where the root is: let that be here. */
	if (mkdir(WORK "/home", 0755) < 0 || chdir(WORK "/home") < 0)
		return false;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	children = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	return children >= 0;
}

int serve(void)
{
	if (!furnish()) {
		fprintf(stderr, "the namespace can not be furnished: %s\n", strerror(errno));
		return 1;
	}
	say("{\"event\":\"ready\"}");
	for (;;) {
		struct pollfd polled[] = { { 0, POLLIN, 0 }, { children, POLLIN, 0 }, { hooks, POLLIN, 0 } };
		struct signalfd_siginfo info;

		if (poll(polled, 3, run.pid || is_watching() ? CHECK_MS : -1) < 0 && errno != EINTR)
			return 1;
		while (read(children, &info, sizeof(info)) > 0)
			;
		if (polled[2].revents)
			hear_hook();
		if (polled[0].revents)
			hear();
		reap();
		run_check();
		watch_output();
	}
}
