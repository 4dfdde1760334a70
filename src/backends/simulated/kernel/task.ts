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
export function task_number(task: number): number {
  return (task - world.firstTask) / world.taskWords;
}

/** task_pid_vnr() */
export function task_pid_vnr(task: number): number {
  return world.pid[task_number(task)]!;
}

/** Whether the task is in the pid hash: made, and not released yet. A zombie is. */
export function is_hashed(task: number): boolean {
  return m[task + STATE] !== UNBORN && (m[task + FLAGS]! & RELEASED) === 0;
}

/** find_task_by_pid_ns(); threads are found too. */
export function find_task_by_pid_ns(pid: number): number {
  const task = world.byPid(pid);
  return task !== NULL && is_hashed(task) ? task : NULL;
}

/** next_thread(): the next one of the group that is in it still. */
export function next_thread(task: number): number {
  let next = world.nextThread[task_number(task)]!;
  while (next !== task && !is_hashed(next)) next = world.nextThread[task_number(next)]!;
  return next;
}

/** thread_group_empty() */
export function thread_group_empty(task: number): boolean {
  return world.nextThread[task_number(task)] === task || next_thread(task) === task;
}

/** task->group_leader */
export function group_leader(task: number): number {
  return world.leader[task_number(task)]!;
}

/** task->signal, which the threads of a group share: its words are in the leader's task. */
export function task_signal(task: number): number {
  return group_leader(task);
}

/** ptrace_may_access(task, PTRACE_MODE_ATTACH) */
export function ptrace_may_access(task: number): boolean {
  return (m[task + FLAGS]! & STRANGER) === 0;
}

/** task_ptrace(): PT_PTRACED, or 0. */
export function task_ptrace(task: number): number {
  return m[task + FLAGS]! & PT_PTRACED;
}

/** task->exit_state: 0 for a task that lives. */
export function exit_state(task: number): number {
  return m[task + FLAGS]! & EXIT_STATE;
}

/** task_nsproxy(): 1 for a task that has a namespace proxy, 0 (NULL) after exit has taken it away. */
export function task_nsproxy(task: number): number {
  if (task === NULL) oops(NULL_DEREFERENCE);
  return exit_state(task) === 0 ? 1 : 0;
}

/** Puts a task at the end of its parent's list of children; threads are in none. */
export function link_child(parent: number, task: number): void {
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
export function unlink_child(task: number): void {
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

/** The task arrives at a point (../points.ts of the protocol); faults that wait for that become due. */
export function at(current: number, point: number): void {
  m[current + POINT] = point;
  note('point', current, point);
  const triggers = world.triggers[point]!;
  for (let i = 0; i < triggers.length; i++) {
    if (triggers[i]!.task === current) m[DUE]! |= 1 << triggers[i]!.fault;
  }
}
