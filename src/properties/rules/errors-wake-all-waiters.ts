/** Once an error is recorded, no task keeps sleeping in the restart. */
import { isOver, type Property } from '../property.ts';
import { type Ended, NEVER, readStory } from '../story.ts';
import { formatList } from '../words.ts';

const name = 'errors-wake-all-waiters';

export const errorsWakeAllWaiters: Property = {
  name,
  title: 'An error wakes every waiter',
  statement:
    'Once an error is recorded the coordinator stops waiting, and no task (or ghost) keeps sleeping at sync point 2 or 3: each wakes, sees the error and leaves restart. This also holds where a scenario allows tasks to be left waiting.',
  source:
    'docs/protocol.md, "Recording an error"; ckpt_set_error, restore_notify_error; the author\'s words: "it will mark the @ctx with an error flag, and wakeup the other tasks"',
  hint: 'Is the flag set before the wake-up, and does every wait test it again after it was queued?',
  check(c, record) {
    const story = readStory(c, record);
    if (!isOver(record) || story.firstError === NEVER) return [];
    const asleep: (number | string)[] = story.tasks.filter(isAsleep).map(({ pid }) => pid);
    const { end, at } = record.final.coordinator;
    if (end === 'waiting' && at === 'wait') asleep.unshift('the coordinator');
    if (asleep.length === 0) return [];
    return [{ property: name, message: `an error was recorded, and these still sleep: ${formatList(asleep)}` }];
  },
};

function isAsleep({ final }: Ended): boolean {
  return final.end === 'waiting' && (final.at === 'sync-2' || final.at === 'sync-3');
}
