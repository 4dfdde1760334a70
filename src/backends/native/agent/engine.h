/*
 * The interface of a restart engine. A shared library that defines `mktrouble_engine` takes the place of the built-in
 * engine: `MKTROUBLE_PLUGIN=<library or C file> mktrouble run --backend native`; see docs/native-backend.md.
 *
 * mktrouble builds the tree of the scenario out of real processes. In each of them that is to call restart it calls one of
 * the two functions below, at the same time in all. They share `memory`, and nothing else; a task waits through `wait`,
 * since mktrouble has to detect when no task can move any more. They report each point of the protocol, where faults
 * fire: signals that end a wait, SIGKILL that ends a process between two instructions, failures of calls.
 */
#ifndef MKTROUBLE_ENGINE_H
#define MKTROUBLE_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#define MKTROUBLE_ABI 1

/* The calling task. */
struct mktrouble_self;

/* restart(2) as it is called, and what the image says. */
struct mktrouble_call {
	int pid;		/* of the root; 0: the caller is a task that restarts */
	int flags;		/* 1 TASKSELF, 2 FROZEN, 4 GHOST */
	int own_pid;		/* of the caller */
	int nr_pids;		/* pids of the image, in the order of restoring */
	const int *pids;
};

enum mktrouble_event {
	MKTROUBLE_MARKED,	/* this restart takes care of the task `value` (a pid) from now on */
	MKTROUBLE_UNMARKED,	/* the caller is done with it */
	MKTROUBLE_ACTIVATED,	/* it is the turn of place `value` of the image */
	MKTROUBLE_RESTORE_BEGINS,
	MKTROUBLE_RESTORED,	/* the caller restored itself from record `value` */
	MKTROUBLE_ERROR,	/* the restart fails with `value`, a negative errno */
	MKTROUBLE_SUCCESS	/* the restart has succeeded */
};

struct mktrouble_host {
	int abi;
	/* Shared by all tasks, zeroed before each case. */
	void *memory;
	size_t memory_size;
	/* The caller is at this point of the scenario format (`sync-1`, `prepare` ...). Faults that wait for it fire now. */
	void (*at_point)(struct mktrouble_self *self, const char *point);
	/* What the properties judge a run by, and can't see from outside. */
	void (*report)(struct mktrouble_self *self, enum mktrouble_event what, long value);
	/*
	 * Sleeps while *word is `value`, as futex(2) does: 0 when woken, -EAGAIN when *word was another, -EINTR after a
	 * signal.
	 */
	int (*wait)(struct mktrouble_self *self, uint32_t *word, uint32_t value);
	/* Wakes all that wait on the word. */
	void (*wake)(struct mktrouble_self *self, uint32_t *word);
	/* Sends SIGKILL to a task of the tree: 0, or -ESRCH. */
	int (*kill)(struct mktrouble_self *self, int pid);
	/* `restore`, `image-read`, `kmalloc` or `freeze`: the errno with which the scenario wants this call to fail, or 0. */
	int (*fails)(struct mktrouble_self *self, const char *what);
	/* What a task that read this record returns from restart. */
	long (*saved_value)(struct mktrouble_self *self, int record);
};

struct mktrouble_engine {
	int abi;		/* MKTROUBLE_ABI */
	const char *name;
	/* Results of restart: 0 or more, or a negative errno. A task with an error is killed on its way out. */
	long (*coordinator)(struct mktrouble_self *self, const struct mktrouble_host *host, const struct mktrouble_call *call);
	long (*task)(struct mktrouble_self *self, const struct mktrouble_host *host, const struct mktrouble_call *call);
	/* A task died, of whatever; called in a process outside of the tree. May be NULL. */
	void (*died)(struct mktrouble_self *self, const struct mktrouble_host *host, int pid);
};

extern const struct mktrouble_engine mktrouble_engine;

#endif
