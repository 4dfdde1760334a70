/** Cases that are a little smaller than a case: one fault less, one task less, one pid of the image less, a plainer call. */
import type { Case, Fault, Task } from '../model/case.ts';

/** All of them, the boldest first. Each is a case in its own right, with what the scenario says of a task that is gone left out. */
export function smallerCases(c: Case): Case[] {
  return [...withoutTasks(c), ...withoutFaults(c), ...withOneTarget(c), ...withoutPids(c), ...plainer(c)];
}

function withoutTasks(c: Case): Case[] {
  return c.tasks
    .slice(1)
    .filter((task) => isFree(c, task))
    .map((task) => withoutTask(c, task))
    .reverse();
}

/** Whether nothing else in the case speaks of the task. */
function isFree(c: Case, { pid }: Task): boolean {
  const isNamed = c.tasks.some(
    (other) =>
      other.pid !== pid &&
      (other.parent === pid || other.creator === pid || other.leader === pid || other.tracedBy === pid),
  );
  const isHit = c.faults.some(
    ({ targets, when }) => (targets.length === 1 && targets[0] === pid) || (when.kind === 'task' && when.task === pid),
  );
  return !isNamed && !isHit;
}

function withoutTask(c: Case, { pid }: Task): Case {
  const { [pid]: _, ...tasks } = c.expect.tasks;
  const leftWaiting = c.expect.leftWaiting?.filter((other) => other !== pid);
  return {
    ...withoutRecords(c, (other) => other === pid),
    tasks: c.tasks.filter((task) => task.pid !== pid),
    faults: c.faults.map((fault) => ({ ...fault, targets: fault.targets.filter((target) => target !== pid) })),
    expect: { ...c.expect, tasks, ...(leftWaiting && { leftWaiting }) },
  };
}

function withoutRecords(c: Case, drop: (pid: number, i: number) => boolean): Case {
  const { image } = c;
  const pids = image.pids.filter((pid, i) => !drop(pid, i));
  const records = image.records.filter(({ pid }, i) => !drop(pid, i));
  const nrTasks = image.nrTasks === image.pids.length ? pids.length : image.nrTasks;
  const damage = image.damage.filter(({ object, index }) => object !== 'task' || index < records.length);
  return { ...c, image: { ...image, pids, records, nrTasks, damage } };
}

function withoutFaults(c: Case): Case[] {
  return c.faults
    .filter(({ name }) => !c.faults.some(({ when }) => when.kind === 'after' && when.fault === name))
    .map((fault) => ({ ...c, faults: c.faults.filter((other) => other !== fault) }));
}

function withOneTarget(c: Case): Case[] {
  return c.faults.flatMap((fault, i) =>
    fault.targets.length < 2
      ? []
      : fault.targets.map((target): Case => {
          const faults: Fault[] = [...c.faults];
          faults[i] = { ...fault, targets: [target] };
          return { ...c, faults };
        }),
  );
}

function withoutPids(c: Case): Case[] {
  if (c.image.pids.length < 2) return [];
  return c.image.pids.map((_, i) => withoutRecords(c, (_pid, j) => i === j)).reverse();
}

function plainer(c: Case): Case[] {
  const { restart } = c;
  const cases: Case[] = [];
  if (restart.debug) cases.push({ ...c, restart: { ...restart, debug: false } });
  if ((restart.flags & 2) !== 0) cases.push({ ...c, restart: { ...restart, flags: restart.flags & ~2 } });
  return cases;
}
