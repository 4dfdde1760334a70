/**
 * checkpoint/restart.c of the patch, in its order: one function for one function. Text that is translated: see linux.ts. What
 * is not here prints debug messages, or frees what the model does not allocate (docs/kernel-map.md).
 */
import { ckpt_get_error, ckpt_test_complete, ckpt_test_error } from './checkpoint.h.ts';
import {
  EAGAIN,
  EBUSY,
  EINTR,
  EINVAL,
  ENOMEM,
  EPERM,
  ERESTART_RESTARTBLOCK,
  ERESTARTNOHAND,
  ERESTARTNOINTR,
  ERESTARTSYS,
  ESRCH,
  PF_RESTARTING,
  RESTART_DBG_COORD,
  RESTART_DBG_EXITED,
  RESTART_DBG_FAILED,
  RESTART_DBG_ROOT,
  RESTART_DBG_RUNNING,
  RESTART_DBG_SUCCESS,
  RESTART_DBG_TASK,
  RESTART_DBG_WAITING,
  RESTART_FROZEN,
  RESTART_TASKSELF,
  SIZEOF_CKPT_TASK_STATUS,
} from './checkpoint_types.ts';
import {
  add_status,
  at,
  atomic_cmpxchg,
  atomic_dec_and_test,
  BUG_ON,
  CONFIG_CHECKPOINT_DEBUG,
  cgroup_freezer_make_frozen,
  change_status,
  type ckpt_ctx,
  type ckpt_task_status,
  complete,
  current,
  ERR_PTR,
  exit_state,
  find_task_by_pid_ns,
  force_sigkill,
  IS_ERR,
  increment,
  type int,
  is_pids_buffer,
  kmalloc,
  load,
  NULL,
  next_thread,
  object_type,
  PTR_ERR,
  peek,
  type pid_t,
  pids_arr_vpid,
  print_pids_arr,
  ptrace_may_access,
  read_lock_tasklist,
  read_unlock_tasklist,
  type Steps,
  saved_nr_tasks,
  sizeof_pids_arr,
  spin_lock,
  spin_unlock,
  status_entry,
  store,
  syscall_get_return_value,
  task_lock,
  task_nsproxy,
  task_pid_vnr,
  task_ptrace,
  task_signal,
  type task_struct,
  task_unlock,
  thread_group_empty,
  trace_activate,
  trace_done,
  trace_mark,
  trace_status_list,
  trace_threads_passed,
  trace_total,
  trace_unmark,
  trace_visit,
  wait_event_interruptible,
  wait_for_completion_interruptible,
  wake_up_all,
  wake_up_process,
  walk_task_subtree,
} from './linux.ts';
import {
  POINT_ACTIVATE,
  POINT_CLAIM,
  POINT_DONE,
  POINT_FREEZE,
  POINT_HEADER,
  POINT_OUT,
  POINT_PREPARE,
  POINT_RELEASE,
  POINT_ROOT,
  POINT_SYNC_1,
  POINT_SYNC_2,
  POINT_SYNC_3,
  POINT_TAIL,
  POINT_THREADS,
  POINT_TREE,
  POINT_WAIT,
} from './points.ts';
import { restore_task } from './process.ts';
import { ckpt_ctx_get, ckpt_ctx_put, ckpt_err, ckpt_kread, ckpt_set_success } from './sys.ts';
import { CKPT_HDR_CONTAINER, CKPT_HDR_HEADER, CKPT_HDR_TAIL, CKPT_HDR_TREE } from './world.ts';

/* ---- CONFIG_CHECKPOINT_DEBUG: the status of restarting tasks, printed when the context is freed ---- */

