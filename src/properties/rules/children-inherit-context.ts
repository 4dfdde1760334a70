/** The child of a task in restart is in restart. */
import { Holders } from '../holders.ts';
import { type Property, stepAt } from '../property.ts';
import { readStory } from '../story.ts';
import { formatActor } from '../words.ts';

const name = 'children-inherit-context';

export const childrenInheritContext: Property = {
  name,
  title: 'A child inherits the context of its parent',
  statement:
    'A child that is forked by a task with a checkpoint_ctx gets that context and a reference of its own; the child of a task without one gets none. So no child escapes a restart because it was forked during the walk.',
  source:
    'docs/protocol.md, "Fork"; copy_process ("If parent is restarting, child should be too"); changelog v18 "Fix race of prepare_descendant() with an ongoing fork()"',
  hint: "Is the parent's context read under the task list lock, so that the walk cannot run in between?",
  check(c, record) {
    const { elsewhere } = readStory(c, record);
    const holders = new Holders(c, elsewhere);
    for (let position = 0; position < record.events.length; position++) {
      const event = record.events[position]!;
      if (event.kind === 'fork' && !elsewhere.has(event.actor)) {
        const has = holders.has(event.actor);
        if (has !== event.inherits) {
          const [parent, child] = has ? ['has the context', 'does not get it'] : ['has no context', 'gets one'];
          const message = `${formatActor(event.actor)} ${parent}, and its child ${event.child} ${child}`;
          return [{ property: name, message, ...stepAt(record, position) }];
        }
      }
      holders.see(event);
    }
    return [];
  },
};
