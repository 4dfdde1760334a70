/** The tasks of a case as the tree of a scenario: generated when it has a shape, else written out. */
import { isDeepStrictEqual } from 'node:util';
import { RESTART_FLAGS, type Task, USUAL_MEMORY } from '../model/case.ts';
import { defaultGroup, type LateWords, type TaskWords, type ThreadWords } from './resolve/draft.ts';
import { flagList } from './resolve/flags.ts';
import { FIRST_PID, generateTasks } from './resolve/generate-tree.ts';
import type { Document } from './schema/document.ts';

/** A tree as small as this is easier to read when it is written out. */
const LEAST_GENERATED = 5;

/** The tree that loads to these tasks, which are in the order of the walk. */
export function writeTree(tasks: readonly Task[]): Document['tree'] {
  return (tasks.length < LEAST_GENERATED ? undefined : asShape(tasks)) ?? new TreeWriter(tasks).process(tasks[0]!);
}

/** The shape that these tasks have, when nothing else is said of them. */
function asShape(tasks: readonly Task[]): Document['tree'] | undefined {
  const first = tasks[0]!.pid;
  for (const shape of ['star', 'chain', 'binary'] as const) {
    const generate = { shape, tasks: tasks.length, ...(first === FIRST_PID ? {} : { 'first-pid': first }) };
    if (isDeepStrictEqual(generateTasks(generate), tasks)) return { generate };
  }
  return undefined;
}

class TreeWriter {
  readonly #byPid: ReadonlyMap<number, Task>;
  /** By maker, those that it makes: in their order. */
  readonly #made = new Map<number, Task[]>();

  constructor(tasks: readonly Task[]) {
    this.#byPid = new Map(tasks.map((task) => [task.pid, task]));
    for (const task of tasks) {
      if (task.creator === 'coordinator') continue;
      const made = this.#made.get(task.creator);
      if (made === undefined) this.#made.set(task.creator, [task]);
      else made.push(task);
    }
  }

  process(task: Task): TaskWords {
    const threads = this.#madeBy(task, isThread).map((thread) => this.#thread(thread));
    return {
      ...this.#anyTask(task),
      ...this.#anyProcess(task),
      ...this.#children(task),
      ...(threads.length === 0 ? {} : { threads }),
      ...this.#forks(task),
    };
  }

  #thread(task: Task): ThreadWords | number {
    const words = { ...this.#anyTask(task), ...this.#children(task), ...this.#forks(task) };
    return Object.keys(words).length === 1 ? task.pid : words;
  }

  #children(task: Task): Pick<TaskWords, 'children'> {
    const children = this.#madeBy(task, (made) => !isThread(made) && made.forkedLate === undefined);
    return children.length === 0 ? {} : { children: children.map((child) => this.process(child)) };
  }

  #forks(task: Task): Pick<TaskWords, 'forks'> {
    const forks = this.#madeBy(task, (made) => made.forkedLate !== undefined);
    if (forks.length === 0) return {};
    const inOrder = forks.sort((a, b) => a.forkedLate! - b.forkedLate!);
    return {
      forks: inOrder.map(
        (fork): LateWords => ({ ...this.#anyTask(fork), ...this.#anyProcess(fork), ...this.#forks(fork) }),
      ),
    };
  }

  #madeBy(task: Task, test: (made: Task) => boolean): Task[] {
    return (this.#made.get(task.pid) ?? []).filter(test);
  }

  *#listAbove(task: Task): Generator<Task> {
    for (let { creator } = task; creator !== 'coordinator'; { creator } = this.#byPid.get(creator)!)
      yield this.#byPid.get(creator)!;
  }

  #anyTask(task: Task): Omit<ThreadWords, 'children' | 'forks'> {
    const flags = task.ghost ? (task.flags & ~RESTART_FLAGS.ghost) >>> 0 : task.flags;
    return {
      pid: task.pid,
      ...(task.name === undefined ? {} : { name: task.name }),
      ...(task.tracedBy === undefined ? {} : { 'traced-by': task.tracedBy }),
      ...(task.owner === 'self' ? {} : { owner: task.owner }),
      ...(task.restartingItself ? { 'restarting-itself': true } : {}),
      ...(task.absent ? { absent: true } : {}),
      ...(task.exits ? { exits: true } : {}),
      ...(flags === 0 ? {} : { flags: flagList(flags) }),
      ...(task.criu && task.criu.blocked.length > 0 ? { blocked: [...task.criu.blocked] } : {}),
      ...(task.criu && task.criu.pending.length > 0 ? { pending: [...task.criu.pending] } : {}),
    };
  }

  #anyProcess(task: Task): Partial<TaskWords> {
    const creator = task.creator === 'coordinator' ? undefined : this.#byPid.get(task.creator);
    const { orphan = false, entered = false } = task.criu ?? {};
    const pgid = defaultGroup(task, this.#listAbove(task));
    return {
      ...(task.state === 'alive' ? {} : { state: task.state }),
      ...(task.exitCode === 0 ? {} : { 'exit-code': task.exitCode }),
      ...(task.criu?.exitSignal === undefined ? {} : { 'exit-signal': task.criu.exitSignal }),
      ...(task.criu?.stopped ? { stopped: true } : {}),
      ...(task.criu && task.criu.memory !== USUAL_MEMORY ? { memory: task.criu.memory } : {}),
      ...(task.criu?.resources === undefined ? {} : { resources: [...task.criu.resources] }),
      ...(orphan && { orphan }),
      ...(entered && { entered }),
      ...(task.ghost ? { ghost: true } : {}),
      ...(task.sibling ? { sibling: true } : {}),
      ...(task.session === (entered ? task.pid : (creator?.session ?? task.pid)) ? {} : { session: task.session }),
      ...(task.pgid === pgid ? {} : { pgid: task.pgid }),
    };
  }
}

function isThread(task: Task): boolean {
  return task.leader !== task.pid;
}