/** restore_debug_task(): adds the caller to the list. */
export function* restore_debug_task(ctx: ckpt_ctx, flags: int): Steps<int> {
  if (!CONFIG_CHECKPOINT_DEBUG) return 0;
  if (!(yield* kmalloc(SIZEOF_CKPT_TASK_STATUS))) return -ENOMEM;
  const root = current === peek(ctx.root_task) ? RESTART_DBG_ROOT : 0;

  yield* spin_lock(ctx.lock);
  add_status(RESTART_DBG_WAITING | flags | root);
  spin_unlock(ctx.lock);

  return 0;
}

/** restore_debug_getme(): the caller's entry, or NULL when it has none, for which no caller looks. */
export function* restore_debug_getme(ctx: ckpt_ctx): Steps<ckpt_task_status> {
  yield* spin_lock(ctx.lock);
  const s = status_entry(current);
  spin_unlock(ctx.lock);
  return s;
}

/** restore_debug_error() */
export function* restore_debug_error(ctx: ckpt_ctx, err: int): Steps {
  if (!CONFIG_CHECKPOINT_DEBUG) return;
  const s = yield* restore_debug_getme(ctx);

  change_status(s, RESTART_DBG_WAITING | RESTART_DBG_RUNNING, err ? RESTART_DBG_FAILED : RESTART_DBG_SUCCESS);
}

/** restore_debug_running() */
export function* restore_debug_running(ctx: ckpt_ctx): Steps {
  if (!CONFIG_CHECKPOINT_DEBUG) return;
  const s = yield* restore_debug_getme(ctx);

  change_status(s, RESTART_DBG_WAITING, RESTART_DBG_RUNNING);
}

/** restore_debug_exit() */
export function* restore_debug_exit(ctx: ckpt_ctx): Steps {
  if (!CONFIG_CHECKPOINT_DEBUG) return;
  const s = yield* restore_debug_getme(ctx);

  change_status(s, RESTART_DBG_WAITING, RESTART_DBG_EXITED);
}

/** restore_debug_free(): prints the list. */
export function* restore_debug_free(ctx: ckpt_ctx): Steps {
  if (!CONFIG_CHECKPOINT_DEBUG) return;
  yield* load(ctx.nr_total);
  yield* load(ctx.active_pid);
  yield* load(ctx.errno);
  yield* load(ctx.kflags);
  print_pids_arr(ctx);
  trace_status_list();
}

/* ---- reading the image ---- */

/** _ckpt_read_buffer(): a buffer of this many bytes; here it is always pids_arr. */
export function* _ckpt_read_buffer(ctx: ckpt_ctx, len: int): Steps<int> {
  const h = yield* ckpt_kread(ctx);
  if (IS_ERR(h)) return PTR_ERR(h);
  if (!is_pids_buffer(h, len)) return -EINVAL;
  ctx.pids_read = len;
  return 0;
}

/** ckpt_read_obj_type(): an object of this type; its number, or a negative errno, which is logged. */
export function* ckpt_read_obj_type(ctx: ckpt_ctx, type: int): Steps<int> {
  const h = yield* ckpt_kread(ctx);
  if (IS_ERR(h)) {
    yield* ckpt_err(ctx, PTR_ERR(h));
    return h;
  }

  if (object_type(h) !== type) {
    yield* ckpt_err(ctx, -EINVAL);
    return -EINVAL;
  }
  return h;
}

/** restore_read_header(): reads the header of the image; an earlier patch of the series has it. */
export function* restore_read_header(ctx: ckpt_ctx): Steps<int> {
  const h = yield* ckpt_read_obj_type(ctx, CKPT_HDR_HEADER);
  if (IS_ERR(h)) return PTR_ERR(h);
  return 0;
}

/** restore_container(): reads the section of the container; an earlier patch of the series has it. */
export function* restore_container(ctx: ckpt_ctx): Steps<int> {
  const h = yield* ckpt_read_obj_type(ctx, CKPT_HDR_CONTAINER);
  if (IS_ERR(h)) return PTR_ERR(h);
  return 0;
}

