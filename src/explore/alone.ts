/** Steps that are taken alone: a search does them at once, and keeps no state between them. See docs/exploration.md. */
import type { Machine } from '../backends/backend.ts';

/** The first actor that may take the next step alone; -1: none. `scratch`: one word for each actor. */
export function firstAlone(machine: Machine, scratch: Int32Array): number {
  if (machine.firstAlone) return machine.firstAlone();
  const n = machine.enabled(scratch);
  for (let i = 0; i < n; i++) if (machine.alone(scratch[i]!)) return scratch[i]!;
  return -1;
}

/** The whole schedule of these moves of a search: with the steps that were taken alone between them. Leaves the machine at its end. */
export function replayKept(machine: Machine, kept: readonly number[], reduce: boolean): number[] {
  const scratch = new Int32Array(machine.actors.length);
  const moves: number[] = [];
  const runAlone = (): void => {
    if (!reduce) return;
    for (let actor = firstAlone(machine, scratch); actor >= 0; actor = firstAlone(machine, scratch)) {
      moves.push(actor);
      machine.step(actor);
    }
  };
  machine.reset();
  runAlone();
  for (const actor of kept) {
    machine.step(actor);
    moves.push(actor);
    runAlone();
  }
  return moves;
}
