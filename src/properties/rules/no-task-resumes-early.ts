import { type Property, stepAt } from '../property.ts';
import { fateOf, isFailure, NEVER, readStory } from '../story.ts';
import { readTree } from '../tree.ts';
import { formatActor } from '../words.ts';

const name = 'no-task-resumes-early';

export const noTaskResumesEarly: Property = {
  name,
  title: 'No task resumes before all have restored',
  statement:
    'No task is back in user space with success before every task of the image has restored itself, and before the coordinator has declared success (sync point 3).',
  source:
    'docs/protocol.md, "A restarting task" (sync point 3); wait_task_sync; the author\'s words: "a task may only resume execution after all tasks have successfully restored their state"; changelog v17 "Add a sync point for restarting tasks"',
  hint: 'Did a signal end the wait at sync point 3, or did nr_total reach 0 before every task was done?',
  check(c, record) {
    const story = readStory(c, record);
    const { taskself, pids } = readTree(c);
    const awaited = taskself ? (['coordinator'] as const) : pids;
    let [last, lastAt]: [number | 'coordinator', number] = [awaited[0] ?? 'coordinator', -1];
    for (const task of awaited) {
      const { restored } = fateOf(story, task);
      if (restored > lastAt) [last, lastAt] = [task, restored];
    }
    for (const [actor, fate] of story.fates) {
      if (fate.back === NEVER || fate.result === undefined || isFailure(c, fate)) continue;
      if (actor === 'coordinator' && !taskself) continue;
      const early =
        lastAt > fate.back
          ? `${formatActor(last)} has restored itself`
          : story.success > fate.back
            ? 'the restart is declared a success'
            : undefined;
      if (early === undefined) continue;
      const message = `${formatActor(actor)} is back in user space before ${early}`;
      return [{ property: name, message, ...stepAt(record, fate.back) }];
    }
    return [];
  },
};
