/** Schedules of a machine, and the verdicts of the properties on them. */
import seedrandom from 'seedrandom';
import type { SimulatedMachine } from '../../../../src/backends/simulated/machine.ts';
import { type Chooser, walk } from '../../../../src/backends/walk.ts';
import { judge } from '../../../../src/properties/index.ts';
import type { RunRecord } from '../../../../src/record/record.ts';

/** More than any run of a small case takes. */
export const MAX_STEPS = 20_000;

/** Draws evenly, or lets the last actor continue: for how long differs from seed to seed, so that all speeds meet. */
export function drawn(seed: string): Chooser {
  const random = seedrandom.alea(seed);
  const stay = random() * 0.95;
  let last = -1;
  return (enabled, n) => {
    if (!enabled.subarray(0, n).includes(last) || random() > stay) last = enabled[Math.floor(random() * n)]!;
    return last;
  };
}

/** The record of these moves; the machine must have been opened with `trace`. */
export function replayMoves(machine: SimulatedMachine, moves: readonly number[]): RunRecord {
  machine.reset();
  for (const actor of moves) machine.step(actor);
  return machine.record(null, [], 'over');
}

/** A record of a drawn schedule. */
export function drawnRecord(machine: SimulatedMachine, seed: string): RunRecord {
  walk(machine, drawn(seed), MAX_STEPS);
  return machine.record(null, [], 'over');
}

/** The names of the properties that a record violates, sorted. */
export function violated(machine: SimulatedMachine, record: RunRecord): string[] {
  return [...new Set(judge(machine.subject, record).map(({ property }) => property))].sort();
}
