/** The tasks of a case that take part in its restart; worked out once for each case. */
import { type Case, RESTART_FLAGS, type Task, type TaskId } from '../model/case.ts';
import type { Actor } from '../record/record.ts';

export interface Tree {
  /** The caller restarts itself: the tree's root is the caller, and goes by the name `coordinator`. */
  readonly taskself: boolean;
  readonly frozen: boolean;
  /** The task to be restarted with all that descends from it; undefined when the call's pid names no child of the coordinator. */
  readonly root: TaskId | undefined;
  readonly tasks: ReadonlyMap<number, Task>;
  /**
   * The root and its descendants as user space made them, without strangers, and without tasks that are in a restart of
   * their own and what descends from those. TASKSELF: the caller alone.
   */
  readonly inside: ReadonlySet<Actor>;
  /** Tasks that are in a restart of their own, and their descendants: what they have is another context. */
  readonly elsewhere: ReadonlySet<Actor>;
  /** `pids_arr` as the coordinator reads it: the tasks to restore, in this order. */
  readonly pids: readonly number[];
  /** For each pid its first place in `pids`. */
  readonly placeOf: ReadonlyMap<number, number>;
  /** Thread groups of more than one, by their leader. */
  readonly groups: ReadonlyMap<number, readonly Task[]>;
}

const trees = new WeakMap<Case, Tree>();

/** The tree of a case. */
export function readTree(c: Case): Tree {
  let tree = trees.get(c);
  if (!tree) {
    tree = makeTree(c);
    trees.set(c, tree);
  }
  return tree;
}

/** The actor of an event: the caller of a TASKSELF restart is the coordinator, under either of its names. */
export function identify<A extends Actor>(c: Case, actor: A): A | 'coordinator' {
  if (typeof actor !== 'number') return actor;
  const tree = readTree(c);
  if (actor === c.restart.coordinatorPid && !tree.tasks.has(actor)) return 'coordinator';
  return tree.taskself && actor === c.tasks[0]?.pid ? 'coordinator' : actor;
}

/** The task that this record is of, by the pids of the image; undefined when they name no task there. */
export function recordOwner(c: Case, record: number): number | undefined {
  return readTree(c).pids[record];
}

function makeTree(c: Case): Tree {
  const taskself = (c.restart.flags & RESTART_FLAGS.taskself) !== 0;
  const tasks = new Map(c.tasks.map((task) => [task.pid, task]));
  const root = taskself ? 'coordinator' : findRoot(c);
  const pids = c.image.pids.slice(0, Math.max(c.image.nrTasks, 0));
  const below = groupChildren(c, tasks);
  const nested = c.tasks.filter((task) => task.restartingItself && task.state !== 'dead').map(({ pid }) => pid);
  const groups = collectGroups(c);
  const inside: Set<Actor> =
    typeof root === 'number'
      ? reach(below, groupOf(groups, root), new Set(nested))
      : new Set(root === undefined ? [] : [root]);
  for (const { pid, owner } of c.tasks) if (owner === 'stranger') inside.delete(pid);
  return {
    taskself,
    frozen: (c.restart.flags & RESTART_FLAGS.frozen) !== 0,
    root,
    tasks,
    inside,
    elsewhere: reach(below, nested, new Set()),
    pids,
    placeOf: new Map([...pids.entries()].reverse().map(([place, pid]) => [pid, place])),
    groups,
  };
}

/** choose_root_task(): a direct child by the pid given; threads are not children. */
function findRoot(c: Case): number | undefined {
  return c.tasks.find(({ pid, parent, leader }) => pid === c.restart.pid && parent === 'coordinator' && leader === pid)
    ?.pid;
}

/** The children of each task, each with its threads. */
function groupChildren(c: Case, tasks: ReadonlyMap<number, Task>): Map<TaskId, number[]> {
  const below = new Map<TaskId, number[]>();
  for (const { pid, parent, leader } of c.tasks) {
    const above = tasks.get(leader)?.parent ?? parent;
    const children = below.get(above);
    if (children) children.push(pid);
    else below.set(above, [pid]);
  }
  return below;
}

/** These tasks and all below them, but not below those that are cut off. */
function reach(below: ReadonlyMap<TaskId, number[]>, from: readonly number[], cut: ReadonlySet<number>): Set<number> {
  const reached = new Set<number>();
  for (const open = [...from]; open.length > 0; ) {
    const pid = open.pop()!;
    if (reached.has(pid) || cut.has(pid)) continue;
    reached.add(pid);
    for (const child of below.get(pid) ?? []) open.push(child);
  }
  return reached;
}

function groupOf(groups: Tree['groups'], leader: number): readonly number[] {
  return groups.get(leader)?.map(({ pid }) => pid) ?? [leader];
}

function collectGroups(c: Case): Map<number, Task[]> {
  const groups = new Map<number, Task[]>();
  for (const task of c.tasks) {
    const group = groups.get(task.leader);
    if (group) group.push(task);
    else groups.set(task.leader, [task]);
  }
  for (const [leader, group] of groups) if (group.length < 2) groups.delete(leader);
  return groups;
}
