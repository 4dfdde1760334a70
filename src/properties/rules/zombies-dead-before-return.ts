/** Zombies are zombies before the coordinator returns. */
import { type Property, stepAt } from '../property.ts';
import { type Ended, isDead, NEVER, readStory } from '../story.ts';
import { readTree } from '../tree.ts';
import { tasksText } from '../words.ts';

const name = 'zombies-dead-before-return';

export const zombiesDeadBeforeReturn: Property = {
  name,
  title: 'Zombies are dead before the coordinator returns',
  statement:
    'When restart returns success to the coordinator, every task that the image records as a zombie is dead: an observer of the restarted tree sees what was checkpointed.',
  source:
    'docs/protocol.md, "A restarting task" (zombie); do_restore_task, exit_checkpoint ("restarting zombies"); the series, 31/96',
  hint: 'Is the zombie counted as done before it is dead? The patch by itself has no zombies.',
  check(c, record) {
    const story = readStory(c, record);
    const { taskself, pids } = readTree(c);
    if (!story.succeeded || taskself) return [];
    const zombies = new Set(c.image.records.filter(({ zombie }) => zombie).map(({ pid }) => pid));
    if (zombies.size === 0) return [];
    const named = new Set(pids);
    const { returned } = story.coordinator;
    const isLate = ({ final, fate }: Ended) => (fate.dead === NEVER ? !isDead(final) : fate.dead > returned);
    const late = story.tasks.filter((task) => zombies.has(task.pid) && named.has(task.pid) && isLate(task));
    if (late.length === 0) return [];
    const message = `restart reports success while ${tasksText(late.map(({ pid }) => pid))} of the image's zombies live`;
    return [{ property: name, message, ...stepAt(record, returned) }];
  },
};
