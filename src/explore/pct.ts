/**
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010): random priorities, the
 * enabled actor of highest priority moves, and at depth - 1 random steps its priority falls below all others. A bug that needs
 * `depth` orderings among `n` actors in `k` steps is found by one run with probability at least 1 / (n * k^(depth - 1)).
 */
import type { Machine } from '../backends/backend.ts';
import type { Chooser } from '../backends/walk.ts';

/** The bound for one run: actors, steps of a run, depth. Between 0 and 1. */
export function pctBound(actors: number, steps: number, depth: number): number {
  return 1 / (actors * steps ** (depth - 1));
}

/** A run's choices. `steps`: how long a run is expected to be; `depth` from 1. */
export function pctChooser(machine: Machine, random: () => number, steps: number, depth: number): Chooser {
  const n = machine.actors.length;
  const priority = new Float64Array(n);
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  order.forEach((actor, i) => {
    priority[actor] = depth + i;
  });
  const falls = new Map<number, number>();
  for (let i = 1; i < depth; i++) falls.set(Math.floor(random() * steps), depth - i);

  return (enabled, count, step) => {
    const fall = falls.get(step);
    if (fall !== undefined) priority[highest(priority, enabled, count)] = fall;
    return highest(priority, enabled, count);
  };
}

function highest(priority: Float64Array, enabled: Int32Array, count: number): number {
  let best = enabled[0]!;
  for (let i = 1; i < count; i++) if (priority[enabled[i]!]! > priority[best]!) best = enabled[i]!;
  return best;
}
