/*
 * The arena: the memory that the agent's init and every task of a case share. It is mapped before the first fork, so
 * pointers into it hold everywhere, and it has no name: nothing of it is left when the last process is gone.
 */
#ifndef MKT_ARENA_H
#define MKT_ARENA_H

#include "request.h"
#include "sys.h"

/* Points: the coordinator's, then the tasks'. Their names are those of src/model/points.ts. */
enum point {
	POINT_NONE,
	POINT_HEADER, POINT_TREE, POINT_ROOT, POINT_CLAIM, POINT_PREPARE, POINT_ACTIVATE, POINT_WAIT, POINT_TAIL,
	POINT_FREEZE, POINT_OUT, POINT_RELEASE,
	POINT_SYNC_1, POINT_THREADS, POINT_SYNC_2, POINT_RESTORE, POINT_NEXT, POINT_DONE, POINT_SYNC_3, POINT_RESUME,
	POINT_EXIT,
	NR_POINTS
};
extern const char *const point_names[NR_POINTS];
enum point point_by_name(const char *name);

/* What a task is doing; names and meaning as in the simulated kernel's layout. */
enum state { RUNNING, PREPARED, SLEEPING, DEEPLY, STOPPED, FROZEN, USER, IDLE, UNBORN, DEAD, KILLABLE, NR_STATES };
extern const char *const state_names[NR_STATES];

/* actor.declared: as the scenario wants it. */
#define IS_DEAD 1u
#define IS_GHOST 2u
#define IS_SIBLING 4u
#define IS_STRANGER 8u
#define IS_NESTED 16u
#define IS_ABSENT 32u
#define IS_EXITING 64u
#define IS_LATE 128u
#define IS_THREAD 256u
#define BY_FAULT 512u		/* made only when a fault says so */

/* actor.flags */
#define PF_RESTARTING 1u
#define PT_PTRACED 2u
#define FREEZING 4u
#define MARKED 8u
#define CALLED 32u
#define DYING 64u
#define WILL_FORK 128u
#define EXIT_STATE 256u
#define SELF_REAPING 512u
#define RESTORING 1024u
#define DELAYED 2048u
#define HELD 4096u
#define TO_BE_WOKEN 8192u
#define WILL_EXIT 16384u
#define HALTED 32768u		/* stopped or frozen by the real kernel too */
#define POLITE 65536u		/* lets all others go first, by its own choice; DELAYED: by a fault */

/* actor.pending */
#define SIG_KILL 1u
#define SIG_STOP 2u
#define SIG_OTHER 4u

#define NO_TASK (-1)
#define OUTSIDER (-2)
#define ENVIRONMENT (-3)
#define NO_RESULT (-0x7fffffffL - 1)

/* How a task died. */
enum exit_how { NOT_DEAD, BY_ITSELF, BY_KILL, AS_ZOMBIE };
extern const char *const exit_how_names[AS_ZOMBIE + 1];

struct ckpt_ctx;

/* The coordinator (number 0) or a task. Other actors are named by number. */
struct actor {
	/* declared */
	int pid;
	int parent, leader, creator;
	int next_thread;		/* of the group, round and round */
	int first_made, next_made;	/* made by `creator` before the restart, in their order */
	int first_fork, next_fork;	/* made by it late */
	unsigned declared;
	int exit_code, arg_pid, arg_flags;
	int born_before_session;	/* before its maker leaves the session */
	int sets_session, joins_group;	/* setsid(); setpgid() to this pid, 0 for none */
	int tracer;			/* NO_TASK, OUTSIDER or a number */

	/* as it is now; changed under the big lock only */
	word wakeups;			/* what it sleeps on */
	int next_wake;			/* in the list of those that are to be woken when the lock is let go */
	enum state state;
	unsigned flags, pending;
	struct ckpt_ctx *checkpoint_ctx;
	int alloc_lock;
	const void *waiting_on, *wants;
	int onstack;		/* address of a queue of its own */
	enum point point;
	const char *function, *what;	/* its last step */
	long result;
	int record;
	int restart_count;
	unsigned status;
	enum exit_how how;
	uint32_t chance;		/* state of its choice when to be preempted */
};

/* One thing that happened. What `a`, `b` mean depends on the kind (trace.c). */
struct event {
	uint32_t step;
	int actor;			/* NO_TASK: a fault */
	int kind;
	long a, b;
};

/* A step, or a fault that fired (actor ENVIRONMENT, `fault`): together the schedule of the run. */
struct move {
	int actor;
	int fault, target;
	const char *function, *what;
};

