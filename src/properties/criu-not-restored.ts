/** State that a restore by CRIU does not bring back as it was, by design: each kind with the place that says so. */

export interface NotRestored {
  /** The names of facts. */
  readonly fact: RegExp;
  readonly why: string;
  readonly source: string;
}

export const NOT_RESTORED: readonly NotRestored[] = [
  {
    fact: /^(namespace time(_for_children)?|clock offsets)$/,
    why: 'restored tasks are in a time namespace of their own, whose offsets let CLOCK_MONOTONIC and CLOCK_BOOTTIME continue from the dump',
    source: 'criu/timens.c; criu(8), --timens',
  },
  {
    fact: /^unread events of open file /,
    why: 'events that an inotify has not delivered are dropped, which the log of the dump says',
    source: 'criu/fsnotify.c: "The 0x… inotify events will be dropped"',
  },
  {
    fact: /^datagrams of open file /,
    why: 'datagrams that wait in a UDP socket are dropped, which the log of the dump says',
    source: 'criu/sk-inet.c: "Read queue is dropped for socket"',
  },
];

/** Whether the state with this name need not be the same after a restore. */
export function isNotRestored(fact: string): boolean {
  return NOT_RESTORED.some((one) => one.fact.test(fact));
}
