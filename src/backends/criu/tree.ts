/** The tree of a case, and its bystanders, as the agent's lines. */
import { type Case, findGoneMaker, type Task, USUAL_MEMORY } from '../../model/case.ts';
import { CRIU_NAMESPACES } from '../../model/criu-namespaces.ts';
import { type SignalName, signalNumber } from '../../model/signals.ts';
import { type Fields, line } from '../agent/request.ts';

const MEMORY = { 'private-kib': USUAL_MEMORY, 'shared-kib': 16 };
/** Farther from the tree than any pid that a fault would take. */
const BYSTANDER_GAP = 500;

/** The pids of the two bystanders outside the tree: a process and its child. */
export function chooseBystanders(c: Case): readonly [number, number] {
  const last = c.tasks.reduce((most, { pid, session, pgid }) => Math.max(most, pid, session, pgid), 0);
  return [last + BYSTANDER_GAP, last + BYSTANDER_GAP + 1];
}

/** A pid after which CRIU's own processes get theirs. */
export function lastPidFor(c: Case): number {
  return chooseBystanders(c)[1] + BYSTANDER_GAP;
}

/** A line for each task: see tree_add in agent/tree.c. */
export function describeTree(c: Case): string[] {
  const tasks = c.subject ? [] : c.tasks;
  const numbers = new Map(tasks.map(({ pid }, i) => [pid, i]));
  const inner = c.criu?.namespace === 'own';
  const lines = tasks.map((task, i) => {
    const { orphan = false, entered = false } = task.criu ?? {};
    const parent = typeof task.parent === 'number' && !entered ? numbers.get(task.parent) : undefined;
    const leader = numbers.get(task.leader) ?? i;
    const maker = orphan ? (findGoneMaker(task, (pid) => numbers.has(pid)) ?? 0) : undefined;
    const namespaces = i === 0 ? encodeNamespaces(c) : undefined;
    return describeTask(
      task,
      { parent, leader, inner, maker, entered, namespaces },
      tasks[leader]!.criu?.pending ?? [],
    );
  });
  const [first, second] = chooseBystanders(c);
  const bystander = { session: first, pgid: first, ...MEMORY, bystander: true };
  return [
    ...lines,
    line('task', { pid: first, ...bystander }),
    line('task', { pid: second, parent: lines.length, ...bystander }),
  ];
}

/** As flags of unshare(2). */
function encodeNamespaces({ criu }: Case): number | undefined {
  return criu?.namespaces?.reduce((flags, name) => flags | CRIU_NAMESPACES[name].flag, 0);
}

/** `waiting`: signals that wait for the process of a thread; one that did not block them would take them. */
function describeTask(task: Task, place: Fields, waiting: readonly SignalName[]): string {
  const { stopped = false, blocked = [], pending = [], exitSignal, memory = USUAL_MEMORY, resources } = task.criu ?? {};
  return line('task', {
    pid: task.pid,
    ...place,
    session: task.session,
    pgid: task.pgid,
    zombie: task.state === 'zombie',
    // As wait() would give it.
    status: exitSignal === undefined ? task.exitCode << 8 : signalNumber(exitSignal),
    blocked: encodeMask([...blocked, ...pending, ...waiting]),
    pending: encodeMask(pending),
    ...MEMORY,
    resources: resources?.join(','),
    'private-kib': memory,
    stopped,
  });
}

function encodeMask(signals: readonly SignalName[]): string {
  let mask = 0n;
  for (const signal of signals) mask |= 1n << BigInt(signalNumber(signal) - 1);
  return mask.toString(16);
}
