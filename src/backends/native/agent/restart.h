/*
 * The restart under test: the context, and where the kernel and user space enter the generated protocol (src/protocol/to-c.ts),
 * or a plug-in.
 */
#ifndef MKT_RESTART_H
#define MKT_RESTART_H

#include "kernel.h"

/* Fields of what include/linux/checkpoint_types.h has, and `life`: 1 while allocated, 2 once freed. */
struct ckpt_ctx {
	int life;
	int refcount, kflags, uflags, error;
	unsigned errno_sync, complete;	/* completions: ->done */
	struct actor *root_task;
	int root_nsproxy, nr_pids, nr_total, active_pid;
	int pids_arr, pids_read;	/* bytes of pids_arr, 0 for NULL, and how many of them were read */
	int file;			/* number of the next object */
	int msg_mutex, lock;
	int waitq, ghostq;		/* addresses only */
};

/* Types of objects. CKPT_HDR_BUFFER: the pids, without a header of their own. */
enum {
	CKPT_HDR_HEADER, CKPT_HDR_CONTAINER, CKPT_HDR_TREE, CKPT_HDR_BUFFER, CKPT_HDR_TASK, CKPT_HDR_THREAD, CKPT_HDR_TAIL
};

/* ---- the generated protocol ---- */
int do_sys_restart(struct actor *current, int pid, int flags);
void exit_hook(struct actor *current, struct actor *tsk);
void fork_hook(struct actor *current, struct actor *child);
void late_fork_hook(struct actor *current, struct actor *child);

/* ---- engine.c: the protocol, or a plug-in ---- */
long engine_restart(struct actor *me);
#define PLUGIN_MEMORY (1u << 16)
/* Ends the agent with a message when the library is none. */
void plugin_load(const char *path);
int plugin_is_loaded(void);
/* Reports the death of a task to the plug-in. */
void plugin_buries(struct actor *task);

#endif
