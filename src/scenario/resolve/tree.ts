/** The tree of a case: its tasks in the order of the kernel's walk, with all defaults filled in. */
import type { Task } from '../../model/case.ts';
import type { Complain } from '../complain.ts';
import { MAX_TREE_DEPTH, MAX_WRITTEN_TASKS } from '../limits.ts';
import type { Document } from '../schema/document.ts';
import { PID_MAX } from '../schema/values.ts';
import type { Path } from '../source/raw.ts';
import { checkReferences, checkWords } from './check-tasks.ts';
import { Draft, type LateWords, type Spot, type TaskWords, type ThreadWords } from './draft.ts';
import { FIRST_PID, generateTasks } from './generate-tree.ts';

export interface Tree {
  /** See Case.tasks. */
  readonly tasks: readonly Task[];
  readonly root: Task;
  /** The task with this pid; undefined for one that the tree does not have. */
  task(pid: number): Task | undefined;
  /** Leaders of groups that have more threads than one. */
  readonly threaded: ReadonlySet<number>;
  /** Siblings of the root: children of the coordinator that the root made. */
  readonly besideRoot: readonly Task[];
  /** Where the file has a task. */
  pathOf(pid: number): Path;
}

/** The tree; undefined when it cannot be built. A tree with other mistakes, which were reported, is still used to check references. */
export function resolveTree(tree: Document['tree'], complain: Complain): Tree | undefined {
  return 'generate' in tree ? generated(tree.generate, complain) : new Builder(complain).build(tree);
}

function generated(generate: Parameters<typeof generateTasks>[0], complain: Complain): Tree | undefined {
  const last = (generate['first-pid'] ?? FIRST_PID) + generate.tasks - 1;
  if (last > PID_MAX) {
    const path = ['tree', 'generate', 'first-pid'];
    complain({ path, message: `the last task would have the pid ${last}`, expected: `pids up to ${PID_MAX}` });
    return undefined;
  }
  const tasks = generateTasks(generate);
  const root = tasks[0]!;
  return {
    tasks,
    root,
    task: (pid) => tasks[pid - root.pid],
    threaded: new Set(),
    besideRoot: [],
    pathOf: () => ['tree', 'generate'],
  };
}

/** All pids of a tree as words, for messages. */
export function pidNames(tree: Tree): string[] {
  return [...new Set(tree.tasks.map(({ pid }) => String(pid)))];
}

function makeTree(tasks: readonly Task[], pathOf: Tree['pathOf']): Tree {
  const root = tasks[0]!;
  const byPid = new Map(tasks.map((task) => [task.pid, task]));
  const threads = tasks.filter((task) => task.leader !== task.pid);
  return {
    tasks,
    root,
    task: (pid) => byPid.get(pid),
    threaded: new Set(threads.map((task) => task.leader)),
    besideRoot: tasks.filter(
      (task) => task.parent === 'coordinator' && task.leader !== root.pid && task.leader === task.pid,
    ),
    pathOf,
  };
}

/** Builds a tree that is written out. */
class Builder {
  readonly #complain: Complain;
  readonly #drafts = new Map<number, Draft>();
  /** Children of the coordinator: the root, and siblings that it made. */
  readonly #top: Draft[] = [];
  #count = 0;
  #withinLimits = true;

  constructor(complain: Complain) {
    this.#complain = complain;
  }

  build(root: TaskWords): Tree | undefined {
    this.#add(root, { path: ['tree'], kind: 'process' }, 1);
    checkReferences(this.#drafts, this.#complain);
    if (!this.#withinLimits) return undefined;
    const tasks: Task[] = [];
    for (const draft of this.#top) walk(draft, tasks);
    return makeTree(tasks, (pid) => this.#drafts.get(pid)?.spot.path ?? ['tree']);
  }

  /** Makes a task and all that is written under it, in the order of mktree: a child with all of its descendants before the next. */
  #add(words: TaskWords | ThreadWords | LateWords | number, spot: Spot, level: number): void {
    this.#checkLimits(spot.path, level);
    if (!this.#withinLimits) return;
    const draft = new Draft(typeof words === 'number' ? { pid: words } : words, spot);
    this.#enter(draft);
    checkWords(draft, this.#complain);
    const at = (word: string, i: number) => ({ path: [...spot.path, word, i], creator: draft });
    draft.words.children?.forEach(
      (child, i) => void this.#add(child, { ...at('children', i), kind: 'process' }, level + 1),
    );
    draft.words.threads?.forEach(
      (thread, i) => void this.#add(thread, { ...at('threads', i), kind: 'thread' }, level + 1),
    );
    draft.words.forks?.forEach(
      (fork, i) => void this.#add(fork, { ...at('forks', i), kind: 'late', forkNumber: i }, level + 1),
    );
  }

  #enter(draft: Draft): void {
    if (this.#drafts.has(draft.pid)) {
      const message = `duplicate pid ${draft.pid} in the tree`;
      this.#complain({ path: draft.findPath('pid'), message, expected: 'each pid once' });
    } else {
      this.#drafts.set(draft.pid, draft);
    }
    if (draft.leader !== draft) draft.leader.threads.push(draft);
    else (draft.parent?.children ?? this.#top).push(draft);
  }

  #checkLimits(path: Path, level: number): void {
    if (!this.#withinLimits) return;
    this.#withinLimits = level <= MAX_TREE_DEPTH && ++this.#count <= MAX_WRITTEN_TASKS;
    if (level > MAX_TREE_DEPTH) {
      this.#complain({
        path,
        message: `the tree is more than ${MAX_TREE_DEPTH} levels deep`,
        hint: 'generate makes deeper ones',
      });
    } else if (!this.#withinLimits) {
      this.#complain({
        path,
        message: `the tree has more than ${MAX_WRITTEN_TASKS} tasks`,
        hint: 'generate makes larger ones',
      });
    }
  }
}

/** walk_task_subtree: a task, its children with all of theirs, and then the next thread of its group. */
function walk(draft: Draft, out: Task[]): void {
  for (const thread of [draft, ...draft.threads]) {
    out.push(thread.task());
    for (const child of thread.children) walk(child, out);
  }
}
