/** A restart that fails kills everything that it marked. */
import { isOver, type Property } from './property.ts';
import { isDead, storyOf } from './story.ts';
import { endText, listOf } from './words.ts';

const name = 'failure-kills-marked';

export const failureKillsMarked: Property = {
  name,
  title: 'A failed restart kills all that it marked',
  statement:
    'When restart gives the coordinator an error after its claim, every task that had got the context by then, by the walk or by fork, is dead at the end. A coordinator that is killed in restart still cleans up: it dies on the way out only.',
  source:
    'docs/protocol.md, "The coordinator" (claim, out); do_restore_coord ("if anything fails, we\'ll cleanup"), destroy_descendants; changelog v19-rc1 "Coordinator kills descendants on failure"',
  hint: 'Had the task lost the context before the coordinator looked (it returned early), or left the tree (its parent died, CLONE_PARENT), or was it made after the walk?',
  check(c, record) {
    const story = storyOf(c, record);
    if (!isOver(record) || !story.failed) return [];
    const alive = story.tasks.filter(({ pid, final }) => final.marked && !story.elsewhere.has(pid) && !isDead(final));
    if (alive.length === 0) return [];
    const who = listOf(alive.map(({ pid, final }) => `${pid} (${endText(final)})`));
    return [
      {
        property: name,
        message: `the restart failed, and did not kill what it had marked: ${who}`,
        expected: 'every marked task is dead',
        actual: `alive: ${who}`,
      },
    ];
  },
};
