/** A task to which SIGKILL is sent in restart dies. */
import type { Case } from '../../model/case.ts';
import type { RunRecord } from '../../record/record.ts';
import { killIn } from '../kills.ts';
import { isOver, type Property } from '../property.ts';
import { type Ended, fateOf, isDead, readStory, type Story } from '../story.ts';
import { readTree } from '../tree.ts';
import { endText, formatList } from '../words.ts';

const name = 'sigkill-kills';

export const sigkillKills: Property = {
  name,
  title: 'SIGKILL ends a task in restart',
  statement:
    'A task to which SIGKILL is sent before it is back in user space never returns there: it is dead at the end with its whole thread group (or frozen, and dies when it is thawed). The same holds for the coordinator.',
  source:
    'docs/protocol.md, "What the kernel guarantees"; do_restart (force_sig), __destroy_descendants; the author\'s words: "otherwise kill the stray restarting tasks"',
  hint: 'Does the task sleep where SIGKILL does not wake it, or was it past the last check before user space?',
  check(c, record) {
    if (!isOver(record)) return [];
    const story = readStory(c, record);
    const killed = findKills(c, record, story);
    const alive = story.tasks
      .filter((task) => (killed.get(findLeader(c, task.pid)) ?? Infinity) < task.fate.back && !isGone(c, task))
      .map(({ pid, final }) => `${pid} (${endText(final)})`);
    const { coordinator } = record.final;
    const mayLive = coordinator.end !== 'returned' && coordinator.end !== 'waiting';
    if (!mayLive && (killed.get('coordinator') ?? Infinity) < story.coordinator.back) {
      alive.unshift(`the coordinator (${endText(coordinator)})`);
    }
    if (alive.length === 0) return [];
    return [{ property: name, message: `still alive after SIGKILL: ${formatList(alive)}` }];
  },
};

/** The first SIGKILL to each thread group, by its leader. One to a dead thread, or after its return, proves nothing. */
function findKills(c: Case, record: RunRecord, story: Story): Map<number | 'coordinator', number> {
  const killed = new Map<number | 'coordinator', number>();
  record.events.forEach((event, position) => {
    const victim = killIn(c, event)?.victim;
    if (victim === undefined) return;
    const { dead, back } = fateOf(story, victim);
    const group = victim === 'coordinator' ? victim : findLeader(c, victim);
    if (position < dead && position < back && !killed.has(group)) killed.set(group, position);
  });
  return killed;
}

function findLeader(c: Case, pid: number): number {
  return readTree(c).tasks.get(pid)?.leader ?? pid;
}

function isGone(c: Case, { pid, final }: Ended): boolean {
  return isDead(final) || final.end === 'frozen' || readTree(c).tasks.get(pid)?.state === 'dead';
}
