/*
 * The small kernel that the built-in restart engine stands on, made of real processes: a "preemption point" before each
 * access to what tasks share, wait queues on futexes, locks, signals that stay pending until the way out, exit, fork. Names
 * and meaning are those of the simulated kernel (src/backends/simulated/kernel), so that both can be held side by side;
 * here a sleeping task really sleeps in futex(2), a dying task really dies, and a walk reads /proc.
 *
 * Between two preemption points an actor holds the big lock, so a step is atomic for all others, and the order of the
 * trace is the order of events.
 */
#ifndef MKT_KERNEL_H
#define MKT_KERNEL_H

#include "arena.h"

#include <limits.h>

#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
/* ->done of a completion that completed for all: no wait counts it down. */
#define COMPLETE_ALL UINT_MAX

/* Their names, and those of their values, are in trace.c. */
enum event_kind {
	E_POINT, E_CALL, E_VISIT, E_MARK, E_UNMARK, E_SLEEP, E_WAKE, E_INTERRUPTED, E_SIGNAL, E_KILL, E_ACTIVATE,
	E_RESTORE_BEGIN, E_RESTORE_END, E_THREADS_PASSED, E_DONE, E_TOTAL, E_ERROR, E_SUCCESS, E_COMPLETE, E_GET, E_PUT,
	E_FREE, E_STATUS, E_STATUS_LIST, E_STATUS_ENTRY, E_FORK, E_FORK_FAILED, E_FROZEN, E_RETURN, E_USER, E_EXIT,
	E_REPARENT, E_FAULT, E_LOG, E_FINDING, E_DETACH, E_CALL_FAILED, NR_EVENT_KINDS
};

/* ---- trace.c ---- */
/* A text as the value of an event: a constant, at the same address in all tasks. */
#define TEXT(text) ((long)(intptr_t)(text))
void note(struct actor *actor, enum event_kind kind, long a, long b);

/* ---- step.c: the big lock and the preemption points ---- */
void big_lock(void);
int big_trylock(void);
void big_unlock(void);
/* The next access, and its function: another task may move first. Labels are those of the simulated backend. */
void touch_in(struct actor *me, const char *function, const char *what);
/* The same before taking a lock: the step is done, and counts (schedule.c), only when the lock is taken. */
void come_up_to(struct actor *me, const char *function, const char *what);
void moved(struct actor *me);
/* Its last step was none: the model has its like behind it when the run begins. */
void did_not_move(void);
/* Gives up the big lock and sleeps until its state is no longer `asleep`. Has the big lock again afterwards. */
void sleep_while(struct actor *me, enum state asleep);
/* Lets the big lock go until the actor is woken. */
void wait_for_wakeup(struct actor *me);
/* Called by an actor that stopped moving, with the big lock: detects when no task can move any more. */
void check_progress(struct actor *me);
/* It can move again; really woken when the big lock is released. */
void runnable(struct actor *actor);
/* Sends a request to init, and waits until it is done. The big lock is kept, so no task moves meanwhile. */
void ask(struct actor *me, enum request what, int argument);
/* The same without waiting: for a task that is about to die with the big lock. */
void post_request(struct actor *me, enum request what);
/* A defect of the kernel shows: the run is over. Does not return. */
void __attribute__((noreturn)) oops(struct actor *me, const char *defect);
#define BUG "bug"
#define NULL_DEREFERENCE "null-dereference"
#define OUT_OF_BOUNDS "out-of-bounds"
#define USE_AFTER_FREE "use-after-free"
#define UNINITIALIZED_READ "uninitialized-read"
/* The actor arrives at a point; faults that wait for it fire now. */
void at(struct actor *me, enum point point);

/* ---- lock.c: `function` is the caller's, for the label ---- */
void lock_in(struct actor *me, const char *function, int *word, const char *what);
void unlock(int *word);
void read_lock_tasklist_in(struct actor *me, const char *function);
void read_unlock_tasklist(void);
void write_lock_tasklist_in(struct actor *me, const char *function);
#define write_lock_tasklist(me) write_lock_tasklist_in(me, __func__)
void write_unlock_tasklist(void);

/* ---- wait.c ---- */
int signal_pending(const struct actor *task);
int try_to_wake_up(struct actor *task, struct actor *by);
void wake_up_process_in(struct actor *me, const char *function, struct actor *task);
void wake_queue(const void *queue, int one, struct actor *by);
/* `name` is what the record calls the queue, `label` the step's. */
struct queue {
	const void *at;
	const char *name, *label;
};
/* A round of a wait: prepare_to_wait(), a look at the condition, wait_on(). From prepare_to_wait() on no wake-up is lost. */
void prepare_to_wait(struct actor *me, const char *function, const struct queue *queue);
/*
 * Sleeps until it is woken, and gives 1: the condition is to be looked at again. Gives 0 when it holds, -ERESTARTSYS when
 * it does not and a signal (`killable`: a fatal one) is pending.
 */
int wait_on(struct actor *me, const struct queue *queue, int holds, int killable);

/* ---- signal.c ---- */
void send_signal(struct actor *task, unsigned signal, struct actor *by);
void force_sigkill_in(struct actor *me, const char *function, struct actor *task);
int fatal_signal_pending(const struct actor *task);
/* The way to user space: 0 when it has to look again. */
int deliver_signals(struct actor *me);
/* Every task of the tree must enter the refrigerator on its way to user space: 0, or a negative errno. */
int cgroup_freezer_make_frozen_in(struct actor *me, const char *function, int self);
int can_be_hit(const struct actor *task, unsigned signal);

/* ---- exit.c, fork.c ---- */
void __attribute__((noreturn)) do_exit(struct actor *me, enum exit_how how);
int copy_process(struct actor *me, struct actor *child);
/* Positive errno that the scenario wants this call to fail with; 0: none. */
int failure(struct actor *me, enum failure kind);
/* The largest allocation of the kernel on x86. */
#define KMALLOC_MAX_SIZE (4u << 20)
int kmalloc_in(struct actor *me, const char *function, size_t size);

/* ---- proc.c: the tree as the real kernel shows it ---- */
struct actor *next_thread(struct actor *task);
int thread_group_empty(struct actor *task);
struct actor *find_task_by_pid(int pid);
/* Number of children written to `to`, by /proc/<pid>/task/<tid>/children. */
int children_of(struct actor *task, struct actor **to, int most);
struct ckpt_ctx;
typedef int walk(struct actor *current, struct actor *task, struct ckpt_ctx *ctx);
/* A task, its children (deep), then its next thread: the sum of what `func` returns, or the first that is negative. */
int walk_subtree(struct actor *me, struct actor *root, walk *func, struct ckpt_ctx *ctx);
struct kernel_view { char state; int tracer; };
/* A tracer that is dead for the others traces no task, though the kernel lets go of its tracees only a little later. */
int view_of(struct actor *task, struct kernel_view *view);
int ptrace_may_access(struct actor *task);

#endif
