/** Who has the context as its checkpoint_ctx, while a record is read event by event. */
import type { Case } from '../model/case.ts';
import type { Actor, RunEvent } from '../record/record.ts';
import { identify } from './tree.ts';

export class Holders {
  readonly #case: Case;
  readonly #holding = new Set<Actor>();

  constructor(c: Case) {
    this.#case = c;
  }

  /** Whether the actor has the context now. */
  has(actor: Actor): boolean {
    return this.#holding.has(identify(this.#case, actor));
  }

  /** Everyone who has it now. */
  all(): ReadonlySet<Actor> {
    return this.#holding;
  }

  /** Takes note of an event. */
  see(event: RunEvent): void {
    if (event.kind === 'mark') this.#holding.add(identify(this.#case, event.task));
    else if (event.kind === 'fork' && event.inherits) this.#holding.add(event.child);
    else if (event.kind === 'unmark' || event.kind === 'exit') this.#holding.delete(identify(this.#case, event.actor));
  }
}
