/** The faults of a case whose verbs are a user's own, for a backend of a user's own: fired at its moments, and remembered. */
import type { Case, Fault } from '../model/case.ts';
import type { RunEvent } from '../record/record.ts';
import type { OwnFault } from './own-fault.ts';

/** A fault that has fired, as an event of the record without its step. */
type Fired = Pick<RunEvent & { readonly kind: 'fault' }, 'kind' | 'actor' | 'fault' | 'verb' | 'target'>;

export class OwnFaults {
  readonly #faults: readonly Fault[];
  readonly #verbs: ReadonlyMap<string, OwnFault>;
  readonly #count = new Map<string, number>();

  /** `verbs`: what `create` of the backend got as `faults`. Throws for a case with a verb that is none of them. */
  constructor({ faults }: Pick<Case, 'faults'>, verbs: readonly OwnFault[]) {
    this.#faults = faults.filter(({ own }) => own !== undefined);
    this.#verbs = new Map(verbs.map((verb) => [verb.name, verb]));
    const missing = this.#faults.find(({ own }) => !this.#verbs.has(own!.verb));
    if (missing) throw new Error(`the fault verb ${missing.own!.verb} is not loaded`);
  }

  /** The names of those that have fired, for `fired` of the record. */
  get fired(): string[] {
    return [...this.#count.keys()];
  }

  /**
   * A moment of the run has come: fires what is due, in the scenario's order, and what comes after those. Rejects with what a verb throws,
   * or for one that answers neither true nor false: that is a defect of the verb.
   */
  async at(moment: string, scene: unknown): Promise<Fired[]> {
    const events: Fired[] = [];
    let due = this.#faults.filter(({ when }) => when.kind === 'moment' && when.at === moment);
    while (due.length > 0) {
      const hit: string[] = [];
      for (const fault of due) {
        const count = this.#count.get(fault.name) ?? 0;
        if (count >= fault.times || !(await this.#fire(fault, moment, scene))) continue;
        this.#count.set(fault.name, count + 1);
        hit.push(fault.name);
        events.push(...toEvents(fault));
      }
      due = this.#faults.filter(({ when }) => when.kind === 'after' && hit.includes(when.fault));
    }
    return events;
  }

  async #fire(fault: Fault, moment: string, scene: unknown): Promise<boolean> {
    const { verb, with: values } = fault.own!;
    const answer: unknown = await this.#verbs.get(verb)!.fire({ fault, moment, with: values }, scene as never);
    if (typeof answer !== 'boolean') throw new Error(`the fault verb ${verb} did not answer whether it has fired`);
    return answer;
  }
}

/** One event for each task that is hit; for none, one without. */
function toEvents({ name, own, targets }: Fault): Fired[] {
  const event = { kind: 'fault', actor: 'environment', fault: name, verb: own!.verb } as const;
  return targets.length === 0 ? [event] : targets.map((target) => ({ ...event, target }));
}
