/* The init of the namespace: answers requests, reaps, and sends events for what happens meanwhile. */
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
static char asked_at[80];
/* That of a second CRIU, beside the first: its stages are no time of the first, and nothing is counted from them. */
static int asking_second = -1;

static struct text answer;

static void done(long result)
{
	say("{\"done\":%ld}", result);
}

static void do_build(struct line *first, char *lines)
{
	int limit = field_needed(first, "limit");
	char cgroups[1000];
	struct line line;

	snprintf(cgroups, sizeof(cgroups), "%s", field_text(first, "cgroups", ""));

	while (line_next(&lines, &line)) {
		if (!line_is(&line, "task"))
			not_understood("a tree has a line %s", line.word);
		tree_add(&line);
	}
	if (tree_build(limit, cgroups) == 0) {
		done(0);
		return;
	}
	put(&answer, "{\"error\":");
	put_string(&answer, tree_error);
	put(&answer, "}");
	send_text(&answer);
}

static void do_census(struct line *line)
{
	reap();
	put(&answer, "{\"tasks\":");
	census(&answer, field_flag(line, "bystanders-only"));
	put(&answer, "}");
	send_text(&answer);
}

static void do_ping(struct line *line, char *lines)
{
	uint32_t round = (uint32_t)field_needed(line, "round");
	static struct text timers;

	put(&answer, "{\"silent\":");
	put(&timers, "[");
	ping(lines, round, field_needed(line, "limit"), &answer, &timers);
	put(&answer, ",\"timers\":%s]}", timers.at);
	timers.length = 0;
	send_text(&answer);
}

/* What a function prints of the tasks of these lines, under a name. */
static void do_list(const char *name, void (*list)(char *lines, struct text *text), char *lines)
{
	put(&answer, "{\"%s\":", name);
	list(lines, &answer);
	put(&answer, "}");
	send_text(&answer);
}

static void do_relayed(void)
{
	long bytes;
	bool fired = relay_state(&bytes);

	say("{\"bytes\":%ld,\"fired\":%s}", bytes, fired ? "true" : "false");
}

static void do_things(struct line *line)
{
	put(&answer, "{\"things\":");
	list_things(field_text(line, "of", ""), field_number(line, "pid", 0), &answer);
	put(&answer, "}");
	send_text(&answer);
}

static void do_connections(void)
{
	put(&answer, "{\"connections\":");
	list_connections(&answer);
	put(&answer, "}");
	send_text(&answer);
}

static void do_command(struct line *line, char *lines)
{
	const char *step;
	long ret = start_command(line, lines, &step);

	if (ret < 0)
		say("{\"done\":%ld,\"step\":\"%s\"}", ret, step);
	else
		done(ret);
}

/* Lets an action script go on. One that has ended meanwhile needs no answer. */
static void reply(int *script, char code)
{
	if (*script < 0)
		return;
	if (write(*script, &code, 1) < 0)
		code = 1;
	close(*script);
	*script = -1;
}

static void do_answer(struct line *line)
{
	char code = (char)field_number(line, "exit-code", 0);
	const char *message = field_text(line, "message", NULL), *stage = field_text(line, "stage", NULL);

	/* Before CRIU goes on. */
	if (asking >= 0)
		inject_stage(asked_at);
	if (stage)
		inject_stage(stage);
	/* CRIU may have ended meanwhile. */
	if (message)
		rpc_send(message);
	reply(&asking, code);
	if (run.asked_us)
		run.waited_us += now_us() - run.asked_us;
	run.asked_us = 0;
	done(0);
}

static void do_kill(struct line *line)
{
	int signal = field_needed(line, "signal");

	if (field_flag(line, "criu"))
		done(run.pid ? sys2(SYS_kill, run.pid, signal) : -ESRCH);
	else
		done(hit(field_needed(line, "pid"), signal));
}

static void do_last_pid(struct line *line)
{
	char text[24];

	decimal(text, field_needed(line, "pid"));
	done(write_file("/proc/sys/kernel/ns_last_pid", text));
}

/* From now on the images in this folder are on a file system that has only so many bytes. */
static void do_disk(struct line *line)
{
	char options[64];

	snprintf(options, sizeof(options), "mode=0755,size=%d", field_needed(line, "bytes"));
	done(mount("mktrouble", field_text(line, "folder", IMAGES), "tmpfs", MS_NOSUID | MS_NODEV, options) < 0 ? -errno : 0);
}

