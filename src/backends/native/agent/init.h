/* The agent's init: what it does for a case, and the parts that it is made of. */
#ifndef MKT_INIT_H
#define MKT_INIT_H

#include "arena.h"
#include "text.h"

/* ---- plan.c: the plan, a line for each thing, into the arena; `text`: bytes of all its lines ---- */
void plan_read(struct line *first, char *rest, size_t text, int procfs);

/* ---- init.c ---- */
/* Builds, runs and observes the case that lies in the arena, and clears it away; prints the record. */
void run_case(void);
/* What an actor asks for while it holds the big lock. */
void serve(enum request what, int asker, int argument);
/* Kills all other processes of the namespace and reaps until none is left. `status` (by actor, may be NULL) gets wait statuses. */
void clear_namespace(int *status);

/* ---- fault.c ---- */
void fault_comes(int fault);
int something_at_start(void);
void faults_at_start(void);
/* No task can move: faults that may fire at any moment, and have not yet, fire now. */
void faults_at_last(void);

/* ---- tracer.c: a task outside of the tree that attaches for real ---- */
long tracer_attach(int pid);
void tracer_forget(void);

/* ---- freezer.c ---- */
/* Really stops or freezes the tasks that are marked so; called with the big lock, when none of them runs. */
void do_chores(int all_asleep);
/* Lets a stopped or frozen task run again. */
void continue_task(struct actor *task);
/* Name of the refrigerator's folder; made at the first use. NULL: no cgroup can be made here, SIGSTOP has to do. */
void freezer_name(const char *folder);
/* Whether the real kernel says that this process is frozen. */
int freezer_holds(int pid);

/* ---- census.c ---- */
struct seen {
	int there;			/* 0: not in /proc */
	char state;
	int ppid, pgid, sid, threads, tracer;
	unsigned long pending;
	char wchan[40];
	int frozen;
};
void census(struct seen *all);
/* State letter of a task, 0 when it is not there. */
char state_of(const struct actor *task);

/* ---- report.c ---- */
/* The answer that is being made. */
extern struct text answer;

/* ---- snapshot.c: the census in the middle of a run, when a fault fires; the first few of a run are kept ---- */
void snapshot(int fault);
void snapshots_print(void);
void snapshots_forget(void);
/* What the census saw of a task that is there, as fields of a JSON object. */
void seen_print(const struct seen *seen);

/* `status` has wait statuses by actor, -1 where there is none ---- */
enum end { OVER, CRASHED, CUT, LATE, NOT_BUILT };
void report_print(enum end end, const struct seen *all, const int *status);

/* ---- schedule.c ---- */
/* A fault fires now; a call that was to fail by its number does, within the step that was begun last. */
void fault_moved(int fault, int target);
void call_failed(int fault);
void schedule_print(void);

/* ---- trace.c: fields `events` and `texts`; the kinds of events, as a list ---- */
void trace_print(void);
void kinds_print(struct text *text);

#endif
