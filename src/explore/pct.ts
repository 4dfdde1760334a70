/**
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010): random priorities, the
 * enabled actor of highest priority moves, and at depth - 1 random steps its priority falls below all others. A bug that needs
 * `depth` orderings among `n` actors in `k` steps is found by one run with probability at least 1 / (n * k^(depth - 1)).
 */
import type { Machine } from '../backends/backend.ts';
import { createWalker, type Walk } from '../backends/walk.ts';

/** The bound for one run: actors, steps of a run, depth. Between 0 and 1. */
export function pctBound(actors: number, steps: number, depth: number): number {
  return 1 / (actors * steps ** (depth - 1));
}

export interface PctOptions {
  /** How long a run is expected to be. */
  readonly steps: number;
  /** From 1. */
  readonly depth: number;
  /** Steps after which the run is cut. */
  readonly maxSteps: number;
}

/** One run, from the machine's start. A rank is a priority upside down: 0 is the highest. */
export function pctWalk(machine: Machine, random: () => number, { steps, depth, maxSteps }: PctOptions): Walk {
  const n = machine.actors.length;
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const ranks = new Int32Array(n);
  order.forEach((actor, i) => {
    ranks[actor] = n - 1 - i;
  });
  /** By step: the rank that the actor falls to. */
  const falls = new Map<number, number>();
  for (let i = 1; i < depth; i++) falls.set(Math.floor(random() * steps), n - 1 + i);

  const walker = createWalker(machine, ranks);
  const moves: number[] = [];
  for (let actor = walker.first(); actor >= 0; actor = walker.first()) {
    if (moves.length >= maxSteps) return { moves, end: 'cut' };
    const fall = falls.get(moves.length);
    if (fall !== undefined) {
      walker.setRank(actor, fall);
      actor = walker.first();
    }
    moves.push(actor);
    walker.step(actor);
  }
  return { moves, end: 'over' };
}
