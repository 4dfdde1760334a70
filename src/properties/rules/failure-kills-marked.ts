/** A failing restart kills every task that it marked. */
import { isOver, type Property } from '../property.ts';
import { isDead, readStory } from '../story.ts';
import { endText, formatList } from '../words.ts';

const name = 'failure-kills-marked';

export const failureKillsMarked: Property = {
  name,
  title: 'A failed restart kills every task that it marked',
  statement:
    'When restart returns an error to the coordinator after its claim, every task that had received the context by then, from the walk or by fork, is dead at the end. A coordinator that is killed in restart still cleans up: it dies only on the way out.',
  source:
    'docs/protocol.md, "The coordinator" (claim, out); do_restore_coord ("if anything fails, we\'ll cleanup"), destroy_descendants; changelog v19-rc1 "Coordinator kills descendants on failure"',
  hint: 'Had the task lost the context before the coordinator looked (it returned early), or left the tree (its parent died, CLONE_PARENT), or was it made after the walk?',
  check(c, record) {
    const story = readStory(c, record);
    if (!isOver(record) || !story.failed) return [];
    const survivors = story.tasks.filter(
      ({ pid, final }) => final.marked && !story.elsewhere.has(pid) && !isDead(final),
    );
    if (survivors.length === 0) return [];
    const alive = formatList(survivors.map(({ pid, final }) => `${pid} (${endText(final)})`));
    return [
      {
        property: name,
        message: `the restart failed and did not kill these tasks that it had marked: ${alive}`,
        expected: 'every marked task is dead',
        actual: `alive: ${alive}`,
      },
    ];
  },
};
