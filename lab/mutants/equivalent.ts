/** Mutants that are equivalent to the protocol, each with the reason. A test fails when a pattern matches none. */

export interface Equivalent {
  readonly reason: string;
  /** Fit the names of the mutants. */
  readonly mutants: readonly RegExp[];
}

export const EQUIVALENT: readonly Equivalent[] = [
  {
    reason:
      'An error of the image is recorded as it is logged, and every later read fails with the recorded one. So the same errno comes out of the next read, or of `out`, when the way is not left at once.',
    mutants: [
      /^claimRestart: swap-statements: (if\(ret<0\)return ret; <-> )?ret=yield\*restore(ReadHeader|Container|ReadTree)/,
      /^claimRestart: (ignore-result|drop-check): .*(restoreReadHeader|restoreContainer|\((2|3)\)$)/,
      /^restore(Container|ReadHeader): (?!drop-call)/,
      /^conductRestart: other-return: ret -> \(0\) \(4\)$/,
      /^restoreTask: ignore-result: h=yield\*ckptReadObjType\(current,ctx,OBJ_THREAD\)/,
      /^waitTaskActive: swap-statements: if\(yield\*ckptTestError/,
      /^ckptReadObjType: (drop-call: yield\*ckptErr\(current,ctx,-EINVAL\)|other-return: -EINVAL|other-errno: -EINVAL -> \(-5\) \(2\))/,
      /^(handOverTurn|restoreActivateNext): (drop-call: yield\*ckptErr|other-errno: -ESRCH -> \(-5\) \(2\))/,
      /^waitAllTasksFinish: (drop-check: if\(ret<0\)return ret|other-return: ret) -> /,
    ],
  },
  {
    reason:
      'A task that restarts itself and fails is killed, whatever the errno: no caller gets the errno, and the next object of the image is the wrong one.',
    mutants: [
      /^claimRestart: (drop-check|swap-statements): .*RESTART_TASKSELF/,
      /^claimRestart: other-(return: -EINVAL -> \(0\)|errno: -EINVAL -> \(-5\))$/,
      /^claimRestart: other-errno: -EBUSY/,
      /^conductRestart: (swap-statements|ignore-result): ret=yield\*restoreTask/,
      /^conductRestart: drop-check: if\(ret<0\)return ret -> \{\}$/,
      /^conductRestart: other-return: ret -> \(0\)$/,
    ],
  },
  {
    reason:
      'What this lock protects is one word, read or written in one step, or is used by a single remaining task: in sequentially consistent memory the lock holds nothing together. (In the kernel it is a barrier, too.)',
    mutants: [
      /^(clearTaskCtx|getTaskCtx|setTaskCtx|exitCheckpoint): drop-call: (yield\*)?task(Lock|Unlock)\(/,
      /^restoreDebug(Getme|Task): drop-call: yield\*lock\(/,
    ],
  },
  {
    reason: 'Callers ask whether it is below 0, and nothing else.',
    mutants: [
      /^initRestartCtx: other-return: 0 -> \(1\)$/,
      /^prepareDescendants: other-return: nrPids -> \(0\) \(2\)$/,
      /^(restoreReadTree|handOverTurn|restoreActivateNext): other-return: 0 -> \(1\)/,
      /^waitSyncThreads: other-return: 0 -> \(1\)/,
      /^waitTaskActive: (other-return: 0|one-side: variant\.turnIsAwaited|off-by-one: ret<0)/,
      /^(doGhostTask|doRestoreTask|doSysRestart): off-by-one: ctx<0/,
      /^restoreDebugTask: other-return: 0 -> \(1\)/,
      /^conductRestart: off-by-one: ret<0 -> \(\(ret\) <= \(0\)\) \(2\)$/,
    ],
  },
  {
    reason:
      'A task that takes a reference already has one, or was handed one. No other task acts on the two words in between, so their order makes no difference.',
    mutants: [/^(setTaskCtx|inheritCheckpointCtx): swap-statements: yield\*ckptCtxGet/],
  },
  {
    reason: 'What is printed when the context is freed is for people to read; the loads before it change nothing.',
    mutants: [/^restoreDebugFree: /],
  },
  {
    reason: 'An error of 0 is a line of the log, and records nothing.',
    mutants: [
      /^(doGhostTask|doRestoreTask): (ignore-condition|off-by-one): ret<0/,
      /^ckptErr: (ignore-condition: err!==0|drop-call: yield\*lock)/,
      /^doRestoreCoord: (ignore-condition: ret<0 -> \(true\)|off-by-one: ret<0 -> .*) \(2\)$/,
    ],
  },
  {
    reason:
      'They have nothing to do with each other: an entry of the status list, the record of an error, the kill, the context of the coordinator. No task reads one to decide about the other.',
    mutants: [
      /^doRestoreCoord: swap-statements: yield\*restoreDebugError/,
      /^doRestoreCoord: swap-statements: if\(failed\)/,
    ],
  },
  {
    reason:
      'A root that is not there, or dead, counts 0 tasks in prepare: that is -ESRCH as well, or the NULL is dereferenced there. There is one namespace, so no task checks it.',
    mutants: [
      /^initRestartCtx: ((swap-statements|drop-check): if\(root===NULL\)|drop-call: )oops/,
      /^initRestartCtx: (swap-statements|drop-check): if\(!taskNsproxy\(root\)\)/,
      /^initRestartCtx: (swap-statements|drop-assignment): m\[ctx\+ROOT_NSPROXY\]=1;/,
      /^prepareDescendants: off-by-one: nrPids<0/,
    ],
  },
  {
    reason: 'The sum of a walk that failed is thrown away, and so is the total of a restart that fails.',
    mutants: [
      /^prepareDescendants: swap-statements: if\(ret<0\)\{nrPids=ret;break\} <-> nrPids\+=ret/,
      /^prepareDescendants: swap-statements: if\(variant\.series\?nrPids</,
    ],
  },
  {
    reason: 'Behind the last task there is no other, and what lies there has no context.',
    mutants: [/^nextOfAll: off-by-one/],
  },
  {
    reason:
      'A number of tasks that is no number of tasks is refused three times: as such, by its size in bytes, and by the length of what is there. All return -EINVAL, before any task is touched.',
    mutants: [
      /^restoreReadTree: (swap-statements|drop-check|off-by-one): .*(world\.nrSaved<=0|sizeOfPidsArr|isLengthOfPids)/,
    ],
  },
  {
    reason: 'Only the code that frees the array checks that it exists; its end is given by the number of pids.',
    mutants: [/^restoreReadTree: (drop-assignment: m|swap-statements: if\(!\(yield\*kmalloc.* <-> m)\[ctx\+PIDS_ARR\]/],
  },
  {
    reason: 'Objects are counted from the header, which is number 0 and never the one that is asked for here.',
    mutants: [
      /^restoreRead(Tree|Tail): off-by-one: (h|buffer)<0/,
      /^(endRestore|ckptReadObjType): off-by-one: h<0/,
      /^restoreTask: off-by-one: h>=0/,
    ],
  },
  {
    reason: 'A task that has no entry in the status list leaves before it gets here.',
    mutants: [/^restoreDebugRunning: ignore-condition: yield\*restoreDebugGetme/],
  },
  {
    reason:
      'A dead task that keeps its checkpoint_ctx is woken, or sent SIGKILL, to no effect: see the repair dead-let-go in docs/variants.md.',
    mutants: [/^exitCheckpoint: drop-call: yield\*storeCheckpointCtx/],
  },
  {
    reason:
      'In the patch alone no task has PF_RESTARTING; in the series both statements end in a kernel BUG, or neither.',
    mutants: [/^exitCheckpoint: (drop-call: yield\*restoreActivateNext|swap-statements: if\(!variant\.ghostsMayFail)/],
  },
  {
    reason:
      'No damage that a scenario can name puts another object where the pids should be: what is truncated ends the stream, what is corrupt fails to be read.',
    mutants: [/^restoreReadTree: one-side: world\.objects\[buffer\]/],
  },
  {
    reason:
      'On its way out a task holds a second reference, its flags are read by exit_checkpoint() of a task that still has a context only, and a SIGKILL waits for the way to user space: nothing comes between.',
    mutants: [
      /^doRestoreTask: swap-statements: (yield\*restoreDebug|if\(ret<0\)yield|m\[current\+FLAGS\]|yield\*clearTaskCtx)/,
      /^doRestoreTask: drop-assignment: m\[current\+FLAGS\]&=~PF_RESTARTING/,
      /^doGhostTask: swap-statements: (if\(ret>=0\)|yield\*restoreDebug|if\(ret<0\)yield|m\[current\+FLAGS\]\|=SELF)/,
      /^restoreInTurn: swap-statements: (if\(ret<0\)return ret; <-> )?if\(variant\.series\)m\[current\+FLAGS\]\|=PF_RESTARTING/,
    ],
  },
  {
    reason: 'How a ghost ended does not tell which task reaps it: a zombie has `exited`, too.',
    mutants: [/^doGhostTask: drop-assignment: m\[current\+FLAGS\]\|=SELF_REAPING/],
  },
  {
    reason:
      'A ghost that is Running or Failed when it exits is told from one that has Exited by people only: both are ends.',
    mutants: [/^doGhostTask: drop-call: yield\*restoreDebugExit/],
  },
  {
    reason:
      'A task whose wait for a context was interrupted is killed, with whatever errno: it has no context to record the errno in, and no caller gets it.',
    mutants: [/^waitCheckpointCtx: (swap-statements|ignore-result|drop-check: if\(ret<0\)|other-errno)/],
  },
  {
    reason: 'A group of one counts itself down; and a task that finds the count set does not set it again.',
    mutants: [
      /^waitSyncThreads: one-side: variant\.threadsApart/,
      /^waitSyncThreads: ignore-condition: \(yield\*load\(leader,RESTART_COUNT\)\)===0/,
    ],
  },
  {
    reason:
      'The context is freed by its last reference, of a restart, and in no other way, so the checks of ckpt_ctx_free() always hold. A NULL is never asked for a reference.',
    mutants: [/^ckptCtxFree: /, /^ckptCtxGet: ignore-condition/, /^ckptCtxAlloc: swap-statements/],
  },
  {
    reason: 'Where a step begins, and what finds a use after free, is the model and not the protocol.',
    mutants: [/^(ckptKread|decide): (swap-statements|drop-call): .*(yield touch|live)\(/],
  },
  {
    reason:
      'A woken task waits for the event before it reads the errno, and checks the flag, which is set: the order of the two, and of the woken tasks, makes no difference. There is no checkpoint that would not notify.',
    mutants: [/^ckptSetError: (swap-statements|ignore-condition): /, /^restoreNotifyError: swap-statements/],
  },
  {
    reason: 'A task that asks for the errno has seen ERROR, and the task that set ERROR fires the event.',
    mutants: [/^ckptSetSuccess: drop-call: yield\*completeAll/],
  },
  {
    reason: 'It only says what is seen: nothing of the protocol depends on it.',
    mutants: [
      /^ckptSetSuccess: (swap-statements|ignore-condition|negate-condition|drop-check)/,
      /^decide: (swap-statements: m|ignore-condition: flag)/,
      /^initCtx: drop-assignment: m\[ctx\+OWNER\]/,
    ],
  },
  {
    reason: 'No other task can see the context yet.',
    mutants: [/^initCtx: swap-statements/],
  },
  {
    reason: 'What lies behind the end of the stream is of no kind, and that is -EINVAL as well.',
    mutants: [/^nextObject: .*(at>=world\.objects\.length|-EINVAL -> \(0\))/],
  },
  {
    reason:
      'There are as many turns as records, and a task that hands over has read one: active_pid never gets past nr_pids. And what counts below zero is a kernel BUG before and after.',
    mutants: [
      /^handOverTurn: (drop-check: if\(active>|drop-call: oops)/,
      /^restoreActivateNext: (swap-statements: if\(\(yield\*load\(ctx,ACTIVE_PID|drop-check: if\(\(yield\*load\(ctx,ACTIVE_PID|drop-call: oops)/,
      /^restoreTaskDone: swap-statements: if\(last\)/,
    ],
  },
  {
    reason:
      'Under hardened only named tasks wait for a turn, and they no longer check when all turns are over. No task has the pid 1.',
    mutants: [
      /^getActivePid: swap-statements/,
      /^getActivePid: off-by-one: active>=m\[ctx\+NR_PIDS\] -> [^ ]+ > [^ ]+$/,
      /^getActivePid: other-return: 0 -> \(1\)$/,
    ],
  },
  {
    reason:
      'The waits of a restart are interrupted with -ERESTARTSYS; the other three come from elsewhere in the kernel.',
    mutants: [/^doRestart: one-side: ret===-512/],
  },
  {
    reason:
      'A reader that accepts an object of the wrong type leaves one too few for the tail, and the end of the stream is -EINVAL as well.',
    mutants: [/^ckptReadObjType: drop-check: if\(world\.objects\[h\]!==type\)/],
  },
  {
    reason: 'The state is set again before the list can be printed.',
    mutants: [
      /^doGhostTask: (swap-statements: m\[current\+FLAGS\]\|=PF_RESTARTING|drop-call: yield\*restoreDebug(Running|Error))/,
      /^restoreInTurn: swap-statements: if\(ret<0\)return ret; <-> yield\*restoreDebugRunning/,
      /^claimRestart: (swap-statements: |drop-call: )yield\*restoreDebugRunning/,
    ],
  },
];
