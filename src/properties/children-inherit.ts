/** The child of a task in restart is in restart. */
import { Holders } from './holders.ts';
import { type Property, stepAt } from './property.ts';
import { treeOf } from './tree.ts';
import { nameOf } from './words.ts';

const name = 'children-inherit';

export const childrenInherit: Property = {
  name,
  title: 'A child inherits the context of its parent',
  statement:
    'A child that is forked by a task with a checkpoint_ctx gets that context and a reference of its own; the child of a task without one gets none. So no child escapes a restart by being made during the walk.',
  source:
    'protocol.md, "fork"; copy_process ("If parent is restarting, child should be too"); changelog v18 "Fix race of prepare_descendant() with an ongoing fork()"',
  hint: "Is the parent's context read under the task list lock, where the walk can not come between?",
  check(c, record) {
    const { tasks } = treeOf(c);
    const holders = new Holders(c);
    for (let position = 0; position < record.events.length; position++) {
      const event = record.events[position]!;
      if (event.kind === 'fork' && event.inherits !== holders.has(event.actor)) {
        const elsewhere = typeof event.actor === 'number' && tasks.get(event.actor)?.restartingItself;
        if (!elsewhere) {
          const [has, gets] = event.inherits ? ['has no context', 'gets one'] : ['has the context', 'does not get it'];
          const message = `${nameOf(event.actor)} ${has}, and its child ${event.child} ${gets}`;
          return [{ property: name, message, ...stepAt(record, position) }];
        }
      }
      holders.see(event);
    }
    return [];
  },
};
