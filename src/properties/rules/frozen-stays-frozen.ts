/** FROZEN: no task runs after a successful restart. */
import type { TaskFinal } from '../../record/record.ts';
import { isOver, type Property, stepAt } from '../property.ts';
import { isDead, NEVER, readStory } from '../story.ts';
import { readTree } from '../tree.ts';
import { endText, formatActor, formatList } from '../words.ts';

const name = 'frozen-stays-frozen';

export const frozenStaysFrozen: Property = {
  name,
  title: 'Frozen tasks have not run',
  statement:
    'After a successful restart with FROZEN, no task has been in user space since its restore: at the end each task that restored itself is frozen, asleep or dead.',
  source:
    'docs/protocol.md, "The coordinator" (freeze); do_restore_coord, cgroup_freezer_make_frozen; changelog v17 "Add uflag RESTART_FROZEN to freeze tasks after restart"',
  hint: 'Could the task leave sync point 3 before the freezer froze it?',
  check(c, record) {
    const story = readStory(c, record);
    const { frozen, taskself } = readTree(c);
    if (!frozen || taskself || !story.succeeded) return [];
    const restored = story.tasks.filter(({ fate }) => fate.restored !== NEVER);
    const ran = restored.find(({ fate }) => fate.back !== NEVER && fate.back > fate.restored);
    if (ran) {
      const message = `${formatActor(ran.pid)} was to be frozen, and ran after its restore`;
      return [{ property: name, message, ...stepAt(record, ran.fate.back) }];
    }
    if (!isOver(record)) return [];
    const awake = restored.filter(({ final }) => !isStill(final));
    if (awake.length === 0) return [];
    const unfrozen = formatList(awake.map(({ pid, final }) => `${pid} (${endText(final)})`));
    return [{ property: name, message: `the restart was to freeze its tasks; these were not frozen: ${unfrozen}` }];
  },
};

/** A task that sleeps or is stopped has not run either: that is for `no-task-left-waiting` to judge. */
function isStill(final: TaskFinal): boolean {
  return final.end === 'frozen' || final.end === 'waiting' || isDead(final);
}
