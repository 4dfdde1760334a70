/** Walks over tasks. They take the task list lock; a function that is given the running task and the next one is called for each. */
import type { Steps } from './access.ts';
import { CHILDREN, NULL, PARENT, SIBLING } from './layout.ts';
import { read_lock_tasklist, read_unlock_tasklist } from './lock.ts';
import { m, NULL_DEREFERENCE, oops, world } from './memory.ts';
import { group_leader, next_thread, task_number } from './task.ts';

type Visit = (current: number, task: number, data: number) => Steps<number>;

/** The first task of a subtree: its root, whatever state it is in. */
export function first_in_subtree(root: number): number {
  if (root === NULL) oops(NULL_DEREFERENCE);
  return root;
}

/** The task after this one in walk_task_subtree(): a task, its children (deep), then its next thread; NULL at the end. */
export function next_in_subtree(root: number, task: number): number {
  if (m[task + CHILDREN] !== NULL) return m[task + CHILDREN]!;
  for (;;) {
    const leader = group_leader(task);
    const next = next_thread(task);
    if (next !== task && next !== leader) return next;
    if (leader === group_leader(root)) return NULL;
    if (m[leader + SIBLING] !== NULL) return m[leader + SIBLING]!;
    task = m[leader + PARENT]!;
    if (task === NULL) return NULL;
  }
}

/** walk_task_subtree(): the sum of what `func` returns for each task, or its first negative result, which ends the walk. */
export function* walk_task_subtree(current: number, root: number, func: Visit, data: number): Steps<number> {
  let total = 0;
  yield* read_lock_tasklist();
  for (let task = first_in_subtree(root); task !== NULL; task = next_in_subtree(root, task)) {
    const ret = yield* func(current, task, data);
    if (ret < 0) {
      total = ret;
      break;
    }
    total += ret;
  }
  read_unlock_tasklist();
  return total;
}

/** The task after this one among all of the namespace, in whatever subtree it is by now; the first after NULL. */
export function next_of_all(task: number): number {
  const next = task === NULL ? world.firstTask : task + world.taskWords;
  return task_number(next) < world.nrTasks ? next : NULL;
}

/** Every task of the namespace but the running one. */
export function* walk_all_tasks(current: number, func: Visit, data: number): Steps {
  yield* read_lock_tasklist();
  for (let task = next_of_all(NULL); task !== NULL; task = next_of_all(task)) {
    if (task !== current) yield* func(current, task, data);
  }
  read_unlock_tasklist();
}