enum verb { V_SIGNAL, V_KILL, V_STOP, V_PTRACE, V_FORK, V_FAIL, V_WAKE, V_DELAY, V_EXIT, NR_VERBS };
enum failure { FAIL_KMALLOC, FAIL_READ, FAIL_RESTORE, FAIL_FREEZE };
extern const struct name failure_names[];

/* A fault, at one moment: `at` of `actor`; OUTSIDER: at the start; NO_TASK: only after another fault. */
struct fault {
	const char *name;
	enum verb verb;
	int actor;
	enum point at;
	int after;			/* NO_TASK or the fault that it follows */
	int nr_targets, *targets;	/* the first that exists; none: any task (fail) */
	int signal, error, child, call, times;
	enum failure failure;
	int any;			/* fires at the latest when no task can move */
	int fired, calls, armed;
	int failed;			/* V_FAIL: calls that it made fail */
};

/* An object of the image's stream. */
struct object {
	int kind, record, error;
};

/* An entry of the imposed schedule: the actor moves until it has taken the step of this name. ENVIRONMENT: a fault fires. */
struct entry {
	int actor;
	int target;			/* of a fault; NO_TASK: the first that exists */
	const char *label;
};

struct plan {
	unsigned capable : 1, bad_fd : 1, bad_logfd : 1, debug : 1;
	unsigned spawn_by_last_pid : 1, stop_instead_of_freeze : 1, settles : 1;
	int names_twice;		/* whether the image names a pid twice */
	int pids_bytes;			/* how long the image's pids are */
	int limit_ms, max_steps;
	int seldom;			/* one preemption point of so many lets others in; 0: none does */
	uint32_t seed;
	int nr_actors, nr_faults, nr_objects, nr_pids, nr_saved, nr_records, nr_entries;
	struct fault *faults;
	struct object *objects;
	int *pids;
	int *retval;
	unsigned char *zombie;
	struct entry *entries;
	int outsider_pid;		/* a pid that the case does not mention */
};

/* What an actor asks of the agent's init while it holds the big lock. */
enum request { NOTHING, FAULT_DUE, HAS_DIED, TO_KILL, TO_CONTINUE, ALL_QUIET, TOO_LONG, BROKEN, CANNOT_BUILD };

enum phase { MAKING, SETTLING, GOING };

struct arena {
	size_t size, used;
	struct plan plan;
	struct actor *actors;
	int *by_pid;			/* hash: pid -> number + 1 */
	unsigned pid_mask;
	struct event *events;
	int nr_events, max_events;
	struct move *moves;
	int nr_moves, max_moves;
	int procfs;			/* file descriptor */

	word big_lock;			/* 0 free, 1 held, 2 held and wanted */
	word phase, present;		/* building */
	int nr_builders;		/* actors that arrive at the end of a phase */
	int init_begins;		/* init has something to do before they go */
	word last_pid_lock;
	word tracer_ready, tracer_answers, tracer_stops;
	int tracer_todo;		/* a pid to attach to */
	long tracer_result;
	word bell;			/* init waits on it */
	enum request request;
	int asker, argument;
	word answered;

	/* under the big lock */
	uint32_t step;
	int busy;			/* actors that can move by themselves */
	int waiting;			/* of those: held back, by the schedule or a delay */
	int next_entry;
	int lock_waiters;
	int wake_list;			/* head, NO_TASK at the end */
	int tasklist;			/* readers, -1: a writer */
	int holder;			/* the actor within the step */
	long error;			/* CANNOT_BUILD: errno, asker, what */
	const char *error_what;
	int chores;			/* actors to be stopped or frozen for real */
	struct ckpt_ctx *main_ctx, *other_ctx;	/* other_ctx: of those that are in a restart of their own */
	struct actor **walk;		/* the coordinator's walk, under the tasklist lock */
	int skipped_entries;
	void *plugin_memory;
	int plugin_failed;		/* errors that the plug-in reported */
};

extern struct arena *arena;
/* Whether this process is the namespace's init. */
extern int i_am_init;

#define actor_of(n) (&arena->actors[n])
#define number_of(a) ((int)((a) - arena->actors))
#define pid_of(n) (arena->actors[n].pid)

/* Memory of the arena, zeroed, for the whole case; init only, before the first fork. */
void *arena_alloc(size_t size);
/* The same, as it was left by the case before: for what is written before it is read. */
void *arena_rest(size_t size);
void arena_open(size_t size, int procfs);
/* NULL where no actor has this pid. */
struct actor *actor_by_pid(int pid);
void arena_hash_pids(void);

#endif
