/** Who is sent SIGKILL in restart dies. */
import type { Case } from '../model/case.ts';
import type { RunRecord } from '../record/record.ts';
import { killIn } from './kills.ts';
import { isOver, type Property } from './property.ts';
import { type Ended, fateOf, isDead, type Story, storyOf } from './story.ts';
import { treeOf } from './tree.ts';
import { endText, listOf } from './words.ts';

const name = 'sigkill-kills';

export const sigkillKills: Property = {
  name,
  title: 'SIGKILL ends a task in restart',
  statement:
    'A task that is sent SIGKILL before it is back in user space never gets there: it is dead at the end with its whole thread group (or frozen, and dies when it is thawed). So is the coordinator.',
  source:
    'docs/protocol.md, "What the kernel guarantees"; do_restart (force_sig), __destroy_descendants; the author\'s words: "otherwise kill the stray restarting tasks"',
  hint: 'Does it sleep where SIGKILL does not wake it, or did it pass the way out before it looked?',
  check(c, record) {
    if (!isOver(record)) return [];
    const story = storyOf(c, record);
    const killed = killsOf(c, record, story);
    const alive = story.tasks
      .filter((task) => (killed.get(leaderOf(c, task.pid)) ?? Infinity) < task.fate.back && !isGone(c, task))
      .map(({ pid, final }) => `${pid} (${endText(final)})`);
    const { coordinator } = record.final;
    const mayLive = coordinator.end !== 'returned' && coordinator.end !== 'waiting';
    if (!mayLive && (killed.get('coordinator') ?? Infinity) < story.coordinator.back) {
      alive.unshift(`the coordinator (${endText(coordinator)})`);
    }
    if (alive.length === 0) return [];
    return [{ property: name, message: `SIGKILL was sent, and alive are: ${listOf(alive)}` }];
  },
};

/** The first SIGKILL to each thread group, by its leader. One to a dead thread, or after it was back, tells nothing. */
function killsOf(c: Case, record: RunRecord, story: Story): Map<number | 'coordinator', number> {
  const killed = new Map<number | 'coordinator', number>();
  record.events.forEach((event, position) => {
    const who = killIn(c, event)?.victim;
    if (who === undefined) return;
    const { dead, back } = fateOf(story, who);
    const group = who === 'coordinator' ? who : leaderOf(c, who);
    if (position < dead && position < back && !killed.has(group)) killed.set(group, position);
  });
  return killed;
}

function leaderOf(c: Case, pid: number): number {
  return treeOf(c).tasks.get(pid)?.leader ?? pid;
}

function isGone(c: Case, { pid, final }: Ended): boolean {
  return isDead(final) || final.end === 'frozen' || treeOf(c).tasks.get(pid)?.state === 'dead';
}
