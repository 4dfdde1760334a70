/** For each variant, the scenario of the suite that detects it, and the property by which. */

/** By protocol: a scenario that passes without the variant, and the property that it violates with it. */
export const DETECTED: Readonly<Record<string, readonly [scenario: string, by: string]>> = {
  'hardened-error-event-is-semaphore': [
    'zombies-and-ghosts/ghosts.yaml#A restart that fails wakes its ghosts',
    'waits-are-interruptible',
  ],
  'hardened-reads-continue-after-error': [
    'flags/frozen.yaml#A restart that has failed does not freeze the tree',
    'failure-kills-marked',
  ],
  'hardened-complete-initialised-late': [
    'missing/exits.yaml#A task that exits instead of calling restart fails it with ESRCH',
    'errors-wake-all-waiters',
  ],
  'hardened-context-taken-off-task': [
    'zombies-and-ghosts/zombies.yaml#The child of a zombie is restored although its parent exits',
    'coordinator-ends-cleanly',
  ],
  'hardened-no-kill-on-failure': [
    'missing/absent.yaml#SIGINT ends a restart that would block indefinitely',
    'failure-kills-marked',
  ],
  'hardened-no-attach-check': [
    'permissions/strangers.yaml#Restart fails with EPERM when a descendant may not be attached to [protocol=hardened]',
    'only-eligible-tasks-marked',
  ],
  'hardened-no-thread-sync': [
    'threads/failures.yaml#A thread that exits fails the restart with ESRCH',
    'threads-wait-for-group',
  ],
  'no-root-check': [
    'bogus-pids/as-the-argument.yaml#Restart fails with ESRCH when the pid argument names no child of the caller [pid=999]',
    'no-kernel-defect',
  ],
  'hardened-coordinator-returns-own-error': [
    'zombies-and-ghosts/a-ghost-interrupted.yaml#A signal to a ghost fails the restart with EINTR while the ghost waits',
    'first-error-reported',
  ],
  'hardened-no-inherit-on-fork': [
    'fork/a-child-that-leaves.yaml#A forked child that exits with the context fails the restart with ESRCH',
    'children-inherit-context',
  ],
  'hardened-last-error-wins': [
    'missing/absent.yaml#SIGINT ends a restart that would block indefinitely',
    'first-error-reported',
  ],
  'hardened-no-check-of-next-pid': [
    'bogus-pids/in-the-image.yaml#Restart fails with ESRCH when the image has a bogus pid in place of a task that never calls restart',
    'coordinator-ends-cleanly',
  ],
  'hardened-no-frozen-flag': ['flags/frozen.yaml#FROZEN leaves every task frozen', 'no-task-left-waiting'],
  'hardened-coordinator-returns-saved-value': [
    'healthy/every-task-resumes.yaml#Every task of a healthy tree is restored and resumes [tasks=1]',
    'first-error-reported',
  ],
  'hardened-no-eintr-conversion': [
    'missing/absent.yaml#SIGINT ends a restart that would block indefinitely',
    'no-erestart-returned',
  ],
  'hardened-tasks-take-context': [
    'threads/failures.yaml#A thread that exits fails the restart with ESRCH',
    'coordinator-ends-cleanly',
  ],
  'hardened-coordinator-ignores-errors': [
    'signals/sigkill.yaml#A marked child is killed although the death of the root reparented it to init',
    'first-error-reported',
  ],
  'hardened-root-starts-early': [
    'fork/clone-parent.yaml#A sibling of the root takes no part in the restart',
    'turns-in-order',
  ],
  'hardened-no-third-sync-point': [
    'healthy/every-task-resumes.yaml#Every task of a healthy tree is restored and resumes [tasks=1]',
    'no-task-resumes-early',
  ],
  'hardened-context-kept-on-failure': [
    'zombies-and-ghosts/ghosts.yaml#A restart that fails wakes its ghosts',
    'context-released',
  ],

  'hardened-without-wait-for-context-killable': [
    'signals/any-moment.yaml#A signal at any moment fails the whole restart with EINTR, or does not affect it [target=100]',
    'no-task-left-waiting',
  ],
  'hardened-without-look-up-next-before-activation': [
    'healthy/every-task-resumes.yaml#Every task of a healthy tree is restored and resumes [tasks=1]',
    'expectation',
  ],
  'hardened-without-fail-on-interrupted-turn': [
    'signals/to-a-task.yaml#A signal to a task that waits for its turn fails the restart with EINTR [signal=SIGTERM, at=sync-2]',
    'restores-in-order',
  ],
  'hardened-without-wait-for-sync-killable': [
    'signals/two-at-once.yaml#A fault that waits for another one fires after it',
    'no-task-resumes-early',
  ],
  'hardened-without-success-excludes-error': [
    'signals/sigkill.yaml#A marked child is killed although the death of the root reparented it to init',
    'first-error-reported',
  ],
  'hardened-without-count-living-threads': [
    'threads/incomplete-groups.yaml#A thread group does not wait for a leader that has exited',
    'coordinator-ends-cleanly',
  ],
  'hardened-without-fail-on-task-death': [
    'missing/exits.yaml#A task that exits instead of calling restart fails it with ESRCH',
    'coordinator-ends-cleanly',
  ],
  'hardened-without-kill-by-context': [
    'missing/absent.yaml#SIGINT ends a restart that would block indefinitely',
    'failure-kills-marked',
  ],
  'hardened-without-ghosts-not-counted-on-error': [
    'zombies-and-ghosts/a-ghost-interrupted.yaml#A signal to a ghost fails the restart with EINTR while the ghost waits',
    'no-kernel-defect',
  ],
  'hardened-without-status-list-shows-ends': [
    'debug/status-list.yaml#The status list shows a zombie as Exited',
    'debug-list-complete',
  ],
  'hardened-without-inherit-when-fork-succeeds': [
    'fork/that-fails.yaml#A failing fork does not leak a reference to the context',
    'context-freed-once',
  ],
  'hardened-without-refuse-unnamed-tasks': [
    'fork/into-the-restart.yaml#A child forked during the restart fails it with ESRCH',
    'coordinator-ends-cleanly',
  ],
  'hardened-without-keep-nr-pids-once-read': [
    'image-damage/number-of-tasks.yaml#Restart refuses a number of tasks for which pids_arr takes more bytes than an int can hold',
    'no-kernel-defect',
  ],
  'hardened-without-refuse-duplicate-pids': [
    'bogus-pids/named-twice.yaml#Restart fails with EINVAL on an image that names a pid twice',
    'expectation',
  ],
  'hardened-without-debug-checks-null': [
    'memory/allocations.yaml#Restart fails with ENOMEM when any allocation of the debug build fails',
    'no-kernel-defect',
  ],
  'hardened-without-count-forked-children': [
    'fork/a-child-that-leaves.yaml#Restart blocks interruptibly when a forked child never calls restart',
    'expectation',
  ],
};

/** Protocols with no observable difference in the model, and why. */
export const UNOBSERVABLE: Readonly<Record<string, string>> = {
  'hardened-without-clear-context-on-exit':
    'a dead task that keeps its checkpoint_ctx is woken, or sent SIGKILL, to no effect; its death has been recorded as an error or counted as done by then. It would matter where the memory of the context is used again.',
};
