/*
 * `series` in Promela, at the step size of the simulated backend: each d_step (or atomic, where the way on depends on what
 * it did) is one step there, in the same order; neither counts its steps. The tree is a star: the coordinator
 * (process 0), the root (1), its children (2 to N). FAULT: 0 none, 1 one signal, 2 one SIGKILL, to any task at any moment.
 *
 * Left out, as these trees do not need them: threads, ghosts, zombies of the image, forks, tracing, the freezer, the debug
 * build, damaged images, allocations that fail; and state that only judges a run (protocol/trace.ts).
 */
#ifndef N
#define N 2
#endif
#ifndef FAULT
#define FAULT 0
#endif

#define ALL (N + 1)
#define ROOT 1

/* task->state */
#define RUNNING 0
#define PREPARED 1
#define SLEEPING 2
#define DEEPLY 3
#define USER 4
#define DEAD 5

/* the queue that a task waits on */
#define NOTHING 0
#define ONSTACK 1
#define WAITQ 2
#define GHOSTQ 3
#define COMPLETE 4
#define ERRNO_SYNC 5

#define ESRCH 3
#define EINVAL 22
#define ERESTARTSYS 200

/* complete_all() adds more than all waiters take away */
#define COMPLETE_ALL 100

/* the image: header, container, tree, pids; two objects for each task; tail */
#define TAIL (4 + 2 * N)
#define IS_TASK (pos >= 4 && pos < TAIL && pos % 2 == 0)
#define IS_THREAD (pos >= 4 && pos < TAIL && pos % 2 == 1)
#define IS_TAIL (pos == TAIL)

/* struct ckpt_ctx: 1 allocated, 2 freed */
byte life;
short refs;
bool success, error;
byte err_no, errno_sync, complete;
short active_pid, nr_total;
byte pos;
bool msg_mutex;

/* struct task_struct, by process */
byte state[ALL], wait[ALL], record[ALL];
bool ctx[ALL], alloc_lock[ALL], restarting[ALL], zombie[ALL], sig[ALL], kill[ALL];

/* held by the coordinator for as long as it walks; all others let go in the step in which they take it */
bool tasklist;

/* a kernel defect: no task moves any more */
bool oops;

#define ALIVE (life != 2)
#define AWAKE (state[_pid] <= PREPARED)
#define PENDING (sig[_pid] || kill[_pid])

/* a task that dies in the middle counts itself done first */
#define TO_COUNT (restarting[_pid] && !counted)

/* each access to the context looks whether it was freed */
#define FREED :: d_step { life == 2 && AWAKE -> oops = true }

/* What may loop or take statements is a macro: the entry into an inline is a state of its own in Spin. */

/* One step by itself; in `if`, for Spin lets nothing jump to a bare d_step. */
#define STEP(it) if :: d_step { it } fi

/* ---- kernel ---- */

inline wakeQueue(queue) {
  i = 0;
  do
  :: i < ALL && wait[i] == queue -> wait[i] = NOTHING; state[i] = RUNNING; i++
  :: i < ALL && wait[i] != queue -> i++
  :: i == ALL -> break
  od;
  i = 0
}

inline wakeOne(queue) {
  i = 0;
  do
  :: i < ALL && wait[i] == queue -> wait[i] = NOTHING; state[i] = RUNNING; break
  :: i < ALL && wait[i] != queue -> i++
  :: i == ALL -> break
  od;
  i = 0
}

inline tryToWakeUp(task) {
  if
  :: state[task] == PREPARED || state[task] == SLEEPING -> state[task] = RUNNING; wait[task] = NOTHING
  :: else
  fi
}

inline sendKill(task) {
  if
  :: zombie[task]
  :: else ->
    kill[task] = true;
    if
    :: state[task] == SLEEPING -> state[task] = RUNNING; wait[task] = NOTHING
    :: state[task] == USER -> state[task] = RUNNING
    :: else
    fi
  fi
}

inline finishWait() { state[_pid] = RUNNING; wait[_pid] = NOTHING }

