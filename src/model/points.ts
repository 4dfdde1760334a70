/** The points of a restart that faults, records and reports name (docs/scenario-reference.md, "point"). */

export const COORDINATOR_POINTS = {
  header: 'reads the header and the container section of the image',
  tree: 'reads the number of tasks and their pids',
  root: 'looks for the root task among its children',
  claim: 'sets its own checkpoint_ctx; from here on a failure kills what was marked',
  prepare: 'marks the root and all descendants, and wakes them',
  activate: 'activates the first task of the image',
  wait: 'waits until all tasks have restored themselves, or for an error',
  tail: 'reads the tail of the image',
  freeze: 'freezes the tasks (FROZEN only)',
  out: 'decides: kills the tasks that it marked, or releases all',
  release: 'clears its own checkpoint_ctx and returns',
} as const;

export const TASK_POINTS = {
  'sync-1': 'waits until the coordinator has set its checkpoint_ctx',
  threads: 'waits for all threads of its group',
  'sync-2': 'waits for its turn, or for an error',
  restore: 'reads its own state from the image',
  next: 'activates the next task of the image (series)',
  done: 'counts itself as done',
  'sync-3': 'waits for success or error of the whole restart',
  resume: 'is on its way back to user space',
  exit: 'is dying',
} as const;

export type CoordinatorPoint = keyof typeof COORDINATOR_POINTS;
export type TaskPoint = keyof typeof TASK_POINTS;
export type Point = CoordinatorPoint | TaskPoint;

export const COORDINATOR_POINT_NAMES = Object.keys(COORDINATOR_POINTS) as CoordinatorPoint[];
export const TASK_POINT_NAMES = Object.keys(TASK_POINTS) as TaskPoint[];
