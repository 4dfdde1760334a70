/**
 * Schedules in words. A line is a stretch in which one actor moves: `coordinator: setTaskCtx: storeCheckpointCtx
 * checkpoint_ctx` means that it runs until it has done the step of that name, ` x2` at the end: for the second time. An
 * event of the environment is written as its name. So a schedule stays valid when steps are added or removed elsewhere.
 */
import type { Machine } from '../backends/backend.ts';
import { createWalker, toEnd } from '../backends/walk.ts';

/** The schedule of these moves, in words. Resets the machine and walks it. */
export function describe(machine: Machine, moves: readonly number[]): string[] {
  return toEnd(describeInSlices(machine, moves));
}

/** The same in slices, for callers that do other work in between. */
export function* describeInSlices(machine: Machine, moves: readonly number[]): Generator<void, string[]> {
  let yieldAt = STEPS_PER_SLICE;
  machine.reset();
  const lines: string[] = [];
  for (let i = 0; i < moves.length; ) {
    if (i >= yieldAt) {
      yieldAt = i + STEPS_PER_SLICE;
      yield;
    }
    const actor = moves[i]!;
    if (actor >= machine.firstEvent) {
      machine.step(actor);
      lines.push(machine.actors[actor]!);
      i++;
      continue;
    }
    const labels: string[] = [];
    for (; i < moves.length && moves[i] === actor; i++) {
      labels.push(machine.label(actor));
      machine.step(actor);
    }
    const last = labels.at(-1)!;
    const times = labels.filter((label) => label === last).length;
    lines.push(`${machine.actors[actor]}: ${last}${times > 1 ? ` x${times}` : ''}`);
  }
  return lines;
}

export interface Followed {
  readonly moves: number[];
  /** Lines that could not be followed: the actor was not able to get there. */
  readonly missed: readonly string[];
}

const LINES_PER_SLICE = 1_024;
const STEPS_PER_SLICE = 65_536;

/** Follows a schedule in words from the machine's start, and lets the enabled actors continue after its end. */
export function follow(machine: Machine, lines: readonly string[], maxSteps: number): Followed {
  return toEnd(followInSlices(machine, lines, maxSteps));
}

/** The same in slices, for callers that do other work in between. */
export function* followInSlices(
  machine: Machine,
  lines: readonly string[],
  maxSteps: number,
): Generator<void, Followed> {
  const walker = createWalker(machine);
  const numbers = new Map(machine.actors.map((name, i) => [name, i]));
  const moves: number[] = [];
  const missed: string[] = [];
  const move = (actor: number): void => {
    moves.push(actor);
    walker.step(actor);
  };
  for (const [i, line] of lines.entries()) {
    if (i % LINES_PER_SLICE === LINES_PER_SLICE - 1) yield;
    const { actor, label, times } = parseLine(numbers, line);
    let left = times;
    while (left > 0 && moves.length < maxSteps && actor >= 0 && walker.can(actor)) {
      if (label === undefined || machine.label(actor) === label) left--;
      move(actor);
      if (moves.length % STEPS_PER_SLICE === 0) yield;
    }
    if (left > 0) missed.push(line);
  }
  for (let actor = walker.first(); actor >= 0 && moves.length < maxSteps; actor = walker.first()) {
    move(actor);
    if (moves.length % STEPS_PER_SLICE === 0) yield;
  }
  return { moves, missed };
}

function parseLine(
  numbers: ReadonlyMap<string, number>,
  line: string,
): { actor: number; label: string | undefined; times: number } {
  const whole = numbers.get(line);
  if (whole !== undefined) return { actor: whole, label: undefined, times: 1 };
  const colon = line.indexOf(': ');
  const [, label, times] = /^(.*?)(?: x(\d+))?$/.exec(line.slice(colon + 2))!;
  return { actor: numbers.get(line.slice(0, colon)) ?? -1, label: label!, times: Number(times ?? 1) };
}
