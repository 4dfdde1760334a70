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

static void limit(int resource, const char *word_)
{
	long value = atol(word_);
	struct rlimit both = { (rlim_t)value, (rlim_t)value };

	if (value >= 0)
		setrlimit(resource, &both);
}

/* The words: limit_ms log_cap log cgroup nofile fsize nr_injections injections... nr_env env... program args... */
int run_start(char *words)
{
	int n, nr_env = 0, nr_injections, error = -EINVAL;
	char **list = split_words(words, &n);
	char **env = NULL;
	pid_t pid;

	inject_clear();
	if (n >= 9 && (nr_injections = atoi(list[6])) >= 0 && nr_injections < n - 8) {
		env = &list[8 + nr_injections];
		nr_env = atoi(list[7 + nr_injections]);
		error = nr_env < 0 || n < 9 + nr_injections + nr_env ? -EINVAL : 0;
		for (int i = 0; error == 0 && i < nr_injections; i++)
			error = inject_add(list[7 + i]);
	}
	if (error < 0) {
		free(list);
		return error;
	}
	memset(&run, 0, sizeof(run));
	run.limit_ms = atol(list[0]);
	run.log_cap = atol(list[1]);
	strncpy(run.log, list[2], sizeof(run.log) - 1);
	run.started_us = now_us();
	pid = fork();
	if (pid < 0) {
		free(list);
		return -errno;
	}
	if (pid == 0) {
		int errors;

		/* Into the cgroup before anything is closed. */
		if (strcmp(list[3], "-") != 0 && write_file(list[3], "0") < 0)
			_exit(126);
		become_plain();
		become_usual();
		setsid();
		errors = open(WORK "/errors", O_WRONLY | O_CREAT | O_APPEND, 0600);
		dup2(errors, 1);
		dup2(errors, 2);
		close(errors);
		limit(RLIMIT_NOFILE, list[4]);
		limit(RLIMIT_FSIZE, list[5]);
		for (int i = 0; i < nr_env; i++)
			putenv(env[i]);
		if (inject_wanted())
			inject_await();
		execvp(env[nr_env], &env[nr_env]);
		fprintf(stderr, "%s: %s\n", env[nr_env], strerror(errno));
		_exit(127);
	}
	if (inject_wanted() && (error = (int)inject_into(pid)) < 0) {
		kill(pid, SIGKILL);
		free(list);
		return error;
	}
	free(list);
	run.pid = pid;
	role_set(pid, CRIU);
	return 0;
}

void run_ended(int status)
{
	struct text text = { 0 };

	run.pid = 0;
	put(&text, "{\"event\":\"ended\",\"status\":%d,\"us\":%lld,\"timedOut\":%s,\"flooded\":%s,\"injected\":", status,
	    now_us() - run.started_us, run.timed_out ? "true" : "false", run.flooded ? "true" : "false");
	inject_report(&text);
	put(&text, "}");
	say_text(&text);
}

/* So many times its limit a run has while somebody waits for a processor: no machine is always there when it is needed. */
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
		struct text text = { 0 };

		run.timed_out = true;
		put(&text, "{\"event\":\"hangs\",\"tasks\":");
		census(&text, false);
		put(&text, "}");
		say_text(&text);
		kill(run.pid, SIGKILL);
	}
}
