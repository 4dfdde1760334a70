/** Before its claim a restart has touched no task. */
import { type Property, stepAt } from '../property.ts';
import { readStory } from '../story.ts';
import { identify, readTree } from '../tree.ts';
import { formatActor } from '../words.ts';

const name = 'no-effect-before-claim';
const VERBS = { mark: 'marks', wake: 'wakes', signal: 'kills' } as const;

export const noEffectBeforeClaim: Property = {
  name,
  title: 'A restart has no effect before its claim',
  statement:
    'Until the coordinator has set its own checkpoint_ctx it marks, wakes and kills no task; so a failure up to there leaves every task as it was. (A TASKSELF that fails kills itself, and wakes its threads to die.)',
  source:
    'docs/protocol.md, "The coordinator" (what follows the claim); do_restore_coord ("From now on we are committed to the restart")',
  hint: 'Does a step before the claim jump to the clean-up at out, or does prepare run too early?',
  check(c, record) {
    const { taskself } = readTree(c);
    const { marked: claimed } = readStory(c, record).coordinator;
    const position = record.events.findIndex(
      (event, at) =>
        at < claimed &&
        (event.kind === 'mark' || (event.kind === 'wake' && !taskself) || (event.kind === 'signal' && event.force)) &&
        identify(c, event.actor) === 'coordinator' &&
        identify(c, event.task) !== 'coordinator',
    );
    const event = record.events[position];
    if (event?.kind !== 'mark' && event?.kind !== 'wake' && event?.kind !== 'signal') return [];
    return [
      {
        property: name,
        message: `the coordinator ${VERBS[event.kind]} ${formatActor(event.task)} before it is committed to the restart`,
        ...stepAt(record, position),
      },
    ];
  },
};
