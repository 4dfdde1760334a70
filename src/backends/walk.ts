/** Walks a machine from its start to its end, one chosen step after the other. */
import type { Machine, Walker } from './backend.ts';

/** Chooses the next actor: one of the first `n` of `enabled`. */
export type Chooser = (enabled: Int32Array, n: number, step: number) => number;

export interface Walk {
  /** The actors, step by step. */
  readonly moves: number[];
  /** over: no actor could move any more; cut: the limit came first. */
  readonly end: 'over' | 'cut';
}

/** Resets the machine and runs it until no actor can move, at most `maxSteps` steps. */
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
 * Draws uniformly among the enabled actors. An event of the environment comes at a step that was drawn before, evenly
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

/** Resets the machine, and goes from its start. `ranks`: see Machine.walker; by default the actors' numbers. */
export function createWalker(machine: Machine, ranks?: Int32Array): Walker {
  machine.reset();
  return machine.walker?.(ranks) ?? plainWalker(machine, ranks);
}

/** Asks the machine for all actors that can move, before each step. */
function plainWalker(machine: Machine, given?: Int32Array): Walker {
  const enabled = new Int32Array(machine.actors.length);
  const ranks = given ?? enabled.map((_, i) => i);
  return {
    first() {
      const n = machine.enabled(enabled);
      let first = -1;
      for (let i = 0; i < n; i++) if (first < 0 || ranks[enabled[i]!]! < ranks[first]!) first = enabled[i]!;
      return first;
    },
    can(actor) {
      const n = machine.enabled(enabled);
      return enabled.subarray(0, n).includes(actor);
    },
    step: (actor) => machine.step(actor),
    setRank(actor, rank) {
      ranks[actor] = rank;
    },
  };
}

/** Runs slices to their end. */
export function toEnd<T>(slices: Generator<unknown, T>): T {
  for (;;) {
    const { done, value } = slices.next();
    if (done) return value as T;
  }
}

/** Steps after which a long walk lets its caller see to other things. */
const STEPS_PER_SLICE = 65_536;

/** Lets the first actor that can move go on for as long as it can, events last; the moves, at most `maxSteps`. The same on every machine. */
export function* firstWalk(machine: Machine, maxSteps: number): Generator<void, number[]> {
  const walker = createWalker(machine);
  const moves: number[] = [];
  for (let actor = walker.first(); actor >= 0 && moves.length < maxSteps; actor = walker.first()) {
    moves.push(actor);
    walker.step(actor);
    if (moves.length % STEPS_PER_SLICE === 0) yield;
  }
  return moves;
}