static void obey(char *lines)
{
	struct line line;

	line_next(&lines, &line);
	if (line_is(&line, "build")) {
		do_build(&line, lines);
	} else if (line_is(&line, "command")) {
		do_command(&line, lines);
	} else if (line_is(&line, "relay")) {
		done(relay_start(&line));
	} else if (line_is(&line, "relayed")) {
		do_relayed();
	} else if (line_is(&line, "pause")) {
		done(pause_for(field_needed(&line, "pid"), field_needed(&line, "ms")));
	} else if (line_is(&line, "userfaults")) {
		done(has_userfaults());
	} else if (line_is(&line, "watch")) {
		watch(field_needed(&line, "pid"));
		done(0);
	} else if (line_is(&line, "census")) {
		do_census(&line);
	} else if (line_is(&line, "breakpoints")) {
		done(breakpoints_fire());
	} else if (line_is(&line, "busy")) {
		reap();
		done(busy());
	} else if (line_is(&line, "ping")) {
		do_ping(&line, lines);
	} else if (line_is(&line, "files")) {
		do_list("files", list_files, lines);
	} else if (line_is(&line, "ask")) {
		do_list("processes", ask_processes, lines);
	} else if (line_is(&line, "things")) {
		do_things(&line);
	} else if (line_is(&line, "peer")) {
		done(hit_peer(field_text(&line, "fault", "")));
	} else if (line_is(&line, "connections")) {
		do_connections();
	} else if (line_is(&line, "repaired")) {
		do_list("repaired", list_repaired, lines);
	} else if (line_is(&line, "kill")) {
		do_kill(&line);
	} else if (line_is(&line, "trace")) {
		done(trace_task(field_needed(&line, "tid")));
	} else if (line_is(&line, "take")) {
		done(take_pid(field_needed(&line, "pid")));
	} else if (line_is(&line, "disk")) {
		do_disk(&line);
	} else if (line_is(&line, "last-pid")) {
		do_last_pid(&line);
	} else if (line_is(&line, "run")) {
		done(run_start(&line, lines));
	} else if (line_is(&line, "answer")) {
		do_answer(&line);
	} else if (line_is(&line, "answer-second")) {
		reply(&asking_second, 0);
		done(0);
	} else if (line_is(&line, "sweep")) {
		done(sweep(field_flag(&line, "helpers"), 2000));
	} else {
		not_understood("there is no request %s", line.word);
	}
	line_end(&line);
}

static void hear(void)
{
	char *request;

	/* mktrouble is gone: with us goes all that is here. */
	if (!request_read())
		_exit(0);
	while ((request = request_next()))
		obey(request);
}

static void hear_hook(void)
{
	static struct text event;
	const size_t prefix = strlen(SECOND_PREFIX);
	char stage[80];
	int fd = accept4(hooks, NULL, NULL, SOCK_CLOEXEC), *slot;
	ssize_t n = fd < 0 ? -1 : read(fd, stage, sizeof(stage) - 1);
	bool second;

	if (n <= 0) {
		if (fd >= 0)
			close(fd);
		return;
	}
	stage[n] = 0;
	second = !strncmp(stage, SECOND_PREFIX, prefix);
	slot = second ? &asking_second : &asking;
	if (*slot >= 0)
		close(*slot);
	*slot = fd;
	if (!second) {
		run.asked_us = now_us();
		strcpy(asked_at, stage);
	}
	put(&event, "{\"event\":\"%s\",\"stage\":", second ? "second-stage" : "stage");
	put_string(&event, second ? stage + prefix : stage);
	put(&event, "}");
	send_text(&event);
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
static bool hide(const char *folder, const char *type, unsigned long flags, const char *options)
{
	return mount("mktrouble", folder, type, MS_NOSUID | flags, options) == 0 || errno == ENOENT || errno == ENODEV;
}

static bool furnish(void)
{
	sigset_t child;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0 ||
	    mount("mktrouble", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0)
		return false;
	if (!hide("/dev/shm", "tmpfs", MS_NODEV, "mode=1777") || !hide("/dev/mqueue", "mqueue", MS_NODEV, NULL))
		return false;
	/* A terminal is restored under its number, which nothing but this case may have taken meanwhile. */
	if (!hide("/dev/pts", "devpts", MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"))
		return false;
	/* Where that is a link to the one in the folder, it needs no mount. */
	mount("/dev/pts/ptmx", "/dev/ptmx", NULL, MS_BIND, NULL);
	if (mkdir(WORK, 0755) < 0 || mkdir(WORK "/case", 0755) < 0 || mkdir(IMAGES, 0755) < 0 || mkdir(WORK "/mqueue", 0755) < 0 ||
	    !hide(WORK "/mqueue", "mqueue", MS_NODEV, NULL) || (hooks = listen_for_hooks()) < 0)
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
		fprintf(stderr, "mktrouble agent: the namespace cannot be furnished: %s\n", strerror(errno));
		return 1;
	}
	say("{\"event\":\"ready\"}");
	for (;;) {
		struct pollfd polled[] = { { 0, POLLIN, 0 }, { children, POLLIN, 0 }, { hooks, POLLIN, 0 },
					    { rpc_end(), POLLIN, 0 } };
		struct signalfd_siginfo info;

		if (poll(polled, 4, run.pid || is_watching() ? CHECK_MS : -1) < 0 && errno != EINTR)
			return 1;
		while (read(children, &info, sizeof(info)) > 0)
			;
		if (polled[2].revents)
			hear_hook();
		if (polled[3].revents)
			rpc_hear();
		if (polled[0].revents)
			hear();
		reap();
		run_check();
		watch_output();
	}
}
