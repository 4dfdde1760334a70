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
	long error;
	char what[100];
};

extern struct site *site;
/* In the order of the walk: a task, then all below it. */
extern struct task tasks[MAX_TASKS];
extern int nr_tasks;

/* In a new process: makes its memory, threads and children, goes through the phases, and rests. */
void __attribute__((noreturn)) run_process(struct task *task);

/* Memory with the patterns of a task, in the process that calls: 0 or -1 and errno. */
int subject_make(const struct task *task);
/* Notes that the thread that calls runs: the handler of PING_SIGNAL. */
void subject_answer(int signal, siginfo_t *info, void *context);

#endif