/** restore_read_tail(): reads the end mark of the image; an earlier patch of the series has it. */
export function* restore_read_tail(ctx: ckpt_ctx): Steps<int> {
  const h = yield* ckpt_read_obj_type(ctx, CKPT_HDR_TAIL);
  if (IS_ERR(h)) return PTR_ERR(h);
  return 0;
}

/** restore_read_tree(): reads the tasks tree into the context. */
export function* restore_read_tree(ctx: ckpt_ctx): Steps<int> {
  const h = yield* ckpt_read_obj_type(ctx, CKPT_HDR_TREE);
  if (IS_ERR(h)) return PTR_ERR(h);

  let ret = -EINVAL;
  out: {
    if (saved_nr_tasks() <= 0) break out;

    ctx.nr_pids = saved_nr_tasks();
    const size = sizeof_pids_arr(saved_nr_tasks());
    if (size <= 0) break out; /* overflow ? */

    if (!(yield* kmalloc(size))) {
      ret = -ENOMEM;
      break out;
    }
    ctx.pids_arr = size;
    ret = yield* _ckpt_read_buffer(ctx, size);
  }
  return ret;
}

/** all_tasks_activated() */
export function* all_tasks_activated(ctx: ckpt_ctx): Steps<boolean> {
  return (yield* load(ctx.active_pid)) === peek(ctx.nr_pids);
}

/** get_active_pid(): 0 before the first activation. */
export function* get_active_pid(ctx: ckpt_ctx): Steps<pid_t> {
  const active = yield* load(ctx.active_pid);
  return active >= 0 ? pids_arr_vpid(ctx, active) : 0;
}

/** is_task_active() */
export function* is_task_active(ctx: ckpt_ctx, pid: pid_t): Steps<boolean> {
  return (yield* get_active_pid(ctx)) === pid;
}

/** restore_notify_error(): wakes the coordinator and all other tasks. */
export function* restore_notify_error(ctx: ckpt_ctx): Steps {
  yield* complete(ctx.complete);
  yield* wake_up_all(ctx.waitq);
}

/** get_task_ctx(): the task's context with a reference, or NULL. */
export function* get_task_ctx(task: task_struct): Steps<ckpt_ctx> {
  yield* task_lock(task);
  const ctx = yield* load(task.checkpoint_ctx);
  yield* ckpt_ctx_get(ctx);
  task_unlock(task);
  return ctx;
}

/** set_task_ctx(): 0 on success, 1 when the task has a context already. */
export function* set_task_ctx(task: task_struct, ctx: ckpt_ctx): Steps<int> {
  let ret = 1;

  yield* task_lock(task);
  if (!(yield* load(task.checkpoint_ctx))) {
    yield* ckpt_ctx_get(ctx);
    yield* store(task.checkpoint_ctx, ctx);
    trace_mark(task, ctx);
    ret = 0;
  }
  task_unlock(task);
  return ret;
}

/** clear_task_ctx() */
export function* clear_task_ctx(task: task_struct): Steps {
  yield* task_lock(task);
  const old = yield* load(task.checkpoint_ctx);
  yield* store(task.checkpoint_ctx, NULL);
  trace_unmark(task);
  task_unlock(task);

  yield* ckpt_ctx_put(old);
}

/** restore_task_done() */
export function* restore_task_done(ctx: ckpt_ctx): Steps {
  const last = yield* atomic_dec_and_test(ctx.nr_total);
  trace_done(ctx);
  if (last) yield* complete(ctx.complete);
  BUG_ON((yield* load(ctx.nr_total)) < 0);
}

/** restore_activate_next() */
export function* restore_activate_next(ctx: ckpt_ctx): Steps<int> {
  yield* increment(ctx.active_pid);
  trace_activate(ctx);

  BUG_ON((yield* load(ctx.active_pid)) > peek(ctx.nr_pids));

  if (!(yield* all_tasks_activated(ctx))) {
    /* wake up next task in line to restore its state */
    const pid = yield* get_active_pid(ctx);

    let task = find_task_by_pid_ns(pid);
    /* target task must have same restart context */
    if (task && (yield* load(task.checkpoint_ctx)) === ctx) yield* wake_up_process(task);
    else task = NULL;

    if (!task) {
      yield* ckpt_err(ctx, -ESRCH);
      return -ESRCH;
    }
  }

  return 0;
}

