/** Simplifies a schedule: the fewest context switches, then the fewest steps, that still show the same violation. */
import type { Machine } from '../backends/backend.ts';
import { createWalker, toEnd } from '../backends/walk.ts';

/** Steps after which a long walk lets its caller do other work. */
const STEPS_PER_SLICE = 65_536;

/** A stretch of one actor. */
interface Stretch {
  readonly actor: number;
  readonly steps: number;
}

function splitStretches(moves: readonly number[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const actor of moves) {
    const last = stretches.at(-1);
    if (last?.actor === actor) stretches[stretches.length - 1] = { actor, steps: last.steps + 1 };
    else stretches.push({ actor, steps: 1 });
  }
  return stretches;
}

/** Context switches. */
export function countSwitches(moves: readonly number[]): number {
  let switches = 0;
  for (let i = 1; i < moves.length; i++) if (moves[i] !== moves[i - 1]) switches++;
  return switches;
}

/** Walks along the stretches as far as they can be followed; after them, the current actor continues for as long as it can. */
function* walkAlong(machine: Machine, stretches: readonly Stretch[], maxSteps: number): Generator<void, number[]> {
  const walker = createWalker(machine);
  let yieldAt = STEPS_PER_SLICE;
  const moves: number[] = [];
  const move = (actor: number): void => {
    moves.push(actor);
    walker.step(actor);
  };
  for (const { actor, steps } of stretches) {
    for (let i = 0; i < steps && walker.can(actor); i++) move(actor);
    if (moves.length >= yieldAt) {
      yieldAt = moves.length + STEPS_PER_SLICE;
      yield;
    }
  }
  while (moves.length < maxSteps) {
    const last = moves.at(-1) ?? -1;
    const next = last >= 0 && last < machine.firstEvent && walker.can(last) ? last : walker.first();
    if (next < 0) break;
    move(next);
    if (moves.length % STEPS_PER_SLICE === 0) yield;
  }
  return moves;
}

/**
 * Tries to remove stretches, to join them with an earlier or later one of the same actor, and to drop the tail, until no
 * change helps. `holds`: whether moves that run to the end still show the violation.
 */
export function shrinkMoves(machine: Machine, moves: readonly number[], holds: (moves: number[]) => boolean): number[] {
  // biome-ignore lint/correctness/useYield: it is done at once.
  const atOnce = function* (candidate: number[]): Generator<void, boolean> {
    return holds(candidate);
  };
  return toEnd(shrinkMovesInSlices(machine, moves, atOnce));
}

/**
 * The same some steps at a time, for callers that do other work in between. `spend` gets the number of steps that it took to walk a
 * candidate, and answers whether it may try another.
 */
export function* shrinkMovesInSlices(
  machine: Machine,
  moves: readonly number[],
  holds: (moves: number[]) => Generator<void, boolean>,
  spend: (steps: number) => boolean = () => true,
): Generator<void, number[]> {
  const maxSteps = moves.length * 4 + 1_000;
  let best = [...moves];
  for (let better = true; better; ) {
    better = false;
    for (const candidate of candidates(splitStretches(best))) {
      yield;
      const walked = yield* walkAlong(machine, candidate, maxSteps);
      const mayGoOn = spend(walked.length);
      if (mayGoOn && (!isSimpler(walked, best) || !(yield* holds(walked)))) continue;
      if (!mayGoOn) return best;
      best = walked;
      better = true;
      break;
    }
  }
  return best;
}

function isSimpler(a: readonly number[], b: readonly number[]): boolean {
  const switches = countSwitches(a) - countSwitches(b);
  return switches < 0 || (switches === 0 && a.length < b.length);
}

function* candidates(stretches: readonly Stretch[]): Generator<Stretch[]> {
  for (let length = 0; length < stretches.length; length++) yield stretches.slice(0, length);
  for (let i = 0; i < stretches.length; i++) yield without(stretches, i);
  for (let i = 0; i < stretches.length; i++) {
    for (let j = i + 1; j < stretches.length; j++) {
      if (stretches[i]!.actor !== stretches[j]!.actor) continue;
      const joined = { actor: stretches[i]!.actor, steps: stretches[i]!.steps + stretches[j]!.steps };
      yield replace(without(stretches, j), i, joined);
      yield without(replace(stretches, j, joined), i);
      break;
    }
  }
}

function without(stretches: readonly Stretch[], i: number): Stretch[] {
  return [...stretches.slice(0, i), ...stretches.slice(i + 1)];
}

function replace(stretches: readonly Stretch[], i: number, by: Stretch): Stretch[] {
  return [...stretches.slice(0, i), by, ...stretches.slice(i + 1)];
}
