/**
 * Schedules in words. A line is a stretch in which one actor moves: `coordinator: setTaskCtx: storeCheckpointCtx
 * checkpoint_ctx` says that it goes on until it has done the step of that name, ` x2` at the end: for the second time. An
 * event of the environment is its own name. So a schedule still says the same when steps come or go elsewhere in the code.
 */
import type { Machine } from '../backends/backend.ts';

/** The schedule of these moves, in words. Resets the machine and walks it. */
export function describe(machine: Machine, moves: readonly number[]): string[] {
  machine.reset();
  const lines: string[] = [];
  for (let i = 0; i < moves.length; ) {
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

/** Follows a schedule in words from the machine's start, and lets who can move go on after its end. */
export function follow(machine: Machine, lines: readonly string[], maxSteps: number): Followed {
  machine.reset();
  const enabled = new Int32Array(machine.actors.length);
  const moves: number[] = [];
  const missed: string[] = [];
  const canMove = (actor: number): boolean => {
    const n = machine.enabled(enabled);
    for (let i = 0; i < n; i++) if (enabled[i] === actor) return true;
    return false;
  };
  const move = (actor: number): void => {
    moves.push(actor);
    machine.step(actor);
  };
  for (const line of lines) {
    const { actor, label, times } = parseLine(machine, line);
    let left = times;
    while (left > 0 && moves.length < maxSteps && actor >= 0 && canMove(actor)) {
      if (label === undefined || machine.label(actor) === label) left--;
      move(actor);
    }
    if (left > 0) missed.push(line);
  }
  for (let n = machine.enabled(enabled); n > 0 && moves.length < maxSteps; n = machine.enabled(enabled))
    move(enabled[0]!);
  return { moves, missed };
}

function parseLine(machine: Machine, line: string): { actor: number; label: string | undefined; times: number } {
  const whole = machine.actors.indexOf(line);
  if (whole >= 0) return { actor: whole, label: undefined, times: 1 };
  const colon = line.indexOf(': ');
  const [, label, times] = /^(.*?)(?: x(\d+))?$/.exec(line.slice(colon + 2))!;
  return { actor: machine.actors.indexOf(line.slice(0, colon)), label: label!, times: Number(times ?? 1) };
}
