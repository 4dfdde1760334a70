/** A restart touches no task outside of the tree that it restarts. */
import type { RunEvent } from '../../record/record.ts';
import { type Property, stepAt } from '../property.ts';
import { identify, readTree } from '../tree.ts';
import { formatActor } from '../words.ts';

const name = 'outsiders-untouched';

export const outsidersUntouched: Property = {
  name,
  title: 'Tasks outside of the tree are never touched',
  statement:
    'The coordinator marks, freezes and kills only tasks of the tree that it restarts: never init, a tracer, a sibling of the root, a stranger, a task that is in a restart of its own, or a descendant of one. (A child that inherits the context by fork is in the restart, whatever its parent.)',
  source:
    'docs/protocol.md, "The coordinator" (prepare, out); __prepare_descendants (PTRACE_MODE_ATTACH, set_task_ctx), __destroy_descendants (same context only), restore_activate_next ("target task must have same restart context"); "it will not allow a user to do more than is otherwise permitted"',
  hint: 'Where does the walk start, where does it end, and does the kill check which context the task has?',
  check(c, record) {
    const { inside } = readTree(c);
    const made = new Set<number>();
    const isInside = (actor: number | 'coordinator' | 'environment') =>
      inside.has(actor) || (typeof actor === 'number' && made.has(actor));
    const touches = (event: RunEvent): string | undefined => {
      const by = identify(c, event.actor);
      switch (event.kind) {
        case 'mark':
          return by === 'coordinator' && identify(c, event.task) !== by ? 'marks' : undefined;
        case 'signal':
          return event.force && identify(c, event.task) !== by ? 'kills' : undefined;
        case 'frozen':
          return by === 'coordinator' ? 'freezes' : undefined;
        default:
          return undefined;
      }
    };
    for (let position = 0; position < record.events.length; position++) {
      const event = record.events[position]!;
      if (event.kind === 'fork' && (event.inherits || isInside(identify(c, event.actor)))) made.add(event.child);
      const verb = touches(event);
      if (verb === undefined || !('task' in event) || isInside(identify(c, event.task))) continue;
      return [
        {
          property: name,
          message: `${formatActor(event.actor)} ${verb} ${formatActor(event.task)}, which is outside of the restarted tree`,
          ...stepAt(record, position),
        },
      ];
    }
    return [];
  },
};