/** wait_task_active(): the result of the wait is dropped. */
export function* wait_task_active(ctx: ckpt_ctx): Steps<int> {
  const pid = task_pid_vnr(current);

  yield* wait_event_interruptible(ctx.waitq, is_task_active(ctx, pid) || ckpt_test_error(ctx));
  if (yield* ckpt_test_error(ctx)) return yield* ckpt_get_error(ctx);
  return 0;
}

/** wait_task_sync(): the result of the wait is dropped here, too. */
export function* wait_task_sync(ctx: ckpt_ctx): Steps<int> {
  yield* wait_event_interruptible(ctx.waitq, ckpt_test_complete(ctx));
  if (yield* ckpt_test_error(ctx)) return yield* ckpt_get_error(ctx);
  return 0;
}

/** wait_checkpoint_ctx(): the context with a reference, or a negative errno. */
export function* wait_checkpoint_ctx(): Steps<ckpt_ctx> {
  at(POINT_SYNC_1);
  /*
   * Wait for coordinator to become visible, then grab a
   * reference to its restart context.
   */
  const ret = yield* wait_event_interruptible(current.onstack, load(current.checkpoint_ctx));
  if (ret < 0) return ERR_PTR(ret);

  const ctx = yield* get_task_ctx(current);
  if (!ctx) return ERR_PTR(-EAGAIN);

  return ctx;
}

/** wait_sync_threads(): no task restores itself while a thread of its group is in user space. */
export function* wait_sync_threads(): Steps<int> {
  if (thread_group_empty(current)) return 0;
  at(POINT_THREADS);

  const signal = task_signal(current);

  if (!(yield* load(signal.restart_count))) {
    let nr = 0;
    yield* read_lock_tasklist();
    for (let p = next_thread(current); p !== current; p = next_thread(p)) nr++;
    read_unlock_tasklist();
    /*
     * Testing that @count is 0 makes it unlikely that
     * multiple threads get here. But if they do, then
     * only one will succeed in initializing @count.
     */
    yield* atomic_cmpxchg(signal.restart_count, 0, nr + 1);
  }

  if (yield* atomic_dec_and_test(signal.restart_count)) {
    yield* read_lock_tasklist();
    for (let p = next_thread(current); p !== current; p = next_thread(p)) yield* wake_up_process(p);
    read_unlock_tasklist();
    return 0;
  }
  return yield* wait_event_interruptible(current.onstack, !load(signal.restart_count));
}

/** do_restore_task() */
export function* do_restore_task(): Steps<int> {
  const ctx = yield* wait_checkpoint_ctx();
  if (IS_ERR(ctx)) return PTR_ERR(ctx);

  let ret = 0;
  out: {
    ret = yield* restore_debug_task(ctx, RESTART_DBG_TASK);
    if (ret < 0) break out;

    ret = yield* wait_sync_threads();
    if (ret < 0) break out;
    trace_threads_passed();

    /* wait for our turn, do the restore, and tell next task in line */
    at(POINT_SYNC_2);
    ret = yield* wait_task_active(ctx);
    if (ret < 0) break out;

    yield* restore_debug_running(ctx);

    ret = yield* restore_task(ctx);
    if (ret < 0) break out;

    at(POINT_DONE);
    yield* restore_task_done(ctx);
    at(POINT_SYNC_3);
    ret = yield* wait_task_sync(ctx);
  }
  yield* restore_debug_error(ctx, ret);
  if (ret < 0) yield* ckpt_err(ctx, ret);

  yield* clear_task_ctx(current);
  yield* ckpt_ctx_put(ctx);
  return ret;
}

