/** The faults of a case whose verbs are a user's own: fired at the moments of a backend, and remembered. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeThrown } from '../boundary/load-module.ts';
import type { Case, Fault } from '../model/case.ts';
import type { RunEvent } from '../record/record.ts';
import type { LoadedFault, OwnFault } from './own-fault.ts';

/** A fault that has fired, as an event of the record without its step. */
export type Fired = Pick<RunEvent & { readonly kind: 'fault' }, 'kind' | 'actor' | 'fault' | 'verb' | 'target'>;

/** Milliseconds in which a verb ends, unless the backend sets a limit. */
const LIMIT = 60_000;

export class OwnFaults {
  readonly #faults: readonly Fault[];
  readonly #verbs: ReadonlyMap<string, OwnFault>;
  readonly #count = new Map<string, number>();
  readonly #limit: number;

  /**
   * `verbs`: what `create` of the backend got as `faults`; `limit`: milliseconds that each firing may take. Throws for a case with a verb that is
   * none of them.
   */
  constructor({ faults }: Pick<Case, 'faults'>, verbs: readonly OwnFault[], limit = LIMIT) {
    this.#limit = limit;
    this.#faults = faults.filter(({ own }) => own !== undefined);
    this.#verbs = new Map(verbs.map((verb) => [verb.name, verb]));
    const missing = this.#faults.find(({ own }) => !this.#verbs.has(own!.verb));
    if (missing) throw new Error(`the fault verb ${missing.own!.verb} is not loaded`);
  }

  /** The names of those that have fired, for `fired` of the record. */
  get fired(): string[] {
    return [...this.#count.keys()];
  }

  /** Whether a fault waits for this moment. */
  areDue(moment: string): boolean {
    return this.#faults.some(({ when }) => when.kind === 'moment' && when.at === moment);
  }

  /**
   * A moment of the run has come: fires what is due, in the scenario's order, and what comes after those. Rejects, with the place in the
   * verb's file, when a verb throws, does not end in time, or answers neither true nor false: that is a defect of the verb.
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
    const { verb: name, with: values } = fault.own!;
    const verb = this.#verbs.get(name)!;
    const late = new AbortController();
    let answer: unknown;
    try {
      const fired = verb.fire({ fault, moment, with: values, signal: late.signal }, scene as never);
      answer = await Promise.race([fired, this.#waitFor(late)]);
    } catch (error) {
      throw broken(verb, error);
    } finally {
      late.abort();
    }
    if (answer === LATE) {
      wasLate = true;
      throw defect(
        `${placeIn(verb)}the fault verb ${name} has not ended ${this.#limit / 1000} s after ${moment}: the case ends here`,
      );
    }
    if (typeof answer !== 'boolean')
      throw defect(
        `${placeIn(verb)}the fault verb ${name} did not answer whether it has fired: it gave ${String(answer)}, expected true or false`,
      );
    return answer;
  }

  /** Ends at the limit, or when that has become pointless. */
  #waitFor({ signal }: AbortController): Promise<typeof LATE> {
    return sleep(this.#limit, LATE, { signal }).catch(() => LATE);
  }
}

const LATE = Symbol('late');
let wasLate = false;

/** Whether a verb has not ended in time: what it waits for may keep this process running. */
export function hasLateVerb(): boolean {
  return wasLate;
}

/** A defect of a verb: no line of mktrouble's own explains it. */
function defect(message: string, cause?: unknown): Error {
  const error = new Error(message, { cause });
  error.stack = message;
  return error;
}

/** `unplug.ts:12: `; nothing for a verb that no file has. */
function placeIn(verb: OwnFault): string {
  const { place } = verb as Partial<LoadedFault>;
  return place === undefined ? '' : `${place}: `;
}

/** What a verb has thrown, at the place in its file that the stack names. */
function broken(verb: OwnFault, error: unknown): Error {
  const { file, place } = verb as Partial<LoadedFault>;
  const { message, line, column } = describeThrown(error, file ?? '');
  const at =
    file === undefined || line === undefined ? placeIn(verb) : `${place!.replace(/:\d+$/, '')}:${line}:${column}: `;
  return defect(`${at}the fault verb ${verb.name} broke: ${message}`, error);
}

/** One event for each task that is hit; for none, one without. */
function toEvents({ name, own, targets }: Fault): Fired[] {
  const event = { kind: 'fault', actor: 'environment', fault: name, verb: own!.verb } as const;
  return targets.length === 0 ? [event] : targets.map((target) => ({ ...event, target }));
}
