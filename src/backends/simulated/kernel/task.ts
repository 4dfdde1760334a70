/** Tasks: finding them, their threads, their place in the tree. Plain look-ups; the caller holds what must be held. */
import {
  CHILDREN,
  DUE,
  EXIT_STATE,
  FLAGS,
  NULL,
  PARENT,
  POINT,
  PT_PTRACED,
  RELEASED,
  SIBLING,
  STATE,
  STRANGER,
  UNBORN,
} from './layout.ts';
import { m, NULL_DEREFERENCE, note, oops, world } from './memory.ts';

/** The number of a task: its place in the world's arrays. */
export function numberOf(task: number): number {
  return (task - world.firstTask) / world.taskWords;
}

/** task_pid_vnr() */
export function taskPidVnr(task: number): number {
  return world.pid[numberOf(task)]!;
}

/** Whether the task is in the pid hash: made, and not released yet. A zombie is. */
export function isHashed(task: number): boolean {
  return m[task + STATE] !== UNBORN && (m[task + FLAGS]! & RELEASED) === 0;
}

/** find_task_by_pid_ns(); threads are found too. */
export function findTaskByPidNs(pid: number): number {
  const task = world.byPid(pid);
  return task !== NULL && isHashed(task) ? task : NULL;
}

/** next_thread(): the next one of the group that is in it still. */
export function nextThread(task: number): number {
  let next = world.nextThread[numberOf(task)]!;
  while (next !== task && !isHashed(next)) next = world.nextThread[numberOf(next)]!;
  return next;
}

/** How many other threads the group has. */
export function countOtherThreads(task: number): number {
  let nr = 0;
  for (let p = nextThread(task); p !== task; p = nextThread(p)) nr++;
  return nr;
}

/** How many other threads of the group live; a leader that has exited stays in it as long as they do. */
export function countOtherLivingThreads(task: number): number {
  let nr = 0;
  for (let p = nextThread(task); p !== task; p = nextThread(p)) if (!isZombie(p)) nr++;
  return nr;
}

/** thread_group_empty() */
export function threadGroupEmpty(task: number): boolean {
  return world.nextThread[numberOf(task)] === task || nextThread(task) === task;
}

export function groupLeader(task: number): number {
  return world.leader[numberOf(task)]!;
}

/** ptrace_may_access(task, PTRACE_MODE_ATTACH) */
export function ptraceMayAccess(task: number): boolean {
  return (m[task + FLAGS]! & STRANGER) === 0;
}

/** task_ptrace(task) & PT_PTRACED */
export function isTraced(task: number): boolean {
  return (m[task + FLAGS]! & PT_PTRACED) !== 0;
}

export function isZombie(task: number): boolean {
  return (m[task + FLAGS]! & EXIT_STATE) !== 0;
}

/** Whether the task has a namespace proxy: exit takes it away. */
export function taskNsproxy(task: number): boolean {
  return !isZombie(task);
}

/** The child (a group leader) with this pid in the list of the task's own children; NULL for none. */
export function findChild(parent: number, pid: number): number {
  for (let task = m[parent + CHILDREN]!; task !== NULL; task = m[task + SIBLING]!) {
    if (taskPidVnr(task) === pid) return task;
  }
  return NULL;
}

/** Puts a task at the end of its parent's list of children; threads are in none. */
export function linkChild(parent: number, task: number): void {
  m[task + PARENT] = parent;
  m[task + SIBLING] = NULL;
  if (parent === NULL) return;
  let last = m[parent + CHILDREN]!;
  if (last === NULL) {
    m[parent + CHILDREN] = task;
    return;
  }
  while (m[last + SIBLING] !== NULL) last = m[last + SIBLING]!;
  m[last + SIBLING] = task;
}

/** Takes a task out of its parent's list of children. */
export function unlinkChild(task: number): void {
  const parent = m[task + PARENT]!;
  if (parent !== NULL) {
    if (m[parent + CHILDREN] === task) m[parent + CHILDREN] = m[task + SIBLING]!;
    else {
      let before = m[parent + CHILDREN]!;
      while (before !== NULL && m[before + SIBLING] !== task) before = m[before + SIBLING]!;
      if (before !== NULL) m[before + SIBLING] = m[task + SIBLING]!;
    }
  }
  m[task + PARENT] = NULL;
  m[task + SIBLING] = NULL;
}

/** The task at which walk_task_subtree() begins: it is looked at, whatever it is. */
export function subtreeOf(root: number): number {
  if (root === NULL) oops(NULL_DEREFERENCE);
  return root;
}

/**
 * The task after this one in walk_task_subtree(): a task, its children (deep), then its next thread; NULL at the end.
 */
export function nextInSubtree(root: number, task: number): number {
  if (m[task + CHILDREN] !== NULL) return m[task + CHILDREN]!;
  for (;;) {
    const leader = groupLeader(task);
    const next = nextThread(task);
    if (next !== task && next !== leader) return next;
    if (leader === groupLeader(root)) return NULL;
    if (m[leader + SIBLING] !== NULL) return m[leader + SIBLING]!;
    task = m[leader + PARENT]!;
    if (task === NULL) return NULL;
  }
}

/** The task arrives at a point of the protocol; faults that wait for that become due. */
export function at(current: number, point: number): void {
  m[current + POINT] = point;
  note('point', current, point);
  const triggers = world.triggers[point]!;
  for (let i = 0; i < triggers.length; i++) {
    if (triggers[i]!.task === current) m[DUE]! |= 1 << triggers[i]!.fault;
  }
}
