/** Success means that every task was restored, from its own record. */
import type { Case } from '../../model/case.ts';
import type { Actor } from '../../record/record.ts';
import { type Property, stepAt } from '../property.ts';
import { fateOf, readStory } from '../story.ts';
import { readTree, recordOwner } from '../tree.ts';
import { formatActor, formatList } from '../words.ts';

const name = 'success-means-restored';

export const successMeansRestored: Property = {
  name,
  title: 'Success means that every task was restored from its own record',
  statement:
    'When restart returns success to the coordinator, every task that the image names has completed its restore. A task that died before that is a reason to fail.',
  source:
    'docs/protocol.md, "The coordinator" (wait); wait_all_tasks_finish, restore_task_done; the author\'s words: "wait for all other tasks to complete and reach sync point #3"',
  hint: 'Which task was counted as done without a restore: a task that died, or one that was counted twice?',
  check(c, record) {
    const story = readStory(c, record);
    if (!story.succeeded) return [];
    const { taskself, pids } = readTree(c);
    const declared = Math.min(story.success, story.coordinator.returned);
    const awaited = taskself ? ['coordinator' as const] : [...new Set(pids)];
    const missing = awaited.filter((actor) => fateOf(story, actor).restored > declared);
    const problem =
      missing.length > 0
        ? `not restored by then: ${formatList(missing)}`
        : swappedText(c, awaited, (actor) => fateOf(story, actor).record);
    if (problem === undefined) return [];
    return [{ property: name, message: `restart returned success, but ${problem}`, ...stepAt(record, declared) }];
  },
};

/** The first task that was restored from a record that is not its own; undefined for none, as for a TASKSELF. */
function swappedText(
  c: Case,
  awaited: readonly Actor[],
  recordRead: (actor: Actor) => number | undefined,
): string | undefined {
  for (const actor of awaited) {
    const from = recordRead(actor);
    if (typeof actor !== 'number' || from === undefined || recordOwner(c, from) === actor) continue;
    const owner = recordOwner(c, from);
    return `${formatActor(actor)} was restored from record ${from}, of ${owner === undefined ? 'no task' : formatActor(owner)}`;
  }
  return undefined;
}