inline schedule() {
  if
  :: state[_pid] == PREPARED -> state[_pid] = SLEEPING
  :: else
  fi
}

/* walk_task_subtree(): does not reach the children of a dead task */
inline nextInSubtree() {
  if
  :: cur == ROOT && zombie[ROOT] -> cur = ALL
  :: else -> cur++
  fi
}

inline passDead() {
  do
  :: cur < ALL && zombie[cur] -> nextInSubtree()
  :: else -> break
  od
}

/* the walk that marks: it must find as many tasks as the image has */
inline endWalk() {
  if
  :: cur == ALL ->
    cur = 0; tasklist = false;
    if
    :: nr < N -> nr = 0; ret = ESRCH
    :: else
    fi
  :: else
  fi
}

/* the walk that kills */
inline endKill() {
  if
  :: cur == ALL -> cur = 0; tasklist = false
  :: else
  fi
}

/* ---- checkpoint/sys.c ---- */

#define wakeUpAll(queue, then) \
  do \
  FREED \
  :: d_step { ALIVE; wakeQueue(queue); then } -> break \
  od

#define ckptCtxGet(then) \
  do \
  FREED \
  :: d_step { ALIVE; refs++; then } -> break \
  od

#define ckptCtxPut(then) \
  do \
  FREED \
  :: d_step { ALIVE && refs != 1; refs--; then } -> break \
  :: d_step { ALIVE && refs == 1; refs = 0 } -> \
    do \
    FREED \
    :: d_step { ALIVE && refs != 0 -> oops = true } \
    :: d_step { ALIVE && refs == 0; life = 2; then } -> break \
    od; \
    break \
  od

/* ckpt_set_error() and ckpt_err(), with the log's mutex held */
#define ckptSetError(then) \
  do \
  FREED \
  :: d_step { ALIVE && error; msg_mutex = false; then } -> break \
  :: d_step { ALIVE && !error; error = true } -> \
    do \
    FREED \
    :: d_step { ALIVE; err_no = ret } -> break \
    od; \
    do \
    FREED \
    :: d_step { ALIVE; errno_sync = errno_sync + COMPLETE_ALL; wakeQueue(ERRNO_SYNC) } -> break \
    od; \
    do \
    FREED \
    :: d_step { ALIVE } -> break \
    od; \
    do \
    FREED \
    :: d_step { ALIVE; complete++; wakeOne(COMPLETE) } -> break \
    od; \
    wakeUpAll(WAITQ, skip); \
    wakeUpAll(GHOSTQ, msg_mutex = false; then); \
    break \
  od

#define ckptErr(e, then) \
  STEP(!msg_mutex; msg_mutex = true; ret = e); \
  ckptSetError(then)

#define ckptGetError() \
  do \
  FREED \
  :: d_step { AWAKE && ALIVE && errno_sync > 0; errno_sync-- } -> break \
  :: d_step { AWAKE && ALIVE && errno_sync == 0; state[_pid] = DEEPLY; wait[_pid] = ERRNO_SYNC } \
  od; \
  do \
  FREED \
  :: d_step { ALIVE; ret = err_no } -> break \
  od

/* an object of this kind, and on to the label `sound`; or to `failed`, with an error in ret */
#define ckptReadObjType(isKind, then, sound, failed) \
  do \
  FREED \
  :: d_step { ALIVE && error } -> break \
  :: d_step { ALIVE && !error } -> \
    do \
    FREED \
    :: d_step { ALIVE && pos > TAIL } -> ckptErr(EINVAL, skip); goto failed \
    :: d_step { ALIVE && pos <= TAIL && !(isKind); pos++ } -> ckptErr(EINVAL, skip); goto failed \
    :: d_step { ALIVE && isKind; then; pos++ } -> goto sound \
    od \
  od; \
  ckptGetError(); \
  ckptErr(ret, skip); \
  goto failed

/* ---- checkpoint/restart.c ---- */

