/** Ghosts exit, and never return. */
import { isOver, type Property, stepAt } from '../property.ts';
import { isDead, NEVER, readStory } from '../story.ts';
import { readTree } from '../tree.ts';
import { endText, formatActor, formatList } from '../words.ts';

const name = 'ghosts-exit';

export const ghostsExit: Property = {
  name,
  title: 'Ghosts exit in restart',
  statement:
    'A ghost that took part in a restart is never back in user space; and after a successful restart no ghost that took part is left: each exits once all tasks have been activated.',
  source: 'docs/protocol.md, "Ghosts" and "Activating the next task"; the series, 73/96',
  hint: 'What wakes the ghosts when no task remains to be activated?',
  check(c, record) {
    const { tasks } = readTree(c);
    const story = readStory(c, record);
    const ghosts = story.tasks.filter(({ pid, fate }) => tasks.get(pid)?.ghost && fate.tookPart !== NEVER);
    const back = ghosts.find(({ fate }) => fate.tookPart < fate.back && fate.back !== NEVER);
    if (back) {
      const message = `the ghost ${formatActor(back.pid)} is back in user space`;
      return [{ property: name, message, ...stepAt(record, back.fate.back) }];
    }
    if (!isOver(record) || !story.succeeded) return [];
    const left = ghosts.filter(({ final }) => !isDead(final));
    if (left.length === 0) return [];
    const remaining = formatList(left.map(({ pid, final }) => `${pid} (${endText(final)})`));
    return [{ property: name, message: `the restart succeeded, and these ghosts are left: ${remaining}` }];
  },
};
