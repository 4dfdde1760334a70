/** Schedules in the words of a replay file: converts their lines to the entries that the agent imposes, and back from the agent's report. */
import { itemAt } from '../agent/answer.ts';
import type { Cast } from './actors.ts';
import type { Stretch } from './report.ts';
import type { Placed } from './sweep.ts';

/** `step`: `function: access` as the agent names its steps, or a point. `target`: undefined for the first that is there. */
export type Entry =
  | { readonly actor: number; readonly step: string }
  | { readonly fault: string; readonly target?: number };

/** The entries of a schedule, and how many of its lines name no actor of this run. */
export interface Entries {
  readonly entries: readonly Entry[];
  readonly unknown: number;
}

/**
 * The entries of a schedule in the words of src/explore/schedule.ts: `<actor>: <step>`, with ` x2` for the second time, or a
 * fault's name. Lines that name no actor of this run are left out. `limit`: the most entries, which is the most steps of the run.
 */
export function parseSchedule(
  schedule: readonly string[],
  cast: Cast,
  faults: readonly Placed[],
  limit = Number.POSITIVE_INFINITY,
): Entries {
  const names = new Set(faults.map(({ fault }) => fault.name));
  const entries: Entry[] = [];
  let unknown = 0;
  for (const text of schedule) {
    const [, name = '', label = ''] = /^\s*([^:]+?)\s*(?::\s*(.*?)\s*)?$/.exec(text) ?? [];
    const actor = cast.of(parseActor(name));
    if (actor) {
      const [, step = label, times = '1'] = /^(.*) x(\d+)$/.exec(label) ?? [];
      const end = Math.min(entries.length + Number(times), limit);
      while (entries.length < end) entries.push({ actor: actor.number, step });
      continue;
    }
    // A fault that has several targets says which: `signal-1 101`.
    const [, fault = name, hit] = /^(.*) (coordinator|\d+)$/.exec(name) ?? [];
    if (!names.has(fault)) {
      unknown++;
      continue;
    }
    const target = hit === undefined ? undefined : cast.of(parseActor(hit))?.number;
    if (entries.length < limit) entries.push({ fault, ...(target !== undefined && { target }) });
  }
  return { entries, unknown };
}

/** The schedule of a run, in the words that `parseSchedule` reads. */
export function formatSchedule(stretches: readonly Stretch[], cast: Cast, faults: readonly Placed[]): string[] {
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
