/*
 * The agent of the CRIU backend: the init of a pid and mount namespace in which one case is played. It builds the tree,
 * starts CRIU, and says what is there; what is done when is for mktrouble to decide, a line at a time.
 */
#ifndef MKT_CRIU_AGENT_H
#define MKT_CRIU_AGENT_H

#include "files.h"
#include "request.h"
#include "text.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>

/* Where images, logs and the action script's socket are: on a tmpfs that goes with the namespace. */
#define WORK "/run/mktrouble"
#define IMAGES WORK "/images"
#define HOOK_SOCKET WORK "/hook"
/* In the environment of a second CRIU, and thus of its action script, beside the one that a case is about (rivals.ts). */
#define SECOND_CRIU "MKTROUBLE_SECOND_CRIU"
#define SECOND_PREFIX "second "

/* ---- memory of a subject, at the same place in each process, so that it can be read from outside ---- */

#define PRIVATE_AT ((uintptr_t)0x200000000)
#define SHARED_AT ((uintptr_t)0x300000000)
#define HEADER_BYTES 4096
#define MAX_THREADS 256
#define SUBJECT_MAGIC 0x6d6b7472
/* What a task is asked by whether it runs. Not one that a scenario can name. */
#define PING_SIGNAL 60

#define INTERVAL_TIMERS 3

/* The first page of the private region. */
struct subject {
	uint32_t magic;
	/* Bytes after this page that have a pattern of their own. */
	uint32_t bytes;
	uint32_t nr_threads;
	uint32_t reserved;
	/* By thread, the leader first: its tid as it sees it, and the last ping that it answered. */
	int32_t tid[MAX_THREADS];
	volatile uint32_t answered[MAX_THREADS];
	/* Its descriptors to the peer, by TCP and by UDP; 0: none. */
	int32_t connection, datagrams;
	/* What its interval timers were when it answered: real, virtual, of its profile; in seconds. */
	struct {
		int32_t left, interval;
	} timers[INTERVAL_TIMERS];
};

/* The first page of the shared region. */
struct shared {
	uint32_t magic;
	uint32_t bytes;
	/* Answers of all tasks that share it. */
	_Atomic uint32_t answers;
};

/* ---- the tree ---- */

enum kind { ALIVE, ZOMBIE };

struct task {
	int pid;
	/* Indexes; -1: init makes it. */
	int parent;
	/* Its own index for a process. */
	int leader;
	int session;
	int pgid;
	enum kind kind;
	/* As wait() would return it: code << 8, or a signal. */
	int status;
	uint64_t blocked;
	uint64_t pending;
	/* Bits, as resources_named() gives them. */
	uint64_t resources;
	int private_kib;
	int shared_kib;
	bool stopped;
	bool bystander;
	/* Of a root: the init of a pid namespace of its own. Of all below: in it. */
	bool inner;
	/* Of an orphan: the pid of the process that made it and has exited; 0: any. -1: it is no orphan. */
	int maker;
	/* It comes into the namespace of the root, which is made before it, from outside. */
	bool entered;
	/* Of a root: the namespaces that it makes, beside that of pids, as flags of unshare(2). */
	int namespaces;
};

#define MAX_TASKS 20000

/* Adds the task of a line. */
void tree_add(struct line *line);
/* Builds all that was added, in these cgroups (files with commas): 0, or -1 with `tree_error`. */
int tree_build(long limit_ms, char *cgroups);
extern char tree_error[200];
/* The root of a tree that executes the agent anew, with these words. Comes back only when that fails: the exit code. */
int continue_in_root_folder(char **words);

/* ---- what is there ---- */

enum role { STRANGER, BYSTANDER, HELPER, CRIU, PEER };

/* All tasks of the namespace but init, as a JSON array; or the bystanders only. */
void census(struct text *text, bool bystanders_only);
/* How many threads of the tree are on their way. */
long busy(void);
/* Whether a task is runnable but waits for a processor or a page. Bystanders do not count. */
bool waits_for_processor(void);
/*
 * Asks the tasks of these lines (pid and tid, as seen from here) whether they run; prints those that did not answer in time. And what
 * interval timers those that answered have.
 */
void ping(char *lines, uint32_t round, long limit_ms, struct text *text, struct text *timers);

/* ---- helpers: processes of ours in the namespace ---- */

enum role role_of(int pid);
void role_set(int pid, enum role role);
const char *role_name(enum role role);

/* The state in a file `stat` of /proc; 0: the task is gone. */
char state_in_file(const char *stat);
/*
 * Sends a signal. One that kills or stops is delivered some time later: waits until the process is dead, or stopped, for at most a second.
 * 0, or a negative errno.
 */
long hit(int pid, int signal);

/* Holds a pid; attaches to a task. The pid of the helper, or a negative errno. */
long take_pid(int pid);
long trace_task(int tid);
/* Kills every process but bystanders (and helpers, unless those are included) and waits until they are gone. Returns how many are left. */
int sweep(bool helpers, long limit_ms);

/* ---- a program, as it is started: lines `env value=...` and `arg value=...` ---- */

struct program {
	int nr_env, nr_args;
	/* Ended by NULL; valid as long as the request is. */
	char **env, **args;
};

/* Takes a line: false when it is no line of a program. */
bool program_add(struct program *program, struct line *line);
void program_free(struct program *program);
/* In the child: executes it. Comes back only when that fails. */
void program_exec(const struct program *program);

/* ---- a run of a program (CRIU) ---- */

