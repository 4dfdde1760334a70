/** The task tree of a case, for those who draw it with states of their own. Runs in a browser too. */
import type { Case, Task, Who } from '../../src/model/case.ts';

export interface TreeNode {
  readonly pid: number;
  readonly task?: Task;
}

/** Children by parent, threads below their leader; tasks that a fault forked, and all when there is no case, below the coordinator. */
export function childrenOf(c: Case | undefined, lanes: readonly Who[]): Map<Who, TreeNode[]> {
  const below = new Map<Who, TreeNode[]>();
  const add = (above: Who, node: TreeNode) => {
    const list = below.get(above);
    if (list) list.push(node);
    else below.set(above, [node]);
  };
  const known = new Set<number>();
  for (const task of c?.tasks ?? []) {
    known.add(task.pid);
    add(task.leader === task.pid ? task.parent : task.leader, { pid: task.pid, task });
  }
  for (const who of lanes) if (typeof who === 'number' && !known.has(who)) add('coordinator', { pid: who });
  return below;
}
