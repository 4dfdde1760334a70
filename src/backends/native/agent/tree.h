/* Building the declared tree out of real processes, and what each of them does afterwards. */
#ifndef MKT_TREE_H
#define MKT_TREE_H

#include "arena.h"

/* Makes the task with its own pid, as a process or as a thread: 0, or a negative errno. The child does not come back. */
long make_task(struct actor *child);
/* Starts the coordinator, and with it the whole tree: called by init. */
long make_tree(void);
/* The tree can't be built as declared: init ends the case with this. Does not return. */
void __attribute__((noreturn)) cannot_build(struct actor *me, long error, const char *what);
/* What an actor does from then on (task.c). */
void __attribute__((noreturn)) live(struct actor *me);

#endif
