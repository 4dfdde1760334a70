/** How the scheduler treats a thread. */
import type { Kind } from './kind.ts';

const POLICIES: Readonly<Record<string, string>> = {
  0: 'SCHED_OTHER',
  1: 'SCHED_FIFO',
  2: 'SCHED_RR',
  3: 'SCHED_BATCH',
  5: 'SCHED_IDLE',
  6: 'SCHED_DEADLINE',
  7: 'SCHED_EXT',
};

export const scheduling: Kind = {
  of: 'thread',
  changes: false,
  read: (thread) => ({
    nice: thread.stat(19),
    'scheduling policy': POLICIES[thread.stat(41)] ?? thread.stat(41),
    'real-time priority': thread.stat(40),
    'CPU affinity': thread.status('Cpus_allowed_list'),
    'NUMA nodes': thread.status('Mems_allowed_list'),
  }),
};
