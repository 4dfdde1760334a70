/** A schedule in the words of a replay file: as turns that the agent imposes gate by gate, and of a run as the agent tells it. */
import { itemAt } from '../host/answer.ts';
import type { Cast } from './actors.ts';
import type { Stretch } from './report.ts';
import type { Placed } from './sweep.ts';

const ENVIRONMENT = -3;

export interface Turn {
  /** Number of the actor; ENVIRONMENT: a fault comes. */
  readonly actor: number;
  /** `function: access` as the agent names its steps, a point, or the fault's name. */
  readonly label: string;
  /** Of a fault: whom it hits; undefined: the first that is there. */
  readonly target?: number;
}

/**
 * The turns of a schedule in the words of src/explore/schedule.ts: `<actor>: <step>`, with ` x2` for the second time, or a
 * fault's name. What names nobody of this run is left out.
 */
export function parseTurns(schedule: readonly string[], cast: Cast, faults: readonly Placed[]): Turn[] {
  const names = new Set(faults.map(({ fault }) => fault.name));
  return schedule.flatMap((entry): Turn[] => {
    const [, name = '', label = ''] = /^\s*([^:]+?)\s*(?::\s*(.*?)\s*)?$/.exec(entry) ?? [];
    const actor = cast.of(parseActor(name));
    if (actor) {
      const [, step = label, times = '1'] = /^(.*) x(\d+)$/.exec(label) ?? [];
      return Array.from({ length: Number(times) }, () => ({ actor: actor.number, label: step }));
    }
    // A fault that has several targets says which: `signal-1 101`.
    const [, fault = name, whom] = /^(.*) (coordinator|\d+)$/.exec(name) ?? [];
    if (!names.has(fault)) return [];
    const target = whom === undefined ? undefined : cast.of(parseActor(whom))?.number;
    return [{ actor: ENVIRONMENT, label: fault, ...(target !== undefined && { target }) }];
  });
}

/** The schedule of a run, in the words that `parseTurns` reads. */
export function formatTurns(stretches: readonly Stretch[], cast: Cast, faults: readonly Placed[]): string[] {
  return stretches.flatMap(([actor, step, last]) => {
    if (typeof step === 'string') {
      const times = last > 1 ? ` x${last}` : '';
      return [`${itemAt(cast.actors, actor, 'actors').who}: ${step}${times}`];
    }
    const { fault } = itemAt(faults, step, 'faults');
    // A call that fails by its number does so by itself, unless it is one of any.
    if (fault.call !== undefined) return [];
    return [
      fault.targets.length > 1 && last >= 0 ? `${fault.name} ${itemAt(cast.actors, last, 'actors').who}` : fault.name,
    ];
  });
}

function parseActor(name: string): 'coordinator' | number {
  return /^\d+$/.test(name) ? Number(name) : (name as 'coordinator');
}
