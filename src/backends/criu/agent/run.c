/* A run of a program (CRIU) with its limits: of time, of its log, of files, of processes. */
#define _GNU_SOURCE
#include "agent.h"
#include "sys.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct run run;

long long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* -1: no limit of ours. */
static void limit(int resource, int value)
{
	struct rlimit both = { (rlim_t)value, (rlim_t)value };

	if (value >= 0)
		setrlimit(resource, &both);
}

/* Limits that the child has for itself. */
struct limits {
	/* A file to write to; NULL: none. */
	const char *cgroup;
	int files, file_size;
};

/* `service`: the socket that the program gets as its descriptor 3; -1: none. */
static void __attribute__((noreturn)) run_program(const struct program *program, const struct limits *limits, int service)
{
	int errors;

	/* Into the cgroup before anything is closed. */
	if (limits->cgroup && write_file(limits->cgroup, "0") < 0)
		_exit(126);
	service = become_plain_but(service);
	if (service >= 0)
		fcntl(service, F_SETFD, 0);
	become_usual();
	setsid();
	errors = open(WORK "/errors", O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(errors, 1);
	dup2(errors, 2);
	close(errors);
	limit(RLIMIT_NOFILE, limits->files);
	limit(RLIMIT_FSIZE, limits->file_size);
	if (inject_wanted())
		inject_await();
	program_exec(program);
	fprintf(stderr, "%s: %s\n", program->args[0], strerror(errno));
	_exit(127);
}

static int start(const struct program *program, const struct limits *limits, int service)
{
	pid_t pid = fork();
	int error;

	if (pid < 0)
		return -errno;
	if (pid == 0)
		run_program(program, limits, service);
	if (inject_wanted() && (error = (int)inject_into(pid)) < 0) {
		kill(pid, SIGKILL);
		return error;
	}
	run.pid = pid;
	role_set(pid, CRIU);
	return 0;
}

int run_start(struct line *first, char *lines)
{
	struct limits limits = { .cgroup = field_text(first, "cgroup", NULL), .files = field_number(first, "files", -1),
				 .file_size = field_number(first, "file-size", -1) };
	const char *request = field_text(first, "request", NULL), *images = field_text(first, "images", IMAGES);
	struct program program = { 0 };
	struct line line;
	int error = 0, service = -1;

	memset(&run, 0, sizeof(run));
	run.limit_ms = field_needed(first, "limit");
	run.log_cap = field_needed(first, "log-cap");
	snprintf(run.log, sizeof(run.log), "%s", field_text(first, "log", ""));
	run.started_us = now_us();
	inject_clear();
	if (field_text(first, "calls", NULL))
		inject_list(field_text(first, "calls", NULL));
	while (line_next(&lines, &line)) {
		if (line_is(&line, "syscall")) {
			int refused = inject_add(&line);

			if (error == 0)
				error = refused;
		} else if (!program_add(&program, &line))
			not_understood("a run has a line %s", line.word);
	}
	line_end(first);
	if (program.nr_args == 0)
		not_understood("a run has no program");
	if (error == 0 && request)
		error = service = rpc_open(images);
	if (error >= 0)
		error = start(&program, &limits, service);
	if (service >= 0)
		close(service);
	if (error == 0 && request)
		error = rpc_send(request);
	program_free(&program);
	return error;
}

void run_ended(int status)
{
	static struct text text;

	rpc_hear();
	rpc_close();
	run.pid = 0;
	put(&text, "{\"event\":\"ended\",\"status\":%d,\"us\":%lld,\"timedOut\":%s,\"flooded\":%s,\"injected\":", status,
	    now_us() - run.started_us, run.timed_out ? "true" : "false", run.flooded ? "true" : "false");
	inject_report(&text);
	put(&text, "}");
	send_text(&text);
}

/* Factor of a run's limit while a task waits for a processor: the machine may be busy. */
#define STARVED 3

/* Microseconds for which CRIU's main process was runnable and had no processor: of a busy machine, not of CRIU. */
static long long starved_us(void)
{
	char path[64], text[128];
	long long ran, waited;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", run.pid);
	if (read_file(path, text, sizeof(text)) < 0 || sscanf(text, "%lld %lld", &ran, &waited) != 2)
		return 0;
	return waited / 1000;
}

static bool is_late(void)
{
	long long now = now_us();
	/* Time that mktrouble takes to answer is not CRIU's. */
	long long took = now - run.started_us - run.waited_us - (run.asked_us ? now - run.asked_us : 0);
	long long limit_us = run.limit_ms * 1000;

	/* It cannot go on before its action script is answered. */
	if (run.asked_us)
		return false;
	return took > STARVED * limit_us || (took > limit_us && took - starved_us() > limit_us && !waits_for_processor());
}

void run_check(void)
{
	struct stat log;

	if (!run.pid)
		return;
	if (!run.flooded && stat(run.log, &log) == 0 && log.st_size > run.log_cap) {
		run.flooded = true;
		kill(run.pid, SIGKILL);
	}
	if (!run.timed_out && is_late()) {
		static struct text text;

		run.timed_out = true;
		put(&text, "{\"event\":\"hangs\",\"tasks\":");
		census(&text, false);
		put(&text, "}");
		send_text(&text);
		kill(run.pid, SIGKILL);
	}
}