inline restoreTaskDone() {
  do
  FREED
  :: d_step { ALIVE && nr_total != 1; nr_total-- } -> break
  :: d_step { ALIVE && nr_total == 1; nr_total = 0 } ->
    do
    FREED
    :: d_step { ALIVE; complete++; wakeOne(COMPLETE) } -> break
    od;
    break
  od
}

#define isTotalSane(then) \
  do \
  FREED \
  :: d_step { ALIVE && nr_total < 0 -> oops = true } \
  :: d_step { ALIVE && nr_total >= 0; then } -> break \
  od

#define restoreActivateNext(failed, done) \
  do \
  FREED \
  :: d_step { ALIVE; active_pid++ } -> break \
  od; \
  do \
  FREED \
  :: d_step { ALIVE && active_pid > N -> oops = true } \
  :: d_step { ALIVE && active_pid <= N } -> break \
  od; \
  do \
  FREED \
  :: d_step { ALIVE && active_pid == N } -> wakeUpAll(GHOSTQ, skip); goto done \
  :: d_step { ALIVE && active_pid != N } -> break \
  od; \
  do \
  FREED \
  :: d_step { ALIVE && active_pid >= 0 && active_pid < N; next = active_pid + 1 } -> \
    if \
    :: d_step { ctx[next] } -> d_step { tryToWakeUp(next); next = 0 }; goto done \
    :: d_step { !ctx[next]; next = 0 } \
    fi; \
    break \
  :: d_step { ALIVE && (active_pid < 0 || active_pid >= N) } -> break \
  od; \
  ckptErr(ESRCH, skip); \
  goto failed

#define clearTaskCtx(then) \
  STEP(!alloc_lock[_pid]; alloc_lock[_pid] = true); \
  ctx[_pid]; \
  STEP(ctx[_pid] = false; alloc_lock[_pid] = false); \
  ckptCtxPut(then)

/* do_exit(), and exit_checkpoint() for a task with a context */
inline doExit() {
  STEP(!tasklist; zombie[_pid] = true);
  if
  :: d_step { !ctx[_pid]; state[_pid] = DEAD } -> goto end
  :: d_step { ctx[_pid] }
  fi;
  ctx[_pid];
  do
  FREED
  :: d_step { TO_COUNT && ALIVE && active_pid == -1 -> oops = true }
  :: d_step { TO_COUNT && ALIVE && active_pid != -1 } -> restoreTaskDone(); isTotalSane(counted = true)
  :: d_step { !TO_COUNT && ALIVE && refs != 1; refs--; state[_pid] = DEAD } -> goto end
  :: d_step { !TO_COUNT && ALIVE && refs == 1; refs = 0 } -> break
  od;
  do
  FREED
  :: d_step { ALIVE && refs != 0 -> oops = true }
  :: d_step { ALIVE && refs == 0; life = 2; state[_pid] = DEAD } -> goto end
  od
}

/* user space, before the call and after it */
inline userSpace() {
  do
  :: d_step { kill[_pid] } -> doExit()
  :: d_step { !kill[_pid]; sig[_pid] = false } -> break
  od
}

/* a task that failed sends itself SIGKILL first */
inline wayBack(mustDie) {
  do
  :: d_step { mustDie && !hasKilled; sendKill(_pid); hasKilled = true }
  :: d_step { !(mustDie && !hasKilled) && kill[_pid] } -> doExit()
  :: d_step { !(mustDie && !hasKilled) && !kill[_pid]; sig[_pid] = false; state[_pid] = USER } -> break
  od;
  AWAKE && record[_pid] <= N; /* it runs on until a SIGKILL of the restart hits it; Spin optimises unread variables away */
  doExit()
}

