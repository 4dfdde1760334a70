/** Changes of expectations that change nothing, each with the reason. A test finds out when one of them does. */

export interface Equivalent {
  /** `file#scenario`; any when undefined. */
  readonly scenario?: string;
  readonly change: RegExp;
  /** Only for a task that waits in some run. */
  readonly waits?: true;
  readonly reason: string;
}

export const EQUIVALENT: readonly Equivalent[] = [
  {
    change: /^left-waiting: with \d+$/,
    waits: true,
    reason:
      'the task is left waiting in some run: the list says what is true, as the line of the task or violates does',
  },
  {
    scenario: 'ptrace/attached-in-the-middle.yaml#A tracer that attaches at any moment fails the restart, or blocks it',
    change: /^left-waiting: without 100$/,
    reason: 'the line of task 100 says that it may be waiting; the list has it for the reader',
  },
  {
    scenario: 'signals/stop.yaml#SIGSTOP to a task interrupts the restart, or blocks it while the task is stopped',
    change: /^left-waiting: without 100$/,
    reason: 'the line of task 100 says that it may be waiting; the list has it for the reader',
  },
  {
    scenario:
      'ptrace/attached-in-the-middle.yaml#A tracer that attaches at sync point 2 makes the task restore itself out of turn',
    change: /^left-waiting: without 101$/,
    reason:
      'no-task-left-waiting is violated by others as well; the list is for other protocols, where 101 alone waits',
  },
  {
    scenario: 'bogus-pids/a-dead-root.yaml#Restart fails with ESRCH when the root has exited',
    change: /^tasks\.100: exited -> untouched$/,
    reason: 'a task that had exited before any task called restart is both',
  },
  {
    scenario:
      'bogus-pids/not-of-this-restart.yaml#Restart fails with ESRCH when the image names a task that has exited',
    change: /^tasks\.101: exited -> untouched$/,
    reason: 'a task that had exited before any task called restart is both',
  },
  {
    scenario: 'zombies-and-ghosts/the-dead.yaml#prepare does not count a task that has already exited',
    change: /^tasks\.101: exited -> untouched$/,
    reason: 'a task that had exited before any task called restart is both',
  },
  {
    scenario: 'signals/to-a-task.yaml#A signal ends the wait of a task that no coordinator marks',
    change: /^tasks\.100: waiting at sync-1 -> /,
    reason: 'it is so under hardened, which the scenario does not name: the whole suite is run under it, too',
  },
  {
    scenario: 'signals/to-a-task.yaml#A task out of turn reads between the two objects of another record',
    change: /^coordinator: EINTR -> /,
    reason: 'it is so under hardened, which the scenario does not name: the whole suite is run under it, too',
  },
];
