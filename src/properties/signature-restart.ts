/** Where a violation of a restart shows: the point of the actor and its role, what it was doing, and what had been done to the tree. */
import type { Case } from '../model/case.ts';
import { firedIn } from '../record/read.ts';
import type { Actor, RunEvent, RunRecord } from '../record/record.ts';
import type { Violation } from '../record/verdict.ts';
import { identify } from './tree.ts';

export interface Location {
  readonly place: string;
  readonly shape: string;
}

/**
 * A violation at a step has its place alone: shrinking takes records out of the image, so what is wrong with the image
 * need not be its cause. Of tasks that sleep in the end it is.
 */
export function locateInRestart(c: Case, record: RunRecord, { step }: Violation): Location {
  const events = step === undefined ? [] : record.events.filter((event) => event.step === step);
  const defect = events.find((event) => event.kind === 'finding');
  // A property of a protocol of one's own says what is wrong, not where.
  const isPlace = defect?.kind === 'finding' && defect.finding.kind !== 'broken-property';
  if (isPlace) return { place: defect.finding.at, shape: defect.finding.kind };
  const actor = events.find((event) => event.actor !== 'environment')?.actor;
  if (actor !== undefined) return { place: formatPlace(c, record, actor, step!), shape: '' };
  const sleepers = listSleepers(c, record);
  return {
    place: sleepers.length > 0 ? joined(sleepers) : 'end of the run',
    shape: joined([...listDeaths(c, record), ...listDamage(c)]),
  };
}

/** What an actor is in the restart, in place of its pid. */
function nameRole(c: Case, actor: Actor): string {
  const id = identify(c, actor);
  if (typeof id === 'string') return id;
  const task = c.tasks.find(({ pid }) => pid === id);
  if (!task) return 'child';
  if (task.ghost) return 'ghost';
  return task.leader === task.pid ? 'task' : 'thread';
}

/** `task at sync-2`: the role of an actor, and the last point that it had reached. */
function formatPlace(c: Case, record: RunRecord, actor: Actor, step: number): string {
  const isBefore = (event: RunEvent) => event.kind === 'point' && event.actor === actor && event.step <= step;
  const last = record.events.findLast(isBefore);
  return last?.kind === 'point' ? `${nameRole(c, actor)} at ${last.point}` : nameRole(c, actor);
}

/** Where the actors that sleep in the end do so. */
function listSleepers(c: Case, { final }: RunRecord): string[] {
  const { coordinator } = final;
  const tasks = Object.entries(final.tasks).filter(([, { end }]) => end === 'waiting');
  return [
    ...(coordinator.end === 'waiting' ? [`coordinator at ${coordinator.at}`] : []),
    ...tasks.map(([pid, { at }]) => `${nameRole(c, Number(pid))} at ${at}`),
  ];
}

/** What ended tasks of the tree: without it, what the others wait for would have come. */
function listDeaths(c: Case, record: RunRecord): string[] {
  const fired = new Set(firedIn(record));
  const isKilled = c.faults.some(({ name, verb }) => fired.has(name) && (verb === 'kill' || verb === 'signal'));
  return [...(isKilled ? ['a signal'] : []), ...(c.tasks.some(({ exits }) => exits) ? ['a task exits'] : [])];
}

/** What is wrong with the image. */
function listDamage({ image, tasks }: Case): string[] {
  const { pids, damage, nrTasks } = image;
  const tree = new Set(tasks.map(({ pid }) => pid));
  const named = new Set(pids);
  return [
    ...damage.map(({ kind, object }) => `${kind} ${object}`),
    ...(pids.some((pid) => !tree.has(pid)) ? ['an unknown pid'] : []),
    ...(tasks.some(({ pid, ghost, absent }) => !named.has(pid) && !ghost && !absent) ? ['an unnamed task'] : []),
    ...(named.size < pids.length ? ['a duplicate pid'] : []),
    ...(nrTasks !== pids.length ? ['a wrong number of tasks'] : []),
  ];
}

/** Each once, in an order of their own. */
function joined(texts: readonly string[]): string {
  return [...new Set(texts)].sort().join(', ');
}