active proctype coordinator() provided (!oops) {
  byte ret, cur, nr, next, i;
  bool counted, hasKilled;

  userSpace();
  life = 1;                                   /* ckpt_ctx_alloc() */
  refs++;
  life == 1; pos++; life == 1; pos++;         /* header, container: each looks for an error first */
  life == 1; pos++; life == 1; life == 1; pos++; /* tree; kmalloc; pids_arr */
  if                                          /* init_restart_ctx() */
  :: d_step { zombie[ROOT]; ret = ESRCH } -> goto put
  :: d_step { !zombie[ROOT]; active_pid = -1 }
  fi;
  STEP(!alloc_lock[0]; alloc_lock[0] = true); /* claim */
  !ctx[0];
  refs++;
  STEP(ctx[0] = true; alloc_lock[0] = false);

  /* prepare_descendants(): cur is 0 when the walk is over */
  STEP(tasklist = true; cur = ROOT; passDead(); endWalk());
  do
  :: d_step { cur != 0 && !alloc_lock[cur]; alloc_lock[cur] = true } ->
    !ctx[cur];
    ckptCtxGet(skip);
    STEP(ctx[cur] = true; alloc_lock[cur] = false);
    STEP(tryToWakeUp(cur); nr++; nextInSubtree(); passDead(); endWalk())
  :: d_step { cur == 0 && ret != 0 && !msg_mutex; msg_mutex = true } -> goto log_error
  :: d_step { cur == 0 && ret == 0 && life == 2 -> oops = true }
  :: d_step { cur == 0 && ret == 0 && ALIVE; nr_total = nr; nr = 0 } -> break
  od;
  do                                          /* wait_all_tasks_finish() */
  FREED
  :: d_step { ALIVE && active_pid != -1 -> oops = true }
  :: d_step { ALIVE && active_pid == -1 } -> break
  od;
  restoreActivateNext(out, activated);
activated:
  do
  FREED
  :: d_step { AWAKE && ALIVE && complete > 0; complete-- } -> break
  :: d_step { AWAKE && ALIVE && complete == 0 && PENDING; ret = ERESTARTSYS } -> goto out
  :: d_step { AWAKE && ALIVE && complete == 0 && !PENDING; state[0] = SLEEPING; wait[0] = COMPLETE }
  od;
  ckptReadObjType(IS_TAIL, skip, out, out);

out:
  do
  FREED
  :: d_step { ret != 0 && !msg_mutex; msg_mutex = true } -> break
  :: d_step { ret == 0 && ALIVE && error } -> goto fail
  :: d_step { ret == 0 && ALIVE && !error } -> goto succeed
  od;
log_error:
  ckptSetError(skip);
  do
  FREED
  :: d_step { ALIVE && error; ret = 0 } -> goto fail
  :: d_step { ALIVE && !error } -> goto succeed
  od;
fail:
  STEP(tasklist = true; cur = ROOT);     /* destroy_descendants() */
  do
  :: d_step { cur != 0 && !ctx[cur]; nextInSubtree(); endKill() }
  :: d_step { cur != 0 && ctx[cur] } -> STEP(sendKill(cur); nextInSubtree(); endKill())
  :: d_step { cur == 0 && AWAKE && life == 2 -> oops = true }
  :: d_step { cur == 0 && AWAKE && ALIVE && errno_sync > 0; errno_sync-- } -> break
  :: d_step { cur == 0 && AWAKE && ALIVE && errno_sync == 0; state[0] = DEEPLY; wait[0] = ERRNO_SYNC }
  od;
  do
  FREED
  :: d_step { ALIVE; ret = err_no } -> break
  od;
  goto release;
succeed:
  do
  FREED
  :: d_step { ALIVE; success = true } -> break
  od;
  do
  FREED
  :: d_step { ALIVE; errno_sync = errno_sync + COMPLETE_ALL; wakeQueue(ERRNO_SYNC) } -> break
  od;
  wakeUpAll(WAITQ, skip);
release:
  clearTaskCtx(skip);
put:
  ckptCtxPut(skip);
  wayBack(false);
end:
  false
}

