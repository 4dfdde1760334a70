/* A program of the scenario's (the subject, its load, the command that checks it) or a server of CRIU. Their output is kept, their end is reported. */
#define _GNU_SOURCE
#include "agent.h"
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes of output after which it begins anew: a program that writes without end fills no memory. */
#define OUTPUT_CAP (8 << 20)
#define MAX_WATCHED 8

static const char *const streams[] = { "subject.stdout", "subject.stderr", "load.stdout",
				       "load.stderr",    "check.stdout",   "check.stderr",
				       "page-server.stdout", "page-server.stderr", "lazy-pages.stdout", "lazy-pages.stderr" };
static int watched[MAX_WATCHED];
static int nr_watched;

/* A step of the child that failed, as reported to its parent. */
struct failure {
	int error;
	int step;
};

enum { EXEC, FOLDER, OUTPUT };

void watch(int pid)
{
	for (int i = 0; i < nr_watched; i++)
		if (watched[i] == pid)
			return;
	watched[nr_watched++ % MAX_WATCHED] = pid;
	if (nr_watched > MAX_WATCHED)
		nr_watched = MAX_WATCHED;
}

void watched_ended(int pid, int status)
{
	for (int i = 0; i < nr_watched; i++)
		if (watched[i] == pid) {
			say("{\"event\":\"gone\",\"pid\":%d,\"status\":%d}", pid, status);
			/* Only the subject comes back with its pid. */
			if (role_of(pid) == HELPER)
				watched[i] = watched[--nr_watched];
			return;
		}
}

bool is_watching(void)
{
	return nr_watched > 0;
}

void watch_output(void)
{
	char path[64];
	struct stat output;

	for (size_t i = 0; is_watching() && i < sizeof(streams) / sizeof(*streams); i++) {
		snprintf(path, sizeof(path), WORK "/%s", streams[i]);
		if (stat(path, &output) == 0 && output.st_size > OUTPUT_CAP && truncate(path, 0) < 0)
			return;
	}
}

/* To append and only to write: of such a file CRIU does not mind that it has grown (a log). */
static bool write_to(const char *name, const char *stream, int as)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), WORK "/%s.%s", name, stream);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (fd < 0 || dup2(fd, as) < 0)
		return false;
	close(fd);
	return true;
}

static void __attribute__((noreturn)) give_up(int report, int step)
{
	struct failure failure = { errno, step };

	if (write(report, &failure, sizeof(failure)) < 0)
		_exit(126);
	_exit(127);
}

/* What a command is started with. */
struct command {
	const char *name, *folder;
	struct program program;
};

static void __attribute__((noreturn)) run_command(const struct command *command, int report)
{
	report = become_plain_but(report);
	become_usual();
	setsid();
	if (!write_to(command->name, "stdout", 1) || !write_to(command->name, "stderr", 2))
		give_up(report, OUTPUT);
	if (chdir(command->folder) < 0)
		give_up(report, FOLDER);
	program_exec(&command->program);
	give_up(report, EXEC);
}

static long start(const struct command *command, int pid, bool inner, const char **step)
{
	static const char *const steps[] = { [EXEC] = "exec", [FOLDER] = "folder", [OUTPUT] = "output" };
	pid_t pids[2] = { inner ? 1 : pid, pid };
	struct clone_args args = { .set_tid = (uintptr_t)pids, .set_tid_size = pid == 0 ? 0 : inner ? 2 : 1,
				   .exit_signal = SIGCHLD, .flags = inner ? CLONE_NEWPID : 0 };
	struct failure failure;
	int report[2];
	long ret;

	*step = "fork";
	if (pid == 0)
		args.set_tid = 0;
	if (pipe2(report, O_CLOEXEC) < 0)
		return -errno;
	ret = clone_process(&args);
	if (ret == 0)
		run_command(command, report[1]);
	close(report[1]);
	/* The end of the pipe without a word is exec's. */
	if (ret > 0 && read(report[0], &failure, sizeof(failure)) == sizeof(failure)) {
		*step = steps[failure.step];
		ret = -failure.error;
	}
	close(report[0]);
	if (ret > 0)
		watch((int)ret);
	return ret;
}

long start_command(struct line *first, char *lines, const char **step)
{
	struct command command = { .name = field_text(first, "name", ""), .folder = field_text(first, "folder", "/") };
	int pid = field_number(first, "pid", 0);
	bool inner = field_flag(first, "inner");
	struct line line;
	long ret;

	line_end(first);
	while (line_next(&lines, &line))
		if (!program_add(&command.program, &line))
			not_understood("a command has a line %s", line.word);
	if (command.program.nr_args == 0)
		not_understood("a command has no program");
	ret = start(&command, pid, inner, step);
	program_free(&command.program);
	/* One with a pid of its own is the subject, and judged. */
	if (ret > 0 && pid == 0)
		role_set((int)ret, HELPER);
	return ret;
}
