/** Which scenario of the suite tells each variant from the protocol that it is made of, and by which property. */

/** By protocol: a scenario that holds under the whole one, and how it tells. */
export const TOLD: Readonly<Record<string, readonly [scenario: string, by: string]>> = {
  'hardened-error-semaphore': [
    'zombies-and-ghosts/ghosts.yaml#A restart that fails wakes its ghosts',
    'waits-are-interruptible',
  ],
  'hardened-reads-go-on': [
    'flags/frozen.yaml#A restart that has failed does not freeze the tree',
    'failure-kills-marked',
  ],
  'hardened-late-completion': [
    'missing/exits.yaml#A task that exits instead of calling restart fails it with ESRCH',
    'errors-wake-all-waiters',
  ],
  'hardened-context-taken-off': [
    'zombies-and-ghosts/zombies.yaml#The child of a zombie is restored although its parent exits',
    'coordinator-ends-cleanly',
  ],
  'hardened-survivors': [
    'missing/absent.yaml#SIGINT ends a restart that would block indefinitely',
    'failure-kills-marked',
  ],
  'hardened-strangers-welcome': [
    'permissions/strangers.yaml#Restart fails with EPERM when a descendant may not be attached to [protocol=hardened]',
    'only-eligible-tasks-marked',
  ],
  'hardened-threads-apart': [
    'threads/failures.yaml#A thread that exits fails the restart with ESRCH',
    'threads-wait-for-group',
  ],
  'bogus-root': [
    'bogus-pids/as-the-argument.yaml#Restart fails with ESRCH when the pid argument names no child of the caller [pid=999]',
    'no-kernel-defect',
  ],
  'hardened-own-error': [
    'zombies-and-ghosts/a-ghost-interrupted.yaml#A signal to a ghost fails the restart with EINTR while the ghost waits',
    'first-error-reported',
  ],
  'hardened-fork-race': [
    'fork/a-child-that-leaves.yaml#A forked child that exits with the context fails the restart with ESRCH',
    'children-inherit-context',
  ],
  'hardened-last-error': [
    'missing/absent.yaml#SIGINT ends a restart that would block indefinitely',
    'first-error-reported',
  ],
  'bogus-pids': [
    'bogus-pids/in-the-image.yaml#Restart fails with ESRCH wherever the image has the bogus pid [first=998, protocol=series]',
    'coordinator-ends-cleanly',
  ],
  'hardened-never-frozen': ['flags/frozen.yaml#FROZEN leaves every task frozen', 'no-task-left-waiting'],
  'hardened-value-for-all': [
    'healthy/everyone-comes-back.yaml#Every task of a healthy tree is restored and resumes [tasks=1]',
    'first-error-reported',
  ],
  'hardened-raw-codes': [
    'missing/absent.yaml#SIGINT ends a restart that would block indefinitely',
    'no-erestart-returned',
  ],
  'hardened-self-service': [
    'threads/failures.yaml#A thread that exits fails the restart with ESRCH',
    'coordinator-ends-cleanly',
  ],
  'hardened-deaf-coordinator': [
    'signals/sigkill.yaml#A marked child is killed although the death of the root reparented it to init',
    'first-error-reported',
  ],
  'hardened-early-root': [
    'fork/clone-parent.yaml#A sibling of the root takes no part in the restart',
    'turns-in-order',
  ],
  'hardened-no-sync-3': [
    'healthy/everyone-comes-back.yaml#Every task of a healthy tree is restored and resumes [tasks=1]',
    'no-task-resumes-early',
  ],
  'hardened-kept-context': ['zombies-and-ghosts/ghosts.yaml#A restart that fails wakes its ghosts', 'context-released'],

  'hardened-without-context-is-awaited': [
    'signals/any-moment.yaml#A signal at any moment fails the whole restart with EINTR, or does not affect it [target=100]',
    'no-task-left-waiting',
  ],
  'hardened-without-turn-is-handed-over': [
    'healthy/everyone-comes-back.yaml#Every task of a healthy tree is restored and resumes [tasks=1]',
    'expectation',
  ],
  'hardened-without-turn-is-awaited': [
    'signals/to-a-task.yaml#A signal to a task that waits for its turn fails the restart with EINTR [signal=SIGTERM, at=sync-2]',
    'restores-in-order',
  ],
  'hardened-without-sync-is-awaited': [
    'signals/two-at-once.yaml#A fault that waits for another one fires after it',
    'no-task-resumes-early',
  ],
  'hardened-without-one-decision': [
    'signals/sigkill.yaml#A marked child is killed although the death of the root reparented it to init',
    'first-error-reported',
  ],
  'hardened-without-living-are-counted': [
    'threads/incomplete-groups.yaml#A thread group does not wait for a leader that has exited',
    'coordinator-ends-cleanly',
  ],
  'hardened-without-dead-are-missed': [
    'missing/exits.yaml#A task that exits instead of calling restart fails it with ESRCH',
    'coordinator-ends-cleanly',
  ],
  'hardened-without-kill-all-marked': [
    'missing/absent.yaml#SIGINT ends a restart that would block indefinitely',
    'failure-kills-marked',
  ],
  'hardened-without-ghosts-may-fail': [
    'zombies-and-ghosts/a-ghost-interrupted.yaml#A signal to a ghost fails the restart with EINTR while the ghost waits',
    'no-kernel-defect',
  ],
  'hardened-without-debug-tells-ends': [
    'debug/status-list.yaml#The status list shows a zombie as Exited',
    'debug-list-complete',
  ],
  'hardened-without-fork-puts-back': [
    'fork/that-fails.yaml#A failing fork does not leak a reference to the context',
    'context-freed-once',
  ],
  'hardened-without-foreigners-are-refused': [
    'fork/into-the-restart.yaml#A child forked during the restart fails it with ESRCH',
    'coordinator-ends-cleanly',
  ],
  'hardened-without-pids-are-read': [
    'image-damage/number-of-tasks.yaml#Restart refuses a number of tasks for which pids_arr takes more bytes than an int can hold',
    'no-kernel-defect',
  ],
  'hardened-without-pids-are-distinct': [
    'bogus-pids/named-twice.yaml#Restart fails with EINVAL on an image that names a pid twice',
    'expectation',
  ],
  'hardened-without-debug-without-memory': [
    'memory/allocations.yaml#Restart fails with ENOMEM when any allocation of the debug build fails',
    'no-kernel-defect',
  ],
  'hardened-without-checked-sum': [
    'fork/a-child-that-leaves.yaml#Restart blocks interruptibly when a forked child never calls restart',
    'expectation',
  ],
};

/** Protocols that nobody can tell in the model, and why. */
export const UNOBSERVABLE: Readonly<Record<string, string>> = {
  'hardened-without-dead-let-go':
    'a dead task that keeps its checkpoint_ctx is woken, or sent SIGKILL, to no effect; its death has been recorded as an error or counted as done by then. It would matter where the memory of the context is used again.',
};