active [N] proctype task() provided (!oops) {
  byte ret, next, i;
  bool counted, hasKilled;

  userSpace();
  /* sync point 1 */
  if
  :: d_step { ctx[_pid] } -> goto marked
  :: d_step { !ctx[_pid] }
  fi;
  do
  :: d_step { AWAKE; state[_pid] = PREPARED; wait[_pid] = ONSTACK };
    if
    :: d_step { ctx[_pid]; finishWait() } -> goto marked
    :: d_step { !ctx[_pid] && PENDING; finishWait(); ret = ERESTARTSYS } -> goto back
    :: d_step { !ctx[_pid] && !PENDING; schedule() }
    fi
  od;
marked:
  STEP(!alloc_lock[_pid]; alloc_lock[_pid] = true); /* get_task_ctx() */
  ctx[_pid];
  ckptCtxGet(alloc_lock[_pid] = false; restarting[_pid] = true);

  /* sync point 2 */
  do
  FREED
  :: d_step { ALIVE && active_pid == _pid - 1 } -> goto active_now
  :: d_step { ALIVE && active_pid != _pid - 1 } -> break
  od;
  do
  FREED
  :: d_step { ALIVE && error } -> goto active_now
  :: d_step { ALIVE && !error } -> break
  od;
  do
  :: d_step { AWAKE; state[_pid] = PREPARED; wait[_pid] = WAITQ };
    do
    FREED
    :: d_step { ALIVE && active_pid == _pid - 1; finishWait() } -> goto active_now
    :: d_step { ALIVE && active_pid != _pid - 1 } -> break
    od;
    do
    FREED
    :: d_step { ALIVE && (error || PENDING); finishWait() } -> goto active_now
    :: d_step { ALIVE && !error && !PENDING; schedule() } -> break
    od
  od;
active_now:
  do
  FREED
  :: d_step { ALIVE && error } -> break
  :: d_step { ALIVE && !error } -> goto restore
  od;
  ckptGetError();
  goto out;

restore: /* restore_task() */
  ckptReadObjType(IS_TASK, skip, first_read, out);
first_read:
  ckptReadObjType(IS_THREAD, record[_pid] = (pos - 3) / 2, second_read, out);
second_read:

  restoreActivateNext(out, next_told);
next_told:
  restoreTaskDone();
  isTotalSane(skip);

  /* sync point 3 */
  do
  FREED
  :: d_step { ALIVE && (success || error) } -> goto decided
  :: d_step { ALIVE && !(success || error) } -> break
  od;
  do
  :: d_step { AWAKE; state[_pid] = PREPARED; wait[_pid] = WAITQ };
    do
    FREED
    :: d_step { ALIVE && (success || error || PENDING); finishWait() } -> goto decided
    :: d_step { ALIVE && !(success || error || PENDING); schedule() } -> break
    od
  od;
decided:
  do
  FREED
  :: d_step { ALIVE && error } -> break
  :: d_step { ALIVE && !error; restarting[_pid] = false } -> goto clear
  od;
  ckptGetError();

out:
  ckptErr(ret, restarting[_pid] = false);
clear:
  clearTaskCtx(skip);
  ckptCtxPut(skip);
back:
  wayBack(ret != 0);
end:
  false
}

#if FAULT
#define CAN_BE_HIT(t) (!zombie[t] && !kill[t] && state[t] <= DEEPLY && !(FAULT == 1 && sig[t]))
inline hit(t) {
  if
  :: FAULT == 2 -> sendKill(t)
  :: else ->
    sig[t] = true;
    if
    :: state[t] == SLEEPING -> state[t] = RUNNING; wait[t] = NOTHING
    :: else
    fi
  fi
}

active proctype environment() provided (!oops) {
  if
  :: d_step { CAN_BE_HIT(0); hit(0) }
  :: d_step { CAN_BE_HIT(1); hit(1) }
#if N > 1
  :: d_step { CAN_BE_HIT(2); hit(2) }
#endif
#if N > 2
  :: d_step { CAN_BE_HIT(3); hit(3) }
#endif
#if N > 3
  :: d_step { CAN_BE_HIT(4); hit(4) }
#endif
  fi;
end:
  false
}
#endif
