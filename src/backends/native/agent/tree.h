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
/*
 * A task that never calls restart and has nothing else to do is idle before the restart begins, as in the model: otherwise the
 * outcome of a run would depend on when it gets a processor. It sleeps without the big lock until it is woken for the first time.
 */
int begins_idle(struct actor *me);
void begin_idle(struct actor *me);
void wait_until_woken(struct actor *me);
/* What an actor does from then on (user.c). */
void __attribute__((noreturn)) live(struct actor *me);

#endif
