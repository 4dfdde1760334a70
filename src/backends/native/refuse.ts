/** What the native backend can't do with real tasks on this machine, and why. */
import { type Case, RESTART_FLAGS } from '../../model/case.ts';
import { protocolNamed } from '../../protocol/stacks.ts';
import { assignActors } from './actors.ts';
import { traceLineages } from './lineage.ts';

/** What of this machine decides that. */
export interface Machine {
  readonly pidMax: number;
  /** Tasks of another owner can be made. */
  readonly isRoot: boolean;
  /** A plug-in has its own protocol, whatever the case names. */
  readonly hasPlugin: boolean;
}

/** Tasks that are made at most: beyond that the limits of an ordinary machine are in the way. */
const MAX_TASKS = 4000;

/** The reason why it can't do this case; undefined when it can. */
export function refusal(c: Case, protocol: string, { pidMax, isRoot, hasPlugin }: Machine): string | undefined {
  if (!hasPlugin && !protocolNamed(protocol)) return `there is no protocol ${protocol}`;
  if (c.tasks.length > MAX_TASKS) return `more than ${MAX_TASKS} real tasks`;
  const highest = c.tasks.reduce((most, { pid }) => Math.max(most, pid), c.restart.coordinatorPid);
  if (highest >= pidMax) return `the pid ${highest}: pids end at ${pidMax - 1} on this machine`;
  if (c.tasks.some(({ pid }) => pid === 1)) return "pid 1 is the namespace's init, which is the agent";
  if (c.restart.coordinatorPid === 1 && (c.image.pids.includes(1) || c.restart.pid === 1)) {
    return "pid 1 is meant to be the coordinator, and is the namespace's init";
  }
  if (!isRoot && c.tasks.some(({ owner }) => owner === 'stranger')) return 'tasks of another owner need root';
  return strangerThatForks(c) ?? unmakeable(c, pidMax);
}

function strangerThatForks(c: Case): string | undefined {
  const strangers = new Set(c.tasks.filter(({ owner }) => owner === 'stranger').map(({ pid }) => pid));
  const forks = c.tasks.some(({ creator, forkedLate }) => forkedLate !== undefined && strangers.has(Number(creator)));
  const forked = c.faults.some(
    ({ verb, targets }) => verb === 'fork' && targets.some((target) => strangers.has(Number(target))),
  );
  return forks || forked ? 'a task of another owner cannot choose the pid of a child' : undefined;
}

function unmakeable(c: Case, pidMax: number): string | undefined {
  if (c.restart.flags & RESTART_FLAGS.taskself && c.tasks[0]?.tracedBy !== undefined) {
    return 'with taskself the caller would have to be traced while it makes its own tree';
  }
  const { actors } = assignActors(c, [], pidMax);
  const misplaced = actors.find(({ creator, leader, task }) => leader.task !== task && creator?.leader !== leader);
  if (misplaced) return `thread ${misplaced.pid} would be made by another process`;
  const lineages = traceLineages(actors);
  return typeof lineages === 'string' ? lineages : undefined;
}
