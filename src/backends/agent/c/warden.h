/*
 * An agent is two processes: the warden, outside, and the init of fresh namespaces, which runs the cases. Each ends with the
 * one around it: the end of mktrouble is seen by the warden, as the end of its standard input; the warden's by init (parent
 * death signal); and with its init the kernel kills all that is in a pid namespace. The warden clears up what is left outside.
 */
#ifndef MKT_WARDEN_H
#define MKT_WARDEN_H

#include <stdbool.h>
#include <time.h>

struct agent {
	/* As an ordinary user: root in a user namespace of our own. */
	bool with_user_namespace;
	/* CLONE_NEW*: the other namespaces that it has. */
	int namespaces;
	/* A folder that the warden removes at the end; NULL: none. */
	const char *cgroup;
	/* Once the namespaces are made, in the warden: 0, or -1 with a message. May be NULL. */
	int (*prepare)(void);
	/* The init. */
	void __attribute__((noreturn)) (*init)(void);
	/* When init has ended; `started`: when the agent was. May be NULL. */
	void (*clear_up)(time_t started);
};

/* Runs an agent to its end: the exit code. */
int be_warden(const struct agent *agent);
/* A message with errno, on standard error: -1. */
int complain(const char *what);
/* Command line: whether an option is there; the value behind it, else NULL. */
bool has_option(int argc, char **argv, const char *name);
const char *option(int argc, char **argv, const char *name);

#endif
