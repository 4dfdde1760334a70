/** Success means that everyone was restored. */
import { type Property, stepAt } from '../property.ts';
import { fateOf, storyOf } from '../story.ts';
import { treeOf } from '../tree.ts';
import { listOf } from '../words.ts';

const name = 'success-means-restored';

export const successMeansRestored: Property = {
  name,
  title: 'Success means that every task was restored',
  statement:
    'When restart tells the coordinator success, every task that the image names had completed its restore by then. A task that died before it could is a reason to fail.',
  source:
    'docs/protocol.md, "The coordinator" (wait); wait_all_tasks_finish, restore_task_done; the author\'s words: "wait for all other tasks to complete and reach sync point #3"',
  hint: 'Who counted itself as done without a restore: a task that died, or one that was counted twice?',
  check(c, record) {
    const story = storyOf(c, record);
    if (!story.succeeded) return [];
    const { taskself, pids } = treeOf(c);
    const declared = Math.min(story.success, story.coordinator.returned);
    const awaited = taskself ? ['coordinator' as const] : [...new Set(pids)];
    const missing = awaited.filter((who) => fateOf(story, who).restored > declared);
    if (missing.length === 0) return [];
    const message = `restart says success, and not restored by then: ${listOf(missing)}`;
    return [{ property: name, message, ...stepAt(record, declared) }];
  },
};