/** __prepare_descendants(): sets ->checkpoint_ctx of a descendant. 1, 0 for a dead task, or a negative errno. */
export function* __prepare_descendants(task: task_struct, ctx: ckpt_ctx): Steps<int> {
  trace_visit(task);

  if (!ptrace_may_access(task)) return -EPERM;

  if (task_ptrace(task)) return -EBUSY;

  /*
   * Set task->checkpoint_ctx of all non-zombie descendants.
   * If a descendant already has a ->checkpoint_ctx, it
   * must be a coordinator (for a different restart ?) so
   * we fail.
   */
  if (!exit_state(task)) {
    if (yield* set_task_ctx(task, ctx)) return -EBUSY;
    yield* wake_up_process(task);
    return 1;
  }

  return 0;
}

/** prepare_descendants(): sets ->checkpoint_ctx of all descendants. */
export function* prepare_descendants(ctx: ckpt_ctx, root: task_struct): Steps<int> {
  const nr_pids = yield* walk_task_subtree(root, __prepare_descendants, ctx);
  if (nr_pids < 0) return nr_pids;

  /* fail unless number of processes matches */
  if (nr_pids !== peek(ctx.nr_pids)) return -ESRCH;

  yield* store(ctx.nr_total, nr_pids);
  trace_total(ctx);
  return nr_pids;
}

/** wait_all_tasks_finish() */
export function* wait_all_tasks_finish(ctx: ckpt_ctx): Steps<int> {
  at(POINT_ACTIVATE);
  BUG_ON((yield* load(ctx.active_pid)) !== -1);
  const ret = yield* restore_activate_next(ctx);
  if (ret < 0) return ret;

  at(POINT_WAIT);
  return yield* wait_for_completion_interruptible(ctx.complete);
}

/** choose_root_task(): the root, or NULL. */
export function* choose_root_task(ctx: ckpt_ctx, pid: pid_t): Steps<task_struct> {
  if (peek(ctx.uflags) & RESTART_TASKSELF) {
    ctx.root_task = current;
    return current;
  }

  yield* read_lock_tasklist();
  for (let task = peek(current.children); task; task = peek(task.sibling)) {
    if (task_pid_vnr(task) === pid) {
      ctx.root_task = task;
      break;
    }
  }
  read_unlock_tasklist();

  return peek(ctx.root_task);
}

/** init_restart_ctx(): sets up the restart-specific parts of the context. */
export function* init_restart_ctx(ctx: ckpt_ctx, pid: pid_t): Steps<int> {
  if (!(yield* choose_root_task(ctx, pid))) return -ESRCH;

  const nsproxy = task_nsproxy(peek(ctx.root_task));
  if (!nsproxy) return -ESRCH;
  ctx.root_nsproxy = nsproxy;

  ctx.active_pid = -1; /* see restore_activate_next, get_active_pid */

  return 0;
}

/** __destroy_descendants() */
export function* __destroy_descendants(task: task_struct, ctx: ckpt_ctx): Steps<int> {
  if ((yield* load(task.checkpoint_ctx)) === ctx) yield* force_sigkill(task);
  return 0;
}

/** destroy_descendants(): a task that was handed to init is not in the subtree any more. */
export function* destroy_descendants(ctx: ckpt_ctx): Steps {
  yield* walk_task_subtree(peek(ctx.root_task), __destroy_descendants, ctx);
}

