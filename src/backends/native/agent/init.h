/* The agent's init: what it does for a case, and the parts that it is made of. */
#ifndef MKT_INIT_H
#define MKT_INIT_H

#include "arena.h"

/* ---- plan.c: the plan as text, a line for each thing, into the arena; 0, or what is wrong with it ---- */
const char *plan_read(char *text, int procfs);

/* ---- init.c ---- */
/* Builds, runs and observes the case that lies in the arena, and clears it away; prints the record. */
void run_case(void);
/* What an actor asks for while it holds the big lock. */
void serve(enum request what, int asker, int argument);
/* Kills everybody else of the namespace and reaps until nobody is left. `status` (by actor, may be NULL) gets wait statuses. */
void clear_namespace(int *status);

/* ---- fault.c ---- */
void fault_comes(int fault);
int something_at_start(void);
void faults_at_start(void);
/* Nobody can move: what may come at any moment, and has not yet, comes now. */
void faults_at_last(void);

/* ---- tracer.c: a task outside of the tree that attaches for real ---- */
long tracer_attach(int pid);
void tracer_forget(void);

/* ---- freezer.c ---- */
/* Stops or freezes for real who is to be so; called with the big lock, when nobody of them runs. */
void do_chores(int everybody_sleeps);
/* Lets a stopped or frozen task run again. */
void continue_task(struct actor *task);
/* Name of the refrigerator's folder; made at the first use. NULL: no cgroup can be made here, SIGSTOP has to do. */
void freezer_name(const char *folder);
const char *freezer_folder(void);
/* Whether the real kernel says that this process is frozen. */
int freezer_holds(int pid);
void freezer_remove(void);

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

/* ---- out.c: the answer as JSON ---- */
void out_begin(void);
void out(const char *format, ...) __attribute__((format(printf, 1, 2)));
void out_raw(const char *text);
void out_number(long value);
/* A further field of a JSON object. */
void out_field(const char *key, long value);
void out_text(const char *text);
void out_send(void);

/* ---- snapshot.c: the census in the middle of a run, as a fault finds everybody; the first few of a run are kept ---- */
void snapshot(int fault);
void snapshots_print(void);
void snapshots_forget(void);
/* What the census saw of a task that is there, as fields of a JSON object. */
void seen_print(const struct seen *seen);

/* ---- report.c: `status` has wait statuses by actor, -1 where there is none ---- */
enum end { OVER, CRASHED, CUT, LATE, NOT_BUILT };
void report_print(enum end end, const struct seen *all, const int *status);

/* ---- schedule.c ---- */
/* A fault comes now; a call that was to fail by its number does, within the step that was begun last. */
void fault_moved(int fault, int target);
void call_failed(int fault);
void schedule_print(void);

/* ---- trace.c: fields `events` and `texts` ---- */
void trace_print(void);

#endif
