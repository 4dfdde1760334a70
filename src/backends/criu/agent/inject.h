/* What a scenario asks of CRIU's system calls, shared by the agent and its tracer. */
#ifndef MKT_INJECT_H
#define MKT_INJECT_H

#include "agent.h"

#define ANY_CALL (-1)
#define MAX_INJECTIONS 1000
#define PATH_SHOWN 200

struct injection {
	long nr;
	long number;
	int error;
	int signal;
	/* It does half of its bytes: the third argument of a read or write. */
	bool shorter;
	/* Of the process that restores the task with this pid; 0: of CRIU's main process. */
	int task;
	/* The stage after which it counts; empty: from CRIU's start. */
	char after[40];
	long counted;
	/* Set by init, which knows of stages. */
	volatile bool armed;
	/* What was hit. */
	volatile bool fired;
	long hit;
	uint64_t args[6];
	char path[PATH_SHOWN];
	long log_bytes;
};

/* In memory that the agent and its tracer share. */
struct board {
	int nr;
	volatile bool started;
	/* Whether the tracer is there. */
	volatile bool go;
	/* Whether all that CRIU starts is traced too. */
	bool follow;
	/* Where each call is written; empty: nowhere. */
	char calls[200];
	struct injection all[MAX_INJECTIONS];
};

extern struct board *board;

/* ---- call.c: system calls by name, and the text among their arguments ---- */

/* The number of a call on this machine; ANY_CALL for `all`, -ENOSYS where this machine does not have it. */
long call_number(const char *name);
/* "?" for a number without a name. */
const char *call_name(long nr);
/* Reads a printable text at an address of this process: false, and empty, when there is none. */
bool read_text(pid_t pid, uint64_t at, char into[PATH_SHOWN]);
/* Reads the path, or the name, among the arguments of a call; empty when it has none. */
void read_path(pid_t pid, long nr, const uint64_t args[6], char into[PATH_SHOWN]);

/* ---- registers.c: of a tracee that is stopped at a system call ---- */

/* At its entry: another call is made; -1: none is. */
bool set_call(pid_t pid, long nr);
/* At its exit: what the call returns. */
void set_result(pid_t pid, long result);
/* At its entry: the call does half of these bytes, its third argument. A call of one byte does all. */
void halve(pid_t pid, uint64_t bytes);

/* ---- tracees.c: CRIU's main process, and on request all that it starts ---- */

struct tracee {
	pid_t pid;
	/* Its pid in its own pid namespace; 0: CRIU's main process; -1: a thread. */
	int task;
	/* The call that it is in is to return this error. */
	int error;
};

void add_main_tracee(pid_t pid);
struct tracee *find_tracee(pid_t pid);
/* The same, added when it is new. NULL: there are too many. */
struct tracee *get_tracee(pid_t pid);
void forget_tracee(pid_t pid);
/* Detaches from one that runs, or waits in the kernel. */
void release(pid_t pid);
/* Detaches from all but this one, which is stopped. */
void release_others(pid_t pid);

/* ---- tracer.c ---- */

/* Traces CRIU's main process, which this process has seized, until each injection has fired or no tracee is left. */
void __attribute__((noreturn)) trace(pid_t main);

#endif