struct run {
	int pid;
	long long started_us;
	/* Since when its action script waits for mktrouble's answer (0: it does not), and how long it has waited before. */
	long long asked_us;
	long long waited_us;
	long limit_ms;
	long log_cap;
	char log[200];
	bool timed_out;
	bool flooded;
};

extern struct run run;
/* 0 or a negative errno. */
int run_start(struct line *first, char *lines);
void run_ended(int status);
/* Looks at the limits of the run. */
void run_check(void);

/* ---- programs of the scenario's ---- */

/*
 * Starts one as a request says: `pid` (0: any), `inner` (as the init of a pid namespace), `name`, `folder`. Gives its pid, or a
 * negative errno and the step that failed. Its end is reported as an event.
 */
long start_command(struct line *first, char *lines, const char **step);
/* From now on the end of this child is reported. */
void watch(int pid);
void watched_ended(int pid, int status);
bool is_watching(void);
/* Keeps what programs have written within its limit. */
void watch_output(void);

/* ---- CRIU as a service: criu swrk ---- */

/* Descriptors of this process that a request names. */
#define IMAGES_FD 100
#define WORK_FD 101

/* A socket for CRIU to a new connection, whose other end is kept here; or a negative errno. */
int rpc_open(const char *images);
/* That other end, to be polled; -1: there is none. */
int rpc_end(void);
/* A message in hexadecimal: 0 or a negative errno. */
int rpc_send(const char *hex);
/* Makes an event of each message that has arrived. */
void rpc_hear(void);
void rpc_close(void);

/* ---- servers of CRIU ---- */

/*
 * Connects a port of the loopback interface with that of a server (`port`, `to`); `after` so many bytes to the server it does
 * to it, or to the connection, what `do` says. The pid of the relay, or a negative errno.
 */
long relay_start(struct line *line);
/* Whether that has happened, and how many bytes went to the server. */
bool relay_state(long *bytes);
/* Stops a process for so long: 0, or a negative errno. */
long pause_for(int pid, int ms);
/* Whether the kernel lets a process answer the page faults of others that fork, and that move and release memory. */
bool has_userfaults(void);

/* ---- system calls of CRIU that fail ---- */

void inject_clear(void);
/* 0, or a negative errno: -ENOSYS for a call that this machine does not have. */
int inject_add(struct line *line);
/* Each call of CRIU, and of what it starts, is written to this file: `task call`, task 0 for CRIU's main process. */
void inject_list(const char *file);
bool inject_wanted(void);
/* Traces a process that waits in inject_await(): 0, or a negative errno. */
long inject_into(pid_t pid);
void inject_await(void);
/* CRIU goes on after this stage. */
void inject_stage(const char *stage);
/* What was hit, as a JSON array. */
void inject_report(struct text *text);

/* What one open descriptor of a process puts into an array; `copy` is a duplicate of it, open for a moment. */
typedef void put_descriptor(int pid, int fd, int copy, const char **separator, struct text *text);
/* An array of what the open descriptors of the processes in these lines, `task pid=...`, put into it. */
void list_descriptors(char *lines, put_descriptor *put_one, struct text *text);
/* An option of SOL_SOCKET that is a number; -1: the file has none. */
int socket_option(int fd, int option);

/* Of the processes in these lines, `task pid=...`: the TCP sockets in repair mode, as a JSON array. */
void list_repaired(char *lines, struct text *text);

/* Of the same: what is queued in their open files, and the options of their sockets, as a JSON array. */
void list_files(char *lines, struct text *text);
/* The options of a file that is a socket, as a further field of an object. */
void put_options(int fd, struct text *text);

/* Of the same: what the kernel says to each of them only, as a JSON array of objects with facts. */
void ask_processes(char *lines, struct text *text);

/*
 * What is in the namespaces of this process, or of another one: `ipc` (System V), `ipc-contents` (with what is in them), `posix-queues`, `interfaces` (of the network), `host-name`,
 * `cgroups` (of the process). An array of strings.
 */
void list_things(const char *of, int pid, struct text *text);
/* One of them. */
void put_thing(struct text *text, const char *thing);
/* Those of System V in the IPC namespace of this process, and what is in them. */
void put_ipc_objects(struct text *text, bool contents);
/* The POSIX message queues of the same namespace: how much is in each, and how much may be. */
void put_posix_queues(struct text *text);

/* ---- the other end of connections ---- */

#define PEER_PORT 27020

/* Starts it: 0 or a negative errno. */
int start_peer(void);
/* Does this to it: `close`, `reset`, `kill`, `stop`, `continue`. 0 or a negative errno, -ESRCH: there is none. */
int hit_peer(const char *fault);
struct sockaddr_in peer_address(void);
/* What it sees of each connection, in the order in which they were made, as a JSON array. */
void list_connections(struct text *text);

/* ---- all else ---- */

/* The loopback interface of a network namespace that was made: 0 or -1 and errno. */
int raise_loopback(void);
/* False: the kernel accepts hardware breakpoints, and none ever fires. */
bool breakpoints_fire(void);
long long now_us(void);
/* Removes what a killed CRIU has left in /tmp since then, in seconds since the epoch. */
void remove_leftovers(time_t since);
/* Reaps all dead children. */
void reap(void);
void become_plain(void);
/* As become_plain, but for one file: it stays open until exec, under the number that is returned. -1: none. */
int become_plain_but(int fd);
/* Before the exec of a program that is not ours: addresses at random again, where this machine has it so. */
void become_usual(void);
/* What mktrouble itself has. */
extern unsigned usual_personality;
#define AS_IT_IS 0xffffffffU
/* What string functions have left in the registers of the processor's extensions is no part of the tree. */
void forget_registers(void);
int serve(void);
int hook(const char *socket);

#endif