/** do_restore_coord() */
export function* do_restore_coord(ctx: ckpt_ctx, pid: pid_t): Steps<int> {
  let ret = yield* restore_debug_task(ctx, RESTART_DBG_COORD);
  if (ret < 0) return ret;
  yield* restore_debug_running(ctx);

  at(POINT_HEADER);
  ret = yield* restore_read_header(ctx);
  if (ret < 0) return ret;
  ret = yield* restore_container(ctx);
  if (ret < 0) return ret;
  at(POINT_TREE);
  ret = yield* restore_read_tree(ctx);
  if (ret < 0) return ret;

  if ((peek(ctx.uflags) & RESTART_TASKSELF) !== 0 && peek(ctx.nr_pids) !== 1) return -EINVAL;

  at(POINT_ROOT);
  ret = yield* init_restart_ctx(ctx, pid);
  if (ret < 0) return ret;

  /*
   * Populate own ->checkpoint_ctx: if an ancestor attempts to
   * prepare_descendants() on us, it will fail. Furthermore,
   * that ancestor won't proceed deeper to interfere with our
   * descendants that are restarting.
   */
  at(POINT_CLAIM);
  if (yield* set_task_ctx(current, ctx)) return -EBUSY;

  /* From now on we are committed to the restart. */
  out: {
    if (peek(ctx.uflags) & RESTART_TASKSELF) {
      ret = yield* restore_task(ctx);
      if (ret < 0) break out;
    } else {
      /* prepare descendants' t->checkpoint_ctx point to coord */
      at(POINT_PREPARE);
      ret = yield* prepare_descendants(ctx, peek(ctx.root_task));
      if (ret < 0) break out;
      /* wait for all other tasks to complete do_restore_task() */
      ret = yield* wait_all_tasks_finish(ctx);
      if (ret < 0) break out;
    }

    at(POINT_TAIL);
    ret = yield* restore_read_tail(ctx);
    if (ret < 0) break out;

    if (peek(ctx.uflags) & RESTART_FROZEN) {
      at(POINT_FREEZE);
      ret = yield* cgroup_freezer_make_frozen(peek(ctx.root_task));
    }
  }
  at(POINT_OUT);
  yield* restore_debug_error(ctx, ret);
  if (ret < 0) yield* ckpt_err(ctx, ret);

  if (yield* ckpt_test_error(ctx)) {
    yield* destroy_descendants(ctx);
    ret = yield* ckpt_get_error(ctx);
  } else {
    yield* ckpt_set_success(ctx);
    yield* wake_up_all(ctx.waitq);
  }

  at(POINT_RELEASE);
  yield* clear_task_ctx(current);
  return ret;
}

/** restore_retval(): what the saved registers say. */
export function restore_retval(): int {
  return syscall_get_return_value(current);
}

/** do_restart() */
export function* do_restart(ctx: ckpt_ctx, pid: pid_t): Steps<int> {
  let ret = 0;

  if (ctx) ret = yield* do_restore_coord(ctx, pid);
  else ret = yield* do_restore_task();

  /* restart(2) isn't idempotent: should not be auto-restarted */
  if (ret === -ERESTARTSYS || ret === -ERESTARTNOINTR || ret === -ERESTARTNOHAND || ret === -ERESTART_RESTARTBLOCK)
    ret = -EINTR;

  /*
   * The coordinator is exempt: its return value is not adjusted.
   * But in self-restart (RESTART_TASKSELF), the coordinator
   * _itself_ is a restarting task.
   */
  if (!ctx || peek(ctx.uflags) & RESTART_TASKSELF) {
    /* partial restore is undefined: terminate */
    if (ret < 0) yield* force_sigkill(current);
    else ret = restore_retval();
  }

  return ret;
}

/** exit_checkpoint(): callback from do_exit() to clean up checkpoint state. */
export function* exit_checkpoint(tsk: task_struct): Steps {
  /* no one else will touch this, because @tsk is dead already */
  const ctx = yield* load(tsk.checkpoint_ctx);

  /* restarting zombies will activate next task in restart */
  if (peek(tsk.flags) & PF_RESTARTING) {
    BUG_ON((yield* load(ctx.active_pid)) === -1);
    yield* restore_activate_next(ctx);
  }

  yield* ckpt_ctx_put(ctx);
}
