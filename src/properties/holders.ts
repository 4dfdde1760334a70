/** The tasks that have the context as their checkpoint_ctx, while a record is read event by event. */
import type { Case } from '../model/case.ts';
import type { Actor, RunEvent } from '../record/record.ts';
import { identify } from './tree.ts';

export class Holders {
  readonly #case: Case;
  readonly #elsewhere: ReadonlySet<Actor>;
  readonly #holding = new Set<Actor>();

  /** `elsewhere`: the story's. */
  constructor(c: Case, elsewhere: ReadonlySet<Actor>) {
    this.#case = c;
    this.#elsewhere = elsewhere;
  }

  /** Whether the actor has the context now. */
  has(actor: Actor): boolean {
    return this.#holding.has(identify(this.#case, actor));
  }

  /** The tasks that have it now. */
  all(): ReadonlySet<Actor> {
    return this.#holding;
  }

  /** Takes note of an event. */
  see(event: RunEvent): void {
    if (isMark(event)) this.#holding.add(identify(this.#case, event.task));
    else if (isInherited(event, this.#elsewhere)) this.#holding.add(event.child);
    else if (event.kind === 'unmark' || event.kind === 'exit') this.#holding.delete(identify(this.#case, event.actor));
  }
}

/** Whether the event sets a checkpoint_ctx that stays set. What a parent hands to a child counts when the child exists. */
export function isMark(event: RunEvent): event is RunEvent & { kind: 'mark' } {
  return event.kind === 'mark' && (event.actor === 'coordinator' || event.actor === event.task);
}

/**
 * Whether a fork hands on the context of this restart. A task that is elsewhere, in a restart of its own, has another one; its child
 * has that of its parent, whatever it was to do: fork copies what the parent has.
 */
export function isInherited(event: RunEvent, elsewhere: ReadonlySet<Actor>): event is RunEvent & { kind: 'fork' } {
  return event.kind === 'fork' && event.inherits && !elsewhere.has(event.actor);
}
