/* What the two sides of the building of a tree share: the agent (tree.c), and each task of the tree (tree-task.c). */
#ifndef MKT_CRIU_TREE_H
#define MKT_CRIU_TREE_H

#include "agent.h"
#include "sys.h"

#include <signal.h>

/* 1 all are made; 2 leaders of groups found them; 3 the others join; 4 masks are set, signals are left pending, and future zombies exit. */
enum { PHASES = 4 };

/* Shared by all tasks while they build the tree; unmapped afterwards. */
struct site {
	word phase;
	word arrived[PHASES + 1];
	word failed;
	/* The ids of the user namespace of the root are mapped. */
	word mapped;
	long error;
	char what[100];
};

extern struct site *site;
/* In the order of the walk: a task, then all below it. */
extern struct task tasks[MAX_TASKS];
extern int nr_tasks;

/* Whether it is below the root of a user namespace: a task there can choose pids in the pid namespace of that only. */
bool chooses_only_inner(const struct task *task);

/* In a new process: makes its memory, threads and children, goes through the phases, and rests. */
void __attribute__((noreturn)) run_process(struct task *task);

/* Memory with the patterns of a task, in the process that calls: 0 or -1 and errno. */
int subject_make(const struct task *task);
/* Notes that the thread that calls runs: the handler of PING_SIGNAL. */
void subject_answer(int signal, siginfo_t *info, void *context);

/* Ends the building of the tree: says why, and waits for the end. */
void __attribute__((noreturn)) give_up(long error, const char *what);

/* ---- the namespaces of the root that are more than a flag (tree-root.c) ---- */

/* Makes the site, in a file that has the tasks too: its descriptor, or -1 and errno. */
int make_site(void);
/* Makes the folder that becomes the root of a mount namespace: 0, or -1 and errno. */
int prepare_root_folder(void);
/* Maps root to itself in the user namespace of a process, which waits for it: 0 or a negative errno. */
int map_ids(pid_t pid);
/* In the root: makes its mount namespace, and executes the agent anew in it, with the file of the site. */
void __attribute__((noreturn)) start_in_root_folder(const struct task *task, int fd);
/* In the root: 0, or -1 and errno. */
int enter_time_namespace(void);

#endif
