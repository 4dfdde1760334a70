/** The task tree of a case, for views that draw it with states of their own. Runs in a browser too. */
import type { Case, Task, TaskId } from '../../src/model/case.ts';

export interface TreeNode {
  readonly pid: number;
  readonly task?: Task;
}

/** Children by parent, threads below their leader; tasks that a fault forked, and all when there is no case, below the coordinator. */
export function groupChildren(c: Case | undefined, lanes: readonly TaskId[]): Map<TaskId, TreeNode[]> {
  const below = new Map<TaskId, TreeNode[]>();
  const add = (above: TaskId, node: TreeNode) => {
    const list = below.get(above);
    if (list) list.push(node);
    else below.set(above, [node]);
  };
  const known = new Set<number>();
  for (const task of c?.tasks ?? []) {
    known.add(task.pid);
    add(task.leader === task.pid ? task.parent : task.leader, { pid: task.pid, task });
  }
  for (const id of lanes) if (typeof id === 'number' && !known.has(id)) add('coordinator', { pid: id });
  return below;
}
