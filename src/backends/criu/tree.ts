/** The tree of a case, and its bystanders, as the agent's lines. */
import type { Case, Task } from '../../model/case.ts';
import { type SignalName, signalNumber } from '../../model/signals.ts';

const DEFAULT_MEMORY = 16;
const SHARED_KIB = 16;
/** Farther from the tree than any pid that a fault would take. */
const BYSTANDER_GAP = 500;

/** The pids of the two who have nothing to do with the tree: a process and its child. */
export function chooseBystanders(c: Case): readonly [number, number] {
  const last = Math.max(...c.tasks.map(({ pid }) => pid));
  return [last + BYSTANDER_GAP, last + BYSTANDER_GAP + 1];
}

/** A pid after which CRIU's own processes get theirs. */
export function lastPidFor(c: Case): number {
  return chooseBystanders(c)[1] + BYSTANDER_GAP;
}

/** A line for each task: see tree_add in agent/tree.c. */
export function treeLines(c: Case): string[] {
  const tasks = c.subject ? [] : c.tasks;
  const number = new Map(tasks.map(({ pid }, i) => [pid, i]));
  const inner = c.criu?.namespace === 'own' ? 1 : 0;
  const lines = tasks.map((task, i) => {
    const parent = typeof task.parent === 'number' ? number.get(task.parent)! : -1;
    const at = number.get(task.leader) ?? i;
    return line(task, parent, at, inner, tasks[at]!.criu?.pending ?? []);
  });
  const [first, second] = chooseBystanders(c);
  const at = lines.length;
  return [
    ...lines,
    `task ${first} -1 ${at} ${first} ${first} 0 0 0 0 ${DEFAULT_MEMORY} ${SHARED_KIB} 0 1 0`,
    `task ${second} ${at} ${at + 1} ${first} ${first} 0 0 0 0 ${DEFAULT_MEMORY} ${SHARED_KIB} 0 1 0`,
  ];
}

/** `waiting`: signals that wait for the process of a thread; one that did not block them would take them. */
function line(task: Task, parent: number, leader: number, inner: number, waiting: readonly SignalName[]): string {
  const { stopped = false, blocked = [], pending = [], exitSignal, memory = DEFAULT_MEMORY } = task.criu ?? {};
  const status = exitSignal === undefined ? task.exitCode << 8 : signalNumber(exitSignal);
  const words = [
    task.pid,
    parent,
    leader,
    task.session,
    task.pgid,
    task.state === 'zombie' ? 1 : 0,
    status,
    encodeMask([...blocked, ...pending, ...waiting]),
    encodeMask(pending),
    memory,
    SHARED_KIB,
    stopped ? 1 : 0,
    0,
    inner,
  ];
  return `task ${words.join(' ')}`;
}

function encodeMask(signals: readonly SignalName[]): string {
  let mask = 0n;
  for (const signal of signals) mask |= 1n << BigInt(signalNumber(signal) - 1);
  return mask.toString(16);
}
