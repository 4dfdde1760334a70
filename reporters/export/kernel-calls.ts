/** Which function of the kernel an event of a run happens in. The names are those of src/protocol; a test compares them. */
import type { Point } from '../../src/model/points.ts';
import type { RunEvent } from '../../src/record/record.ts';

/** The function that an actor enters, or is about to enter, at a point. */
export const FUNCTION_AT: Readonly<Record<Point, string>> = {
  header: 'restore_read_header',
  tree: 'restore_read_tree',
  root: 'init_restart_ctx',
  claim: 'set_task_ctx',
  prepare: 'prepare_descendants',
  activate: 'restore_activate_next',
  wait: 'wait_all_tasks_finish',
  tail: 'restore_read_tail',
  freeze: 'cgroup_freezer_make_frozen',
  out: 'do_restore_coord',
  release: 'clear_task_ctx',
  'sync-1': 'wait_checkpoint_ctx',
  threads: 'wait_sync_threads',
  'sync-2': 'wait_task_active',
  restore: 'restore_task',
  next: 'restore_activate_next',
  done: 'restore_task_done',
  'sync-3': 'wait_task_sync',
  resume: 'do_restart',
  exit: 'exit_checkpoint',
};

/** Functions that events name by themselves, wherever they happen. */
export const FUNCTION_OF: Readonly<Partial<Record<RunEvent['kind'], string>>> = {
  call: 'do_sys_restart',
  unmark: 'clear_task_ctx',
  error: 'ckpt_set_error',
  success: 'ckpt_set_success',
  log: 'ckpt_err',
  get: 'ckpt_ctx_get',
  put: 'ckpt_ctx_put',
  free: 'ckpt_ctx_free',
  activate: 'restore_activate_next',
  done: 'restore_task_done',
  frozen: 'cgroup_freezer_make_frozen',
};
