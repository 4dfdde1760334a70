/** Mutants that are equivalent to the protocol, each with the reason. A test fails when a pattern matches none. */

export interface Equivalent {
  readonly reason: string;
  /** Fit the names of the mutants. */
  readonly mutants: readonly RegExp[];
}

export const EQUIVALENT: readonly Equivalent[] = [
  {
    reason:
      'An error of the image is recorded as it is logged, and every later read fails with the recorded one. So the next read, or `out`, returns the same errno when the function does not return at once.',
    mutants: [
      /^do_restore_coord: swap-statements: (if \(ret < 0\) return (ret|yield\* fail_early\(ctx, ret\)); <-> )?ret = yield\* restore_(read_header|container|read_tree)/,
      /^do_restore_coord: (ignore-result|drop-assignment): ret = yield\* restore_(read_header|container)/,
      /^do_restore_coord: drop-check: if \(ret < 0\) return .* \((2|3)\)$/,
      /^restore_(container|read_header): (?!drop-call)/,
      /^do_restore_coord: drop-check: if \(ret < 0\) break out; -> \{\} \(2\)$/,
      /^restore_task: (ignore-result|drop-assignment): h = yield\* ckpt_read_obj_type\(ctx, CKPT_HDR_THREAD\)/,
      /^ckpt_read_obj_type: (drop-call: yield\* ckpt_err\(ctx, -EINVAL\)|other-return: -EINVAL|other-errno: -EINVAL -> \(-5\) \(2\))/,
      /^restore_activate_next: (drop-call: yield\* ckpt_err|other-errno: -ESRCH -> \(-5\) \(2\))/,
      /^wait_all_tasks_finish: (drop-check: if \(ret < 0\) return ret|other-return: ret) -> /,
      /^wait_all_tasks_finish: drop-check: if \(ret < 0\) return ret; -> /,
      /^ckpt_read_obj_type: drop-call: yield\* ckpt_err\(ctx, PTR_ERR\(h\)\)/,
      /^restore_task: (off-by-one: h (>=|<) 0|other-return: 0 -> |swap-statements: if \(h (>=|<) 0\))/,
      /^restore_read_tree: (swap-statements|one-side): .*has_duplicate_pids/,
    ],
  },
  {
    reason:
      'A task that restarts itself and fails is killed, whatever the errno: no caller gets the errno, and the next object of the image is the wrong one.',
    mutants: [
      /^do_restore_coord: (drop-check|swap-statements): .*RESTART_TASKSELF/,
      /^do_restore_coord: other-(return: -EINVAL -> \(0\)|errno: -EINVAL -> \(-5\))$/,
      /^do_restore_coord: other-errno: -EBUSY/,
      /^do_restore_coord: (swap-statements|ignore-result): ret = yield\* restore_task/,
      /^do_restore_coord: drop-check: if \(ret < 0\) break out; -> \{\}$/,
    ],
  },
  {
    reason:
      'What this lock protects is one word, read or written in one step, or is used by a single remaining task: in sequentially consistent memory the lock holds nothing together. (In the kernel it is a barrier, too.)',
    mutants: [
      /^(clear_task_ctx|get_task_ctx|set_task_ctx|exit_checkpoint): drop-call: (yield\* )?task_(lock|unlock)\(/,
      /^restore_debug_(getme|task): drop-call: yield\* spin_lock\(/,
    ],
  },
  {
    reason: 'Callers ask whether it is below 0, and nothing else.',
    mutants: [
      /^init_restart_ctx: other-return: 0 -> \(1\)$/,
      /^prepare_descendants: other-return: nr_pids -> \(0\) \(2\)$/,
      /^(restore_read_tree|restore_activate_next): other-return: 0 -> \(1\)/,
      /^wait_sync_threads: other-return: 0 -> \(1\)/,
      /^wait_task_active: other-return: 0 /,
      /^restore_debug_task: other-return: 0 -> \(1\)/,
      /^_ckpt_read_buffer: other-return: 0 -> \(1\)/,
    ],
  },
  {
    reason:
      'A task that takes a reference already has one, or was handed one. No other task acts on the two words in between, so their order makes no difference.',
    mutants: [/^set_task_ctx: swap-statements: yield\* ckpt_ctx_get/],
  },
  {
    reason: 'What is printed when the context is freed is for people to read; the loads before it change nothing.',
    mutants: [/^restore_debug_free: /],
  },
  {
    reason: 'An error of 0 is a line of the log, and records nothing.',
    mutants: [
      /^do_ghost_task: (ignore-condition|off-by-one): ret < 0 -> .* \(2\)$/,
      /^do_restore_task: (ignore-condition|off-by-one): ret < 0 -> .* \([56]\)$/,
      /^ckpt_err: (ignore-condition: err|drop-call: yield\* mutex_lock)/,
      /^do_restore_coord: (ignore-condition|off-by-one): ret < 0 -> .* \(10\)$/,
    ],
  },
  {
    reason:
      'They have nothing to do with each other: an entry of the status list, the record of an error, the kill, the context of the coordinator. No task reads one to decide about the other.',
    mutants: [
      /^do_restore_coord: swap-statements: yield\* restore_debug_error/,
      /^do_restore_coord: swap-statements: if \(yield\* (ckpt_test_error|decide)/,
    ],
  },
  {
    reason:
      'A root that is missing or dead counts 0 tasks in prepare: that is -ESRCH as well, or the NULL is dereferenced there. There is one namespace, so no task checks it.',
    mutants: [
      /^init_restart_ctx: (swap-statements|drop-check): if \(!nsproxy\)/,
      /^init_restart_ctx: (swap-statements|drop-assignment): ctx\.root_nsproxy = nsproxy/,
      /^prepare_descendants: off-by-one: nr_pids < 0/,
    ],
  },
  {
    reason: 'The sum of a walk that failed is thrown away, and so is the total of a restart that fails.',
    mutants: [/^prepare_descendants: swap-statements: if \(nr_pids (< peek|!== peek)/],
  },
  {
    reason:
      'An impossible number of tasks is refused three times: as such, by its size in bytes, and by the length of the image. All return -EINVAL, before any task is touched.',
    mutants: [
      /^restore_read_tree: (swap-statements|drop-check|off-by-one): .*(saved_nr_tasks\(\) <= 0|size <= 0|size_wraps)/,
      /^_ckpt_read_buffer: drop-check: if \(!is_pids_buffer/,
    ],
  },
  {
    reason: 'Only the code that frees the array checks that it exists; its end is given by the number of pids.',
    mutants: [/^restore_read_tree: (drop-assignment: |swap-statements: (.* <-> )?)ctx\.pids_arr = size/],
  },
  {
    reason: 'A task that has no entry in the status list leaves before it gets here.',
    mutants: [/^restore_debug_running: drop-check: if \(!s\)/],
  },
  {
    reason:
      'A dead task that keeps its checkpoint_ctx is woken, or sent SIGKILL, to no effect: see the repair dead-let-go in docs/variants.md.',
    mutants: [/^exit_checkpoint: drop-call: yield\* store\(tsk\.checkpoint_ctx/],
  },
  {
    reason:
      'In the patch alone no task has PF_RESTARTING; in the series both statements end in a kernel BUG, or neither.',
    mutants: [/^exit_checkpoint: (drop-call: yield\* restore_activate_next|swap-statements: BUG_ON)/],
  },
  {
    reason:
      'On its way out a task holds a second reference, its flags are read by exit_checkpoint() of a task that still has a context only, and a SIGKILL waits for the way to user space: nothing can happen in between.',
    mutants: [
      /^do_restore_task: swap-statements: (yield\* restore_debug|if \(ret < 0\) yield|current\.flags|yield\* clear_task_ctx)/,
      /^do_restore_task: drop-assignment: current\.flags &= ~PF_RESTARTING/,
      /^do_ghost_task: swap-statements: (yield\* restore_debug|if \(ret < 0\) yield|current\.flags \|= SELF)/,
      /^do_restore_task: swap-statements: (if \(ret < 0\) break out; <-> )?current\.flags \|= PF_RESTARTING/,
    ],
  },
  {
    reason: 'The end of a ghost does not show which task reaps it: a zombie has `exited`, too.',
    mutants: [/^do_ghost_task: drop-assignment: current\.flags \|= SELF_REAPING/],
  },
  {
    reason:
      'Only a reader distinguishes a ghost that is Running or Failed when it exits from one that has Exited: both are ends.',
    mutants: [/^do_ghost_task: drop-call: yield\* restore_debug_exit/, /^restore_debug_exit: drop-call: change_status/],
  },
  {
    reason:
      'A task whose wait for a context was interrupted is killed, with whatever errno: it has no context to record the errno in, and no caller gets it.',
    mutants: [/^wait_checkpoint_ctx: (drop-check: if \(ret < 0\)|other-errno)/],
  },
  {
    reason: 'A group of one counts itself down; and a task that finds the count set does not set it again.',
    mutants: [
      /^wait_sync_threads: drop-check: if \(thread_group_empty/,
      /^wait_sync_threads: ignore-condition: !\(yield\* load\(signal\.restart_count\)\)/,
    ],
  },
  {
    reason:
      'The context is freed by its last reference, of a restart, and in no other way, so the checks of ckpt_ctx_free() always hold. A NULL is never asked for a reference.',
    mutants: [
      /^ckpt_ctx_free: (?!drop-call: kfree)/,
      /^ckpt_ctx_get: ignore-condition/,
      /^ckpt_ctx_alloc: swap-statements/,
    ],
  },
  {
    reason:
      'A woken task waits for the event before it reads the errno, and checks the flag, which is set: the order of the two, and of the woken tasks, makes no difference. There is no checkpoint that would not notify.',
    mutants: [
      /^ckpt_set_error: (swap-statements|ignore-condition: \(yield): ?/,
      /^restore_notify_error: swap-statements/,
    ],
  },
  {
    reason: 'A task that asks for the errno has seen ERROR, and the task that set ERROR fires the event.',
    mutants: [/^ckpt_set_success: drop-call: yield\* complete_all/],
  },
  {
    reason: 'It only reports events: nothing of the protocol depends on it.',
    mutants: [
      /^ckpt_set_success: (swap-statements|ignore-condition|negate-condition|drop-check)/,
      /^decide: (swap-statements: if|ignore-condition: flag|drop-check: if \(flag)/,
    ],
  },
  {
    reason:
      'There are as many turns as records, and a task that hands over has read one: active_pid never gets past nr_pids. And what counts below zero is a kernel BUG before and after.',
    mutants: [
      /^restore_activate_next: (drop-call: BUG_ON|swap-statements: BUG_ON)/,
      /^restore_task_done: swap-statements: if \(last\)/,
    ],
  },
  {
    reason:
      'Under hardened only named tasks wait for a turn, and they no longer check when all turns are over. No task has the pid 1.',
    mutants: [
      /^get_active_pid: off-by-one: active >= peek\(ctx\.nr_pids\) -> /,
      /^get_active_pid: other-return: 0 -> \(1\)$/,
    ],
  },
  {
    reason:
      'The waits of a restart are interrupted with -ERESTARTSYS; the other three are returned elsewhere in the kernel.',
    mutants: [/^do_restart: one-side: ret === -ERESTARTSYS/, /^do_restart: other-errno: -ERESTART(NOINTR|NOHAND)/],
  },
  {
    reason:
      'A reader that accepts an object of the wrong type leaves one too few for the tail, and the end of the stream is -EINVAL as well.',
    mutants: [/^ckpt_read_obj_type: drop-check: if \(object_type\(h\) !== type\)/],
  },
  {
    reason: 'The state is set again before the list can be printed.',
    mutants: [
      /^do_ghost_task: (swap-statements: current\.flags \|= PF_RESTARTING|drop-call: yield\* restore_debug_(running|error))/,
      /^do_restore_task: swap-statements: if \(ret < 0\) break out; <-> yield\* restore_debug_running/,
      /^do_restore_coord: (swap-statements: |drop-call: )yield\* restore_debug_running/,
    ],
  },
  {
    reason:
      'Whether a task that takes part is listed as Waiting or Running is for a reader: properties look at the ends of the list.',
    mutants: [
      /^restore_debug_running: (swap-statements|negate-condition|ignore-condition)/,
      /^do_restore_coord: swap-statements: .*<-> yield\* restore_debug_running/,
    ],
  },
  {
    reason:
      'The error is recorded by then: the wait that follows returns at once, and what is counted after it decides nothing any more.',
    mutants: [
      /^do_restore_task: swap-statements: if \(ret < 0\) break out; <-> (ret = yield\* wait_sync_threads|yield\* restore_task_done)/,
      /^do_ghost_task: swap-statements: if \(ret < 0\) break out; <-> current\.flags/,
      /^wait_task_sync: swap-statements: if \(ret < 0\) return ret/,
    ],
  },
  {
    reason: 'A wait for a context ends with a context, or with a signal, which is looked at before.',
    mutants: [/^wait_checkpoint_ctx: drop-check: if \(!ctx\)/],
  },
  {
    reason: 'A walk stops at a negative result, and its sum is not used by a kill.',
    mutants: [/^__destroy_descendants: other-return: 0 -> \(1\)/],
  },
  {
    reason: 'On this path the coordinator has no result above 0, and 0 is not an error to it.',
    mutants: [/^do_restore_coord: off-by-one: ret < 0 -> .* \(7\)$/],
  },
  {
    reason: 'A caller that is the root and fails is killed, whatever restart returns to it.',
    mutants: [/^do_restore_coord: other-return: return yield\* fail_early\(ctx, -EBUSY\)/],
  },
  {
    reason:
      'A task that exits with PF_RESTARTING has no turn to hand over in the patch, and in the series both orders, and neither call, end in the same outcomes.',
    mutants: [/^exit_checkpoint: (swap-statements|drop-check): if \(peek\(tsk\.flags\) & PF_RESTARTING\)/],
  },
  {
    reason: 'Under hardened no task asks for its turn after the last one; the turns are as many as the records.',
    mutants: [/^get_active_pid: drop-check: if \(active >= peek/],
  },
  {
    reason: 'The child does not run before fork has ended: no task reads one of the two words in between.',
    mutants: [/^inherit_checkpoint_ctx: swap-statements: child\.checkpoint_ctx/],
  },
  {
    reason: 'There is no checkpoint here: the flag is always set.',
    mutants: [/^ckpt_set_error: ignore-condition: \(yield\* load\(ctx\.kflags\)\)/],
  },
];
