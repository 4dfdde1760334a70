/** Walks a machine from its start to its end, one chosen step after the other. */
import type { Machine } from './backend.ts';

/** Chooses who moves: one of the first `n` of `enabled`. */
export type Chooser = (enabled: Int32Array, n: number, step: number) => number;

export interface Walk {
  /** Who moved, step by step. */
  readonly moves: number[];
  /** over: nobody could move any more; cut: the limit came first. */
  readonly end: 'over' | 'cut';
}

/** Resets the machine and runs it until nobody can move, at most `maxSteps` steps. */
export function walk(machine: Machine, choose: Chooser, maxSteps: number): Walk {
  machine.reset();
  const enabled = new Int32Array(machine.actors.length);
  const moves: number[] = [];
  for (let n = machine.enabled(enabled); n > 0; n = machine.enabled(enabled)) {
    if (moves.length >= maxSteps) return { moves, end: 'cut' };
    const actor = choose(enabled, n, moves.length);
    moves.push(actor);
    machine.step(actor);
  }
  return { moves, end: 'over' };
}

/**
 * Draws uniformly among those who can move. An event of the environment comes at a step that was drawn before, evenly
 * from a run's expected length: among equals it would nearly always come early.
 */
export function randomChooser(machine: Machine, random: () => number, expectedSteps: number): Chooser {
  const { firstEvent } = machine;
  const due = Array.from({ length: machine.actors.length - firstEvent }, () => Math.floor(random() * expectedSteps));
  return (enabled, n, step) => {
    let tasks = n;
    while (tasks > 0 && enabled[tasks - 1]! >= firstEvent) tasks--;
    for (let i = tasks; i < n; i++) {
      if (tasks === 0 || due[enabled[i]! - firstEvent]! <= step) return enabled[i]!;
    }
    return enabled[Math.floor(random() * tasks)]!;
  };
}

/** Lets the first who can move go on for as long as it can, events last: the same walk on every machine. */
export const firstComes: Chooser = (enabled) => enabled[0]!;
