/**
 * Faults that may come at any moment: on real tasks a moment is the arrival of an actor at a point. A run has one moment
 * for each such fault, chosen by its seed; the seeds 0, 1, 2 … go through all of them, so that a sweep is that many runs.
 */
import type { Case, Fault, TaskId } from '../../model/case.ts';
import { COORDINATOR_POINT_NAMES, type Point, TASK_POINT_NAMES } from '../../model/points.ts';

/** When a fault comes in one run. */
export type Moment =
  | { readonly kind: 'start' }
  | { readonly kind: 'at'; readonly actor: TaskId; readonly point: Point }
  | { readonly kind: 'after'; readonly fault: string }
  | { readonly kind: 'call'; readonly call: number }
  /** When the schedule says so. */
  | { readonly kind: 'scheduled' };

/** A fault with everything chosen. */
export interface Placed {
  readonly fault: Fault;
  readonly moment: Moment;
  /** The first of these that exists; empty: any task (fail). */
  readonly targets: readonly TaskId[];
}

/** One choice that a run has to make. */
interface Choice {
  readonly options: number;
}

/** How often a `fail` can be met that names no call: so many calls of its kind a healthy restart makes at most. */
function countCalls(c: Case, fault: Fault): number {
  const tasks = c.tasks.length;
  switch (fault.failure) {
    case 'image-read':
      return 5 + 2 * c.image.pids.length;
    case 'kmalloc':
      return c.restart.debug ? 3 + tasks : 2;
    case 'restore':
      return Math.max(1, c.image.pids.length);
    default:
      return 1;
  }
}

/** The moments of a case, in their order: before the first step, then each actor at each of its points. */
function listMoments(c: Case): Moment[] {
  const moments: Moment[] = [{ kind: 'start' }];
  for (const point of COORDINATOR_POINT_NAMES) moments.push({ kind: 'at', actor: 'coordinator', point });
  for (const { pid } of c.tasks) for (const point of TASK_POINT_NAMES) moments.push({ kind: 'at', actor: pid, point });
  return moments;
}

function isOpen(fault: Fault): boolean {
  return fault.when.kind === 'any';
}

function countsCalls(fault: Fault): boolean {
  return fault.verb === 'fail' && fault.call === undefined;
}

function listChoices(c: Case): Choice[] {
  const moments = 1 + COORDINATOR_POINT_NAMES.length + c.tasks.length * TASK_POINT_NAMES.length;
  const choices: Choice[] = [];
  for (const fault of c.faults) {
    if (isOpen(fault)) {
      const options = countsCalls(fault) ? countCalls(c, fault) : moments;
      for (let i = 0; i < (countsCalls(fault) ? 1 : fault.times); i++) choices.push({ options });
    }
    if (fault.targets.length > 1) choices.push({ options: fault.targets.length });
  }
  return choices;
}

/** How many runs see each choice once: seeds 0 up to, but not including, this. At least 1; may be very large. */
export function sweepSize(c: Case): number {
  return listChoices(c).reduce((product, { options }) => product * options, 1);
}

/** The number that a seed stands for: the number at its end, else one made of its letters. */
export function numberOfSeed(seed: string): number {
  const digits = /(\d{1,15})$/.exec(seed)?.[1];
  if (digits !== undefined) return Number(digits);
  return hashText(seed);
}

/** A number, 0 to 2 ** 32 - 1, made of all letters of a text. */
export function hashText(text: string): number {
  let hash = 2166136261;
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0)!, 16777619);
  return hash >>> 0;
}

/** The faults of a run that follows a schedule, which says when those come that may come at any moment. */
export function scheduledFaults(c: Case): Placed[] {
  return c.faults.map((fault) => ({
    fault,
    moment: isOpen(fault) ? { kind: 'scheduled' } : fixedMoment(fault),
    targets: fault.targets,
  }));
}

/** The faults of a run with this seed, each at its moment; one that comes several times at any moment is there several times. */
export function placeFaults(c: Case, seed: string): Placed[] {
  let rest = numberOfSeed(seed);
  const choose = (options: number): number => {
    const chosen = rest % options;
    rest = Math.floor(rest / options);
    return chosen;
  };
  const moments = c.faults.some(isOpen) ? listMoments(c) : [];
  return c.faults.flatMap((fault) => {
    const when: Moment[] = [];
    if (!isOpen(fault)) when.push(fixedMoment(fault));
    else if (countsCalls(fault)) when.push({ kind: 'call', call: 1 + choose(countCalls(c, fault)) });
    else for (let i = 0; i < fault.times; i++) when.push(moments[choose(moments.length)]!);
    const first = fault.targets.length > 1 ? choose(fault.targets.length) : 0;
    const targets = [...fault.targets.slice(first), ...fault.targets.slice(0, first)];
    return when.map((moment) => ({ fault, moment, targets }));
  });
}

function fixedMoment({ when }: Fault): Moment {
  switch (when.kind) {
    case 'task':
      return { kind: 'at', actor: when.task, point: when.at };
    case 'coordinator':
      return { kind: 'at', actor: 'coordinator', point: when.at };
    case 'after':
      return { kind: 'after', fault: when.fault };
    default:
      return { kind: 'start' };
  }
}
