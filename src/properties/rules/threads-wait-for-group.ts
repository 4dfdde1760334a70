/** No thread restores itself before its whole group is in restart. */
import type { Case, Task } from '../../model/case.ts';
import type { RunEvent } from '../../record/record.ts';
import { type Property, stepAt } from '../property.ts';
import { fateOf, type Story, storyOf } from '../story.ts';
import { treeOf } from '../tree.ts';
import { listOf, nameOf } from '../words.ts';

const name = 'threads-wait-for-group';

export const threadsWaitForGroup: Property = {
  name,
  title: 'Threads wait for their whole group',
  statement:
    'No thread passes the sync point of its group, and none begins to restore itself, before every other thread of the group has called restart or is dead. A thread whose call was refused is not in restart.',
  source:
    'docs/protocol.md, "A restarting task" (threads); wait_sync_threads ("Ensure that all members of a thread group are in sys_restart before restoring any of them"); changelog v19-rc1 "Threads wait for entire thread group before restoring"',
  hint: 'Which thread set restart_count, to what, and how often was it decremented?',
  check(c, record) {
    const { tasks, groups } = treeOf(c);
    if (groups.size === 0) return [];
    const story = storyOf(c, record);
    const missing = new Map([...groups].map(([leader, group]) => [leader, new Set(atStart(group))]));
    for (let position = 0; position < record.events.length; position++) {
      const event = record.events[position]!;
      const who = event.kind === 'fork' ? event.child : event.actor;
      const leader = typeof who === 'number' ? tasks.get(who)?.leader : undefined;
      const outside = leader === undefined ? undefined : missing.get(leader);
      if (typeof who !== 'number' || !outside) continue;
      if (event.kind === 'threads-passed' || event.kind === 'restore-begin') {
        outside.delete(who);
        if (outside.size === 0) continue;
        const message = `${nameOf(who)} continues while threads of its group are not in restart: ${listOf([...outside])}`;
        return [{ property: name, message, ...stepAt(record, position) }];
      }
      if (leaves(c, story, event, who, position)) outside.add(who);
      else if (event.kind === 'call' || event.kind === 'exit') outside.delete(who);
    }
    return [];
  },
};

function atStart(group: readonly Task[]): number[] {
  return group.filter((task) => task.state !== 'dead' && task.forkedLate === undefined).map(({ pid }) => pid);
}

/** Whether a thread is outside of restart from now on: just made, or refused before it took part. */
function leaves(c: Case, story: Story, event: RunEvent, who: number, position: number): boolean {
  if (event.kind === 'fork') return treeOf(c).tasks.has(who);
  return event.kind === 'return' && fateOf(story, who).tookPart > position;
}
