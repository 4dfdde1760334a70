/* The census of the namespace: every task with the state that CRIU promises to restore, from /proc and the task's memory. */
#define _GNU_SOURCE
#include "agent.h"
#include "sys.h"

#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* The rest of the line of /proc/<pid>/status that begins with this word. */
static const char *field(const char *status, const char *word)
{
	const char *at = strstr(status, word);

	return at ? at + strlen(word) : "";
}

/* The last number of a line: in the innermost namespace. */
static long innermost(const char *line)
{
	long value = -1;

	while (*line && *line != '\n') {
		char *end;
		long got = strtol(line, &end, 10);

		if (end == line) {
			line++;
			continue;
		}
		value = got;
		line = end;
	}
	return value;
}

static long number(const char *line)
{
	return strtol(line, NULL, 10);
}

static uint64_t mask(const char *line)
{
	return strtoull(line, NULL, 16);
}

static char state_in(const char *status)
{
	const char *at = field(status, "\nState:");

	while (isspace((unsigned char)*at))
		at++;
	return *at ? *at : '?';
}

/* The status that wait() would give: the last field of stat but none. */
static long exit_code(int pid)
{
	char path[64], text[1024], *last;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (read_file(path, text, sizeof(text)) < 0 || !(last = strrchr(text, ' ')))
		return -1;
	return number(last);
}

static bool peek(int pid, uintptr_t at, void *into, size_t bytes)
{
	struct iovec here = { into, bytes };
	struct iovec there = { (void *)at, bytes };

	return process_vm_readv(pid, &here, 1, &there, 1, 0) == (ssize_t)bytes;
}

/* FNV-1a over words; 0: could not be read. */
static uint64_t checksum(int pid, uintptr_t at, size_t bytes)
{
	static uint64_t buffer[8192];
	uint64_t sum = 0xcbf29ce484222325ULL;

	while (bytes > 0) {
		size_t piece = bytes < sizeof(buffer) ? bytes : sizeof(buffer);

		if (!peek(pid, at, buffer, piece))
			return 0;
		for (size_t i = 0; i < piece / sizeof(*buffer); i++)
			sum = (sum ^ buffer[i]) * 0x100000001b3ULL;
		at += piece;
		bytes -= piece;
	}
	return sum;
}

static void put_memory(int pid, struct text *text)
{
	struct subject subject;
	struct shared shared;

	if (peek(pid, PRIVATE_AT, &subject, sizeof(subject)) && subject.magic == SUBJECT_MAGIC)
		put(text, ",\"private\":\"%lx\"", checksum(pid, PRIVATE_AT + HEADER_BYTES, subject.bytes));
	if (peek(pid, SHARED_AT, &shared, sizeof(shared)) && shared.magic == SUBJECT_MAGIC)
		put(text, ",\"shared\":\"%lx\"", checksum(pid, SHARED_AT + HEADER_BYTES, shared.bytes));
}

/* As sched_getattr(2) has it: of its first version, and the limits of utilization. */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
	uint32_t util_min, util_max;
};

/* What the kernel says of a thread to any process, and shows in no file. */
static void put_attributes(int tid, struct text *text)
{
	const int one_thread = 1;
	struct attributes attributes = { 0 };
	long priority = sys2(SYS_ioprio_get, one_thread, tid);

	sys4(SYS_sched_getattr, tid, &attributes, sizeof(attributes), 0);
	put(text, ",\"attributes\":{\"I/O priority\":\"%ld\",\"scheduling flags\":\"%lx\",\"utilization\":\"%u to %u\"}", priority,
	    (unsigned long)attributes.flags, attributes.util_min, attributes.util_max);
}

static void put_thread(int pid, int tid, const char *separator, struct text *text)
{
	char path[64], status[4096], where[64] = "";

	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", pid, tid);
	if (read_file(path, status, sizeof(status)) < 0)
		return;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/wchan", pid, tid);
	read_file(path, where, sizeof(where));
	put(text, "%s{\"id\":%d,\"tid\":%ld,\"state\":\"%c\",\"blocked\":\"%lx\",\"pending\":\"%lx\",\"tracer\":%ld,\"wchan\":", separator, tid,
	    innermost(field(status, "\nNSpid:")), state_in(status), mask(field(status, "\nSigBlk:")),
	    mask(field(status, "\nSigPnd:")), number(field(status, "\nTracerPid:")));
	put_string(text, where);
	put_attributes(tid, text);
	put(text, "}");
}

#define MAX_NAME 15

/* The name of a program: the kernel writes a line end of it as \n, and a backslash as two. */
static void read_name(const char *line, char name[MAX_NAME + 1])
{
	int n = 0;

	while (*line && *line != '\n' && n < MAX_NAME) {
		bool is_escaped = *line == '\\' && line[1];

		line += is_escaped;
		name[n++] = is_escaped && *line == 'n' ? '\n' : *line;
		line++;
	}
	name[n] = '\0';
}

