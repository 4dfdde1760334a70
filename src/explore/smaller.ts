/** Cases that are smaller than a case: fewer tasks, fewer faults, fewer pids in the image, a plainer task or call. */
import { type Case, type Fault, findGoneMaker, isProtocolFile, type Task } from '../model/case.ts';

/**
 * All smaller cases, the largest reduction first, made lazily. Each is a valid case: expectations and faults of a removed task
 * are removed with it.
 */
export function* smallerCases(c: Case): Generator<Case> {
  yield* withFewerTasks(c);
  yield* withoutFaults(c);
  yield* withoutInnerTasks(c);
  yield* withOneTarget(c);
  // A protocol of one's own has no image.
  if (!isProtocolFile(c.restart.protocol)) yield* withoutPids(c);
  yield* plainer(c);
}

/** Without half of the tasks, a quarter, and so on down to one, from the last task to the first; never without the root. */
function* withFewerTasks(c: Case): Generator<Case> {
  const pids = c.tasks.slice(1).map(({ pid }) => pid);
  const tried = new Set<string>();
  for (let size = pids.length; size >= 1; size = Math.floor(size / 2)) {
    for (let end = pids.length; end > 0; end -= size) {
      const gone = withDependents(c, pids.slice(Math.max(0, end - size), end));
      const key = [...gone].join();
      if (tried.has(key) || gone.has(c.tasks[0]!.pid)) continue;
      tried.add(key);
      const smaller = withoutTasks(c, gone);
      if (smaller) yield smaller;
    }
  }
}

/** The tasks, and those that depend on them: children, threads, tracees, and forked tasks. */
function withDependents({ tasks }: Case, pids: readonly number[]): Set<number> {
  const gone = new Set(pids);
  for (let before = 0; before < gone.size; ) {
    before = gone.size;
    for (const task of tasks) if (needs(task).some((pid) => gone.has(pid))) gone.add(task.pid);
  }
  return gone;
}

function needs({ parent, creator, leader, tracedBy }: Task): number[] {
  return [parent, creator, leader, tracedBy].filter((one) => typeof one === 'number');
}

/** The case without these tasks, and without faults that had only them; undefined where another task is in a group of theirs. */
function withoutTasks(c: Case, gone: ReadonlySet<number>): Case | undefined {
  const tasks = c.tasks.filter(({ pid }) => !gone.has(pid));
  if (tasks.some(({ session, pgid }) => gone.has(session) || gone.has(pgid))) return undefined;
  const expected = Object.entries(c.expect.tasks).filter(([pid]) => !gone.has(Number(pid)));
  const leftWaiting = c.expect.leftWaiting?.filter((pid) => !gone.has(pid));
  return {
    ...withoutRecords(c, (pid) => gone.has(pid)),
    tasks,
    faults: faultsWithout(c.faults, gone),
    expect: { ...c.expect, tasks: Object.fromEntries(expected), ...(leftWaiting && { leftWaiting }) },
  };
}

function faultsWithout(faults: readonly Fault[], gone: ReadonlySet<number>): Fault[] {
  const kept: Fault[] = [];
  const names = new Set<string>();
  for (const fault of faults) {
    const { name, when } = fault;
    const targets = fault.targets.filter((target) => typeof target !== 'number' || !gone.has(target));
    const lost = fault.targets.length > 0 && targets.length === 0;
    const never = (when.kind === 'task' && gone.has(when.task)) || (when.kind === 'after' && names.has(when.fault));
    if (lost || never) names.add(name);
    else kept.push({ ...fault, targets });
  }
  return kept;
}

function withoutRecords(c: Case, drop: (pid: number, i: number) => boolean): Case {
  const { image } = c;
  const pids = image.pids.filter((pid, i) => !drop(pid, i));
  const records = image.records.filter(({ pid }, i) => !drop(pid, i));
  const nrTasks = image.nrTasks === image.pids.length ? pids.length : image.nrTasks;
  const damage = image.damage.filter(({ object, index }) => object !== 'task' || index < records.length);
  return { ...c, image: { ...image, pids, records, nrTasks, damage } };
}

/** Without one task; its children become those of its parent. */
function* withoutInnerTasks(c: Case): Generator<Case> {
  for (const { pid, parent } of c.tasks.slice(1)) {
    const needed = c.tasks.filter((task) => needs(task).includes(pid));
    const areChildren = needed.every(
      (task) => task.parent === pid && task.leader === task.pid && task.tracedBy !== pid,
    );
    if (needed.length === 0 || !areChildren) continue;
    const tasks = c.tasks.map((task) => (needed.includes(task) ? { ...task, parent, creator: parent } : task));
    const smaller = withoutTasks({ ...c, tasks }, new Set([pid]));
    if (smaller) yield smaller;
  }
}

function* withoutFaults(c: Case): Generator<Case> {
  for (const fault of c.faults) {
    if (c.faults.some(({ when }) => when.kind === 'after' && when.fault === fault.name)) continue;
    yield { ...c, faults: c.faults.filter((other) => other !== fault) };
  }
}

function* withOneTarget(c: Case): Generator<Case> {
  for (const [i, fault] of c.faults.entries()) {
    if (fault.targets.length < 2) continue;
    for (const target of fault.targets) {
      const faults: Fault[] = [...c.faults];
      faults[i] = { ...fault, targets: [target] };
      yield { ...c, faults };
    }
  }
}

function* withoutPids(c: Case): Generator<Case> {
  if (c.image.pids.length < 2) return;
  for (let i = c.image.pids.length - 1; i >= 0; i--) yield withoutRecords(c, (_pid, j) => i === j);
}

function* plainer(c: Case): Generator<Case> {
  const { restart } = c;
  if (restart.debug) yield { ...c, restart: { ...restart, debug: false } };
  if ((restart.flags & 2) !== 0) yield { ...c, restart: { ...restart, flags: restart.flags & ~2 } };
  for (const [i, task] of c.tasks.entries()) {
    const { tracedBy, ...rest } = task;
    const plain: Task = { ...rest, owner: 'self', flags: 0 };
    if (tracedBy !== undefined || task.owner !== 'self' || task.flags !== 0) yield withTask(c, i, plain);
    if (task.criu?.orphan) yield* bornInTree(c, i, task);
    if (task.criu?.entered) {
      const { entered: _, ...criu } = task.criu;
      yield withTask(c, i, { ...task, criu });
    }
    const { state, pid } = task;
    if (state !== 'zombie') continue;
    const records = c.image.records.map((record) => (record.pid === pid ? { ...record, zombie: false } : record));
    yield { ...withTask(c, i, { ...task, state: 'alive', exitCode: 0 }), image: { ...c.image, records } };
  }
}

/** An orphan as the child of its parent from the start, in the session and the group that it is in then; not while others are in those. */
function* bornInTree(c: Case, i: number, task: Task): Generator<Case> {
  const { orphan: _, ...criu } = task.criu!;
  const parent = c.tasks.find(({ pid }) => pid === task.parent)!;
  const maker = findGoneMaker(task, (id) => c.tasks.some(({ pid }) => pid === id));
  if (maker === undefined) yield withTask(c, i, { ...task, criu });
  else if (c.tasks.every((other) => other === task || (other.session !== maker && other.pgid !== maker))) {
    const session = task.session === maker ? parent.session : task.session;
    yield withTask(c, i, { ...task, session, pgid: task.pgid === task.pid ? task.pid : parent.pgid, criu });
  }
}

function withTask(c: Case, i: number, task: Task): Case {
  const tasks: Task[] = [...c.tasks];
  tasks[i] = task;
  return { ...c, tasks };
}
