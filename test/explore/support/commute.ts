/**
 * Whether steps that are taken alone commute with all that others can do in their place. Weaker than what a reduction needs, for it
 * looks one step far, and stricter, for it compares states and not ends; so it finds what a comparison of ends finds by luck.
 */
import seedrandom from 'seedrandom';
import { OOPS } from '../../../src/backends/simulated/kernel/layout.ts';
import type { SimulatedMachine } from '../../../src/backends/simulated/machine.ts';

/** A step that does not commute with another actor's. */
export interface Conflict {
  readonly actor: number;
  /** The state before, for another machine of the same case. */
  readonly state: Int32Array;
  readonly step: string;
  readonly other: string;
}

/** A state on the way of a random run, and what follows when each of those that can move does. */
interface Visited {
  readonly state: Int32Array;
  readonly movers: readonly number[];
  readonly next: Map<number, Int32Array>;
}

/** The states on the way of so many random runs, each once. */
export function* walkStates(machine: SimulatedMachine, runs: number): Generator<Visited> {
  const random = seedrandom.alea('conflicts');
  const seen = new Set<string>();
  for (let run = 0; run < runs; run++) {
    machine.reset();
    /* the actor with the most of it moves, and loses it now and then: long stretches of one actor meet rare places of another */
    const urge = machine.actors.map(() => random());
    for (let state = copyState(machine), next = listSuccessors(machine, state); next.size > 0; ) {
      const key = state.join();
      const movers = [...next.keys()];
      if (!seen.has(key)) yield { state, movers, next };
      seen.add(key);
      const mover = movers.reduce((a, b) => (urge[a]! >= urge[b]! ? a : b));
      if (random() < 0.1) urge[mover] = random();
      state = next.get(mover)!;
      next = listSuccessors(machine, state);
    }
  }
}

/** The conflicts of all steps that tasks can take, alone or not, on so many random runs of a case. */
export function* walkConflicts(machine: SimulatedMachine, runs: number): Generator<Conflict> {
  for (const { state, next } of walkStates(machine, runs)) yield* conflictsAt(machine, state, next);
}

function* conflictsAt(
  machine: SimulatedMachine,
  state: Int32Array,
  next: Map<number, Int32Array>,
): Generator<Conflict> {
  for (const actor of next.keys()) {
    if (actor >= machine.firstEvent) continue;
    const other = [...next.keys()].find((one) => one !== actor && !commutes(machine, next, actor, one));
    if (other === undefined) continue;
    machine.state.set(state);
    yield { actor, state, step: machine.label(actor), other: machine.actors[other]! };
  }
}

function copyState(machine: SimulatedMachine): Int32Array {
  return machine.state.slice();
}

function listSuccessors(machine: SimulatedMachine, state: Int32Array): Map<number, Int32Array> {
  const next = new Map<number, Int32Array>();
  for (const actor of listMovers(machine, state)) {
    machine.state.set(state);
    machine.step(actor);
    next.set(actor, copyState(machine));
  }
  return next;
}

function listMovers(machine: SimulatedMachine, state: Int32Array): number[] {
  const movers = new Int32Array(machine.actors.length);
  machine.state.set(state);
  return [...movers.subarray(0, machine.enabled(movers))];
}

function commutes(machine: SimulatedMachine, next: Map<number, Int32Array>, actor: number, other: number): boolean {
  /* where the others stand when the kernel breaks is chance */
  if (next.get(other)![OOPS] !== 0) return true;
  const actorFirst = after(machine, next.get(actor)!, other);
  const otherFirst = after(machine, next.get(other)!, actor);
  if (actorFirst === undefined) return false;
  /* a fault that the other one sets off comes first, and the actor after it */
  if (otherFirst === undefined) return isFaultDue(machine, next.get(other)!);
  return actorFirst === otherFirst;
}

function isFaultDue(machine: SimulatedMachine, state: Int32Array): boolean {
  const movers = listMovers(machine, state);
  return movers.length > 0 && movers.every((one) => one >= machine.firstEvent);
}

/** The state after a step, as text; undefined when the actor cannot move. */
function after(machine: SimulatedMachine, state: Int32Array, actor: number): string | undefined {
  if (!listMovers(machine, state).includes(actor)) return undefined;
  machine.state.set(state);
  machine.step(actor);
  return machine.state.join();
}
