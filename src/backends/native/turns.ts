/** Schedules in the words of a replay file: converts them to the turns that the agent imposes, and back from the agent's report. */
import { itemAt } from '../agent/answer.ts';
import type { Cast } from './actors.ts';
import type { Stretch } from './report.ts';
import type { Placed } from './sweep.ts';

/** `step`: `function: access` as the agent names its steps, or a point. `target`: undefined for the first that is there. */
export type Turn =
  | { readonly actor: number; readonly step: string }
  | { readonly fault: string; readonly target?: number };

/** Turns of a schedule, and how many of its lines name no actor of this run. */
export interface Turns {
  readonly turns: readonly Turn[];
  readonly unknown: number;
}

/**
 * The turns of a schedule in the words of src/explore/schedule.ts: `<actor>: <step>`, with ` x2` for the second time, or a
 * fault's name. Lines that name no actor of this run are left out. `limit`: of turns, the steps of the run: later ones never come.
 */
export function parseTurns(
  schedule: readonly string[],
  cast: Cast,
  faults: readonly Placed[],
  limit = Number.POSITIVE_INFINITY,
): Turns {
  const names = new Set(faults.map(({ fault }) => fault.name));
  const turns: Turn[] = [];
  let unknown = 0;
  for (const entry of schedule) {
    const [, name = '', label = ''] = /^\s*([^:]+?)\s*(?::\s*(.*?)\s*)?$/.exec(entry) ?? [];
    const actor = cast.of(parseActor(name));
    if (actor) {
      const [, step = label, times = '1'] = /^(.*) x(\d+)$/.exec(label) ?? [];
      const end = Math.min(turns.length + Number(times), limit);
      while (turns.length < end) turns.push({ actor: actor.number, step });
      continue;
    }
    // A fault that has several targets says which: `signal-1 101`.
    const [, fault = name, hit] = /^(.*) (coordinator|\d+)$/.exec(name) ?? [];
    if (!names.has(fault)) {
      unknown++;
      continue;
    }
    const target = hit === undefined ? undefined : cast.of(parseActor(hit))?.number;
    if (turns.length < limit) turns.push({ fault, ...(target !== undefined && { target }) });
  }
  return { turns, unknown };
}

/** The schedule of a run, in the words that `parseTurns` reads. */
export function formatTurns(stretches: readonly Stretch[], cast: Cast, faults: readonly Placed[]): string[] {
  return stretches.flatMap((stretch) => {
    if ('step' in stretch) {
      const times = stretch.times === undefined ? '' : ` x${stretch.times}`;
      return [`${itemAt(cast.actors, stretch.actor, 'actors').id}: ${stretch.step}${times}`];
    }
    const { fault } = itemAt(faults, stretch.fault, 'faults');
    // A call that fails by its number does so by itself, unless it is one of any.
    if (fault.call !== undefined) return [];
    const { target } = stretch;
    if (fault.targets.length < 2 || target === undefined) return [fault.name];
    return [`${fault.name} ${itemAt(cast.actors, target, 'actors').id}`];
  });
}

function parseActor(name: string): 'coordinator' | number {
  return /^\d+$/.test(name) ? Number(name) : (name as 'coordinator');
}
