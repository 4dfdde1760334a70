/*
 * System calls of CRIU that fail, or at which it gets a signal: what a scenario asks for, and what was hit. A tracer beside
 * CRIU (tracer.c) does it to CRIU's main process, and on request to all that it starts.
 */
#define _GNU_SOURCE
#include "inject.h"
#include "sys.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <unistd.h>

struct board *board;

void inject_clear(void)
{
	if (!board)
		board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED)
		_exit(1);
	/* Only what was used: untouched pages cost nothing. */
	memset(board, 0, offsetof(struct board, all) + board->nr * sizeof(*board->all));
}

int inject_add(struct line *line)
{
	struct injection *one = &board->all[board->nr];

	if (board->nr == MAX_INJECTIONS)
		return -E2BIG;
	one->nr = call_number(field_text(line, "call", ""));
	if (one->nr == -ENOSYS)
		return -ENOSYS;
	one->number = field_needed(line, "number");
	one->error = field_number(line, "error", 0);
	one->signal = field_number(line, "signal", 0);
	one->shorter = field_flag(line, "short");
	one->task = field_number(line, "task", 0);
	board->follow |= one->task != 0;
	snprintf(one->after, sizeof(one->after), "%s", field_text(line, "after", ""));
	one->armed = !one->after[0];
	board->nr++;
	return 0;
}

void inject_stage(const char *stage)
{
	for (int i = 0; board && i < board->nr; i++)
		if (!strcmp(board->all[i].after, stage))
			board->all[i].armed = true;
}

void inject_report(struct text *text)
{
	const char *separator = "";

	put(text, "[");
	for (int i = 0; board && i < board->nr; i++) {
		const struct injection *one = &board->all[i];

		if (!one->fired)
			continue;
		put(text, "%s{\"index\":%d,\"call\":\"%s\",\"args\":[\"%lx\",\"%lx\",\"%lx\"],\"logBytes\":%ld,\"path\":", separator, i,
		    call_name(one->hit), one->args[0], one->args[1], one->args[2], one->log_bytes);
		put_string(text, one->path);
		put(text, "}");
		separator = ",";
	}
	put(text, "]");
}

long inject_into(pid_t pid)
{
	int pipes[2];
	long ret = -ECHILD;
	pid_t tracer;
	long options = PTRACE_O_TRACESYSGOOD;

	if (board->follow)
		options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
	if (pipe(pipes) < 0)
		return -errno;
	tracer = fork();
	if (tracer == 0) {
		setsid();
		close(pipes[0]);
		ret = ptrace(PTRACE_SEIZE, pid, 0, options) < 0 || ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0 ? -errno : 0;
		if (write(pipes[1], &ret, sizeof(ret)) < 0 || ret < 0)
			_exit(1);
		close(pipes[1]);
		trace(pid);
	}
	close(pipes[1]);
	if (tracer > 0 && read(pipes[0], &ret, sizeof(ret)) != sizeof(ret))
		ret = -ECHILD;
	close(pipes[0]);
	if (tracer > 0)
		role_set(tracer, HELPER);
	board->go = true;
	return ret;
}

void inject_list(const char *file)
{
	snprintf(board->calls, sizeof(board->calls), "%s", file);
	board->follow = true;
}

bool inject_wanted(void)
{
	return board && (board->nr > 0 || board->calls[0]);
}

void inject_await(void)
{
	while (!board->go)
		usleep(50);
}
