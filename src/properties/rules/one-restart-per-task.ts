/** A task is in one restart at a time. */
import { Holders, isMark } from '../holders.ts';
import { type Property, stepAt } from '../property.ts';
import { readStory } from '../story.ts';
import { formatActor } from '../words.ts';

const name = 'one-restart-per-task';

export const oneRestartPerTask: Property = {
  name,
  title: 'A task takes part in one restart at a time',
  statement:
    'No checkpoint_ctx is set while it is set already, neither by the walk nor by a claim: the second caller gets -EBUSY, and the first keeps its reference.',
  source:
    'docs/protocol.md, "The coordinator" (claim, prepare); set_task_ctx; changelog v18 "Fix race of prepare_descendant() with an ongoing fork()"',
  hint: 'Is the test made under task_lock together with the set, and does the caller look at the answer?',
  check(c, record) {
    const holders = new Holders(c, readStory(c, record).elsewhere);
    for (let position = 0; position < record.events.length; position++) {
      const event = record.events[position]!;
      if (isMark(event) && holders.has(event.task)) {
        const message = `${formatActor(event.actor)} marks ${formatActor(event.task)}, which has a context already`;
        return [{ property: name, message, ...stepAt(record, position) }];
      }
      holders.see(event);
    }
    return [];
  },
};