static void put_process(int pid, const char *separator, struct text *text)
{
	char path[64], status[4096], name[MAX_NAME + 1];
	struct dirent *entry;
	const char *between = "";
	char state;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (read_file(path, status, sizeof(status)) < 0)
		return;
	state = state_in(status);
	read_name(field(status, "Name:\t"), name);
	put(text, "%s{\"id\":%d,\"role\":\"%s\",\"pid\":%ld,\"state\":\"%c\",\"parent\":%ld,\"pgid\":%ld,\"session\":%ld,\"pending\":\"%lx\",\"name\":",
	    separator, pid, role_name(role_of(pid)), innermost(field(status, "\nNSpid:")), state,
	    number(field(status, "\nPPid:")), innermost(field(status, "\nNSpgid:")), innermost(field(status, "\nNSsid:")),
	    mask(field(status, "\nShdPnd:")));
	put_string(text, name);
	if (state == 'Z' || state == 'X')
		put(text, ",\"status\":%ld", exit_code(pid));
	else
		put_memory(pid, text);
	put(text, ",\"threads\":[");
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	folder = opendir(path);
	while (folder && (entry = readdir(folder))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		put_thread(pid, atoi(entry->d_name), between, text);
		between = ",";
	}
	if (folder)
		closedir(folder);
	put(text, "]}");
}

void census(struct text *text, bool bystanders_only)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	const char *separator = "";

	put(text, "[");
	while (folder && (entry = readdir(folder))) {
		int pid = atoi(entry->d_name);
		size_t before = text->length;

		if (pid <= 1 || (bystanders_only && role_of(pid) != BYSTANDER))
			continue;
		put_process(pid, separator, text);
		if (text->length > before)
			separator = ",";
	}
	if (folder)
		closedir(folder);
	put(text, "]");
}

/* How many threads are in one of these states. */
static long threads_in(int pid, const char *states)
{
	struct dirent *entry;
	char path[64], state;
	long n = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	folder = opendir(path);
	while (folder && (entry = readdir(folder))) {
		int tid = atoi(entry->d_name);

		if (tid <= 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
		state = state_in_file(path);
		n += state && strchr(states, state);
	}
	if (folder)
		closedir(folder);
	return n;
}

static long all_in(const char *states, bool strangers_only)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	long n = 0;

	while (folder && (entry = readdir(folder))) {
		int pid = atoi(entry->d_name);

		if (pid > 1 && (strangers_only ? role_of(pid) == STRANGER : role_of(pid) != BYSTANDER))
			n += threads_in(pid, states);
	}
	if (folder)
		closedir(folder);
	return n;
}

long busy(void)
{
	return all_in("R", true);
}

bool waits_for_processor(void)
{
	return all_in("RD", false) > 0;
}

/* Factor of the limit for a task that waits for a processor. */
#define STARVED 20

/* Also says in what state it is. */
static bool has_answered(int pid, int tid, uint32_t round, char *state)
{
	struct subject subject;
	char path[64], status[4096];
	long inner;

	*state = '?';
	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", pid, tid);
	if (read_file(path, status, sizeof(status)) < 0)
		return false;
	*state = state_in(status);
	inner = innermost(field(status, "\nNSpid:"));
	if (!peek(pid, PRIVATE_AT, &subject, sizeof(subject)) || subject.magic != SUBJECT_MAGIC)
		return false;
	for (uint32_t i = 0; i < subject.nr_threads && i < MAX_THREADS; i++)
		if (subject.tid[i] == inner)
			return subject.answered[i] == round;
	return false;
}

/* `,{"pid":100,"timers":"real every 5 s, virtual every 7 s"}` of a process that has any. */
static void put_timers(int pid, struct text *text)
{
	static const char *const names[INTERVAL_TIMERS] = { "real", "virtual", "profile" };
	struct subject subject;
	const char *separator = "";
	bool has = false;

	if (!peek(pid, PRIVATE_AT, &subject, sizeof(subject)) || subject.magic != SUBJECT_MAGIC)
		return;
	for (int i = 0; i < INTERVAL_TIMERS; i++)
		has |= subject.timers[i].left || subject.timers[i].interval;
	if (!has)
		return;
	put(text, "%s{\"pid\":%d,\"timers\":\"", text->length > 1 ? "," : "", pid);
	for (int i = 0; i < INTERVAL_TIMERS; i++) {
		if (!subject.timers[i].left && !subject.timers[i].interval)
			continue;
		put(text, "%s%s every %d s%s", separator, names[i], subject.timers[i].interval,
		    subject.timers[i].left ? "" : ", not armed");
		separator = ", ";
	}
	put(text, "\"}");
}

void ping(char *lines, uint32_t round, long limit_ms, struct text *text, struct text *timers)
{
	static int asked[MAX_TASKS][2];
	int n = 0;
	long long now, asked_at;
	char state;
	const char *separator = "";
	struct line line;

	while (line_next(&lines, &line)) {
		siginfo_t info = { .si_signo = PING_SIGNAL, .si_code = SI_QUEUE };

		if (n == MAX_TASKS)
			not_understood("more than %d tasks", MAX_TASKS);
		asked[n][0] = field_needed(&line, "pid");
		asked[n][1] = field_needed(&line, "tid");
		line_end(&line);
		info.si_int = (int)round;
		sys4(SYS_rt_tgsigqueueinfo, asked[n][0], asked[n][1], PING_SIGNAL, &info);
		n++;
	}
	asked_at = now_us();
	put(text, "[");
	for (int i = 0; i < n; i++) {
		while (!has_answered(asked[i][0], asked[i][1], round, &state)) {
			struct timespec little = { .tv_nsec = 200000 };

			now = now_us() - asked_at;
			/* A task that waits for a processor is not silent: the machine, or the host of a virtual one, may be busy. */
			if (now > limit_ms * 1000 * (state == 'R' || state == 'D' ? STARVED : 1)) {
				put(text, "%s%d", separator, asked[i][1]);
				separator = ",";
				break;
			}
			nanosleep(&little, NULL);
		}
		if (asked[i][0] == asked[i][1])
			put_timers(asked[i][0], timers);
	}
	put(text, "]");
}
