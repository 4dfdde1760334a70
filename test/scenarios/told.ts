/** Which scenario of the suite tells each variant from the protocol that it is made of, and by which property. */

/** By protocol: a scenario that holds under the whole one, and how it tells. */
export const TOLD: Readonly<Record<string, readonly [scenario: string, by: string]>> = {
  'hardened-error-semaphore': [
    'zombies-and-ghosts/ghosts.yaml#A restart that fails wakes its ghosts',
    'waits-interruptibly',
  ],
  'hardened-reads-go-on': ['flags/frozen.yaml#A restart that has failed freezes nobody', 'failure-kills-marked'],
  'hardened-late-completion': [
    'missing/exits.yaml#A task that exits instead of calling restart',
    'errors-wake-everyone',
  ],
  'hardened-context-taken-off': [
    'zombies-and-ghosts/zombies.yaml#A zombie that has a child',
    'coordinator-ends-cleanly',
  ],
  'hardened-survivors': ['missing/absent.yaml#Ctrl-C ends a restart that would wait for good', 'failure-kills-marked'],
  'hardened-strangers-welcome': [
    'permissions/strangers.yaml#A stranger among the descendants [protocol=hardened]',
    'only-fit-tasks-marked',
  ],
  'hardened-threads-apart': ['threads/failures.yaml#A thread that exits is missed', 'threads-wait'],
  'bogus-root': ['bogus-pids/as-the-argument.yaml#The pid argument names no child [pid=999]', 'no-kernel-defect'],
  'hardened-own-error': [
    'zombies-and-ghosts/a-ghost-interrupted.yaml#A signal to a ghost at any moment',
    'first-error-reported',
  ],
  'hardened-fork-race': [
    'fork/a-child-that-leaves.yaml#A child that inherits the context and exits',
    'children-inherit',
  ],
  'hardened-last-error': ['missing/exits.yaml#A task that exits instead of calling restart', 'waits-interruptibly'],
  'bogus-pids': [
    'bogus-pids/in-the-image.yaml#A bogus pid in any place of the image [first=998, protocol=series]',
    'coordinator-ends-cleanly',
  ],
  'hardened-never-frozen': ['flags/frozen.yaml#FROZEN leaves everybody frozen', 'nobody-left-waiting'],
  'hardened-value-for-all': ['healthy/everyone-comes-back.yaml#Everyone comes back [tasks=1]', 'first-error-reported'],
  'hardened-raw-codes': ['missing/absent.yaml#Ctrl-C ends a restart that would wait for good', 'no-restart-code'],
  'hardened-self-service': ['threads/failures.yaml#A thread that exits is missed', 'coordinator-ends-cleanly'],
  'hardened-deaf-coordinator': ['signals/sigkill.yaml#SIGKILL to the root at any moment', 'first-error-reported'],
  'hardened-early-root': ['fork/clone-parent.yaml#A sibling of the root is not in the restart', 'turns-in-order'],
  'hardened-no-sync-3': ['healthy/everyone-comes-back.yaml#Everyone comes back [tasks=1]', 'nobody-resumes-early'],
  'hardened-kept-context': ['zombies-and-ghosts/ghosts.yaml#A restart that fails wakes its ghosts', 'context-released'],

  'hardened-without-context-is-awaited': [
    'signals/any-moment.yaml#A signal at any moment of the restart [whom=100]',
    'nobody-left-waiting',
  ],
  'hardened-without-turn-is-handed-over': [
    'healthy/everyone-comes-back.yaml#Everyone comes back [tasks=1]',
    'expectation',
  ],
  'hardened-without-turn-is-awaited': [
    'signals/to-a-task.yaml#A signal while a task waits for its turn [signal=SIGTERM, at=sync-2]',
    'restores-in-order',
  ],
  'hardened-without-sync-is-awaited': [
    'signals/two-at-once.yaml#The second signal comes after the first',
    'nobody-resumes-early',
  ],
  'hardened-without-one-decision': ['signals/sigkill.yaml#SIGKILL to the root at any moment', 'first-error-reported'],
  'hardened-without-living-are-counted': [
    'threads/incomplete-groups.yaml#A leader that has exited is not waited for',
    'coordinator-ends-cleanly',
  ],
  'hardened-without-dead-are-missed': [
    'missing/exits.yaml#A task that exits instead of calling restart',
    'coordinator-ends-cleanly',
  ],
  'hardened-without-kill-all-marked': [
    'missing/absent.yaml#Ctrl-C ends a restart that would wait for good',
    'failure-kills-marked',
  ],
  'hardened-without-ghosts-may-fail': [
    'zombies-and-ghosts/a-ghost-interrupted.yaml#A signal to a ghost at any moment',
    'no-kernel-defect',
  ],
  'hardened-without-debug-tells-ends': ['debug/status-list.yaml#A zombie has Exited', 'debug-list-complete'],
  'hardened-without-fork-puts-back': [
    'fork/that-fails.yaml#A fork that fails gives back what it took',
    'context-freed-once',
  ],
  'hardened-without-foreigners-are-refused': [
    'fork/into-the-restart.yaml#A child forked before its parent calls restart',
    'coordinator-ends-cleanly',
  ],
  'hardened-without-pids-are-distinct': [
    'bogus-pids/named-twice.yaml#An image that names a pid twice is refused',
    'expectation',
  ],
  'hardened-without-debug-without-memory': [
    'memory/allocations.yaml#Any one allocation of the debug build fails, or none',
    'no-kernel-defect',
  ],
  'hardened-without-checked-sum': ['fork/a-child-that-leaves.yaml#A child that never calls restart', 'expectation'],
};

/** Protocols that nobody can tell in the model, and why. */
export const UNOBSERVABLE: Readonly<Record<string, string>> = {
  'hardened-without-dead-let-go':
    'a dead task that keeps its checkpoint_ctx is woken, or sent SIGKILL, to no effect; its death has been recorded as an error or counted as done by then. It would matter where the memory of the context is used again.',
};
