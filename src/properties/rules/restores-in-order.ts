/** Restores happen one at a time, in the order of the image, each with its own record. */
import type { Case } from '../../model/case.ts';
import type { Actor, RunRecord } from '../../record/record.ts';
import { type Property, stepAt } from '../property.ts';
import { fateOf, readStory, type Story } from '../story.ts';
import { identify, readTree, recordOwner } from '../tree.ts';
import { formatActor } from '../words.ts';

const name = 'restores-in-order';

export const restoresInOrder: Property = {
  name,
  title: 'Restores happen one at a time, in order, each with its own record',
  statement:
    'A task begins its restore only when no other task is restoring itself and all tasks before it in the image have begun theirs, or are dead; it does so once; and the record that it reads is its own.',
  source:
    'docs/protocol.md, "A restarting task" (sync point 2, restore) and "Steps and the image"; wait_task_active, restore_task; the author\'s words: "each task will restart itself at the same order that they were saved"',
  hint: 'Which task read the shared image out of turn? From there on every task gets the record of another.',
  check(c, record) {
    const story = readStory(c, record);
    const order = readTree(c).taskself ? undefined : new Order(c, story);
    let restoring: Actor | undefined;
    for (let position = 0; position < record.events.length; position++) {
      const event = record.events[position]!;
      const actor = identify(c, event.actor);
      if (event.kind === 'restore-begin') {
        if (restoring !== undefined) {
          return found(
            record,
            position,
            `${formatActor(actor)} begins its restore while ${formatActor(restoring)} is restoring itself`,
          );
        }
        restoring = actor;
        const problem = order?.begin(actor, position);
        if (problem !== undefined) return found(record, position, problem);
      } else if (event.kind === 'restore-end') {
        if (actor === restoring) restoring = undefined;
        const owner = event.record === undefined ? actor : recordOwner(c, event.record);
        if (order && owner !== actor) {
          const ownerName = owner === undefined ? 'no task' : formatActor(owner);
          return found(
            record,
            position,
            `${formatActor(actor)} restores itself from record ${event.record}, of ${ownerName}`,
          );
        }
      } else if (event.kind === 'exit' && actor === restoring) restoring = undefined;
    }
    return [];
  },
};

function found(record: RunRecord, position: number, message: string) {
  return [{ property: name, message, ...stepAt(record, position) }];
}

/** The order of the image, as it is used up. */
class Order {
  readonly #case: Case;
  readonly #story: Story;
  readonly #begun = new Set<Actor>();
  #next = 0;

  constructor(c: Case, story: Story) {
    this.#case = c;
    this.#story = story;
  }

  /** What is wrong with this actor beginning now; undefined when it is right. */
  begin(actor: Actor, position: number): string | undefined {
    const { pids, placeOf } = readTree(this.#case);
    const place = typeof actor === 'number' ? placeOf.get(actor) : undefined;
    if (place === undefined) return `${formatActor(actor)} begins a restore, and the image does not name it`;
    if (this.#begun.has(actor)) return `${formatActor(actor)} begins to restore itself a second time`;
    while (this.#next < place && this.#isBehind(pids[this.#next]!, position)) this.#next++;
    if (this.#next < place) return `${formatActor(actor)} begins its restore before ${formatActor(pids[this.#next]!)}`;
    this.#begun.add(actor);
    return undefined;
  }

  #isBehind(pid: number, position: number): boolean {
    return this.#begun.has(pid) || fateOf(this.#story, pid).dying < position;
  }
}
