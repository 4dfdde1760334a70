/** No thread restores itself before its whole group is in restart. */
import type { Case, Task } from '../../model/case.ts';
import type { RunEvent } from '../../record/record.ts';
import { type Property, stepAt } from '../property.ts';
import { fateOf, readStory, type Story } from '../story.ts';
import { readTree } from '../tree.ts';
import { formatActor, formatList } from '../words.ts';

const name = 'threads-wait-for-group';

export const threadsWaitForGroup: Property = {
  name,
  title: 'Threads wait for their whole thread group',
  statement:
    'No thread passes the sync point of its group, and none begins to restore itself, before every other thread of the group has called restart or is dead. A thread whose call was refused is not in restart.',
  source:
    'docs/protocol.md, "A restarting task" (threads); wait_sync_threads ("Ensure that all members of a thread group are in sys_restart before restoring any of them"); changelog v19-rc1 "Threads wait for entire thread group before restoring"',
  hint: 'Which thread set restart_count, to what, and how often was it decremented?',
  check(c, record) {
    const { tasks, groups } = readTree(c);
    if (groups.size === 0) return [];
    const story = readStory(c, record);
    const missing = new Map([...groups].map(([leader, group]) => [leader, new Set(atStart(group))]));
    for (let position = 0; position < record.events.length; position++) {
      const event = record.events[position]!;
      const id = event.kind === 'fork' ? event.child : event.actor;
      const leader = typeof id === 'number' ? tasks.get(id)?.leader : undefined;
      const outside = leader === undefined ? undefined : missing.get(leader);
      if (typeof id !== 'number' || !outside) continue;
      if (event.kind === 'threads-passed' || event.kind === 'restore-begin') {
        outside.delete(id);
        if (outside.size === 0) continue;
        const message = `${formatActor(id)} continues while threads of its group are not in restart: ${formatList([...outside])}`;
        return [{ property: name, message, ...stepAt(record, position) }];
      }
      if (leaves(c, story, event, id, position)) outside.add(id);
      else if (event.kind === 'call' || event.kind === 'exit') outside.delete(id);
    }
    return [];
  },
};

function atStart(group: readonly Task[]): number[] {
  return group.filter((task) => task.state !== 'dead' && task.forkedLate === undefined).map(({ pid }) => pid);
}

/** Whether a thread is outside of restart from now on: just made, or refused before it took part. */
function leaves(c: Case, story: Story, event: RunEvent, id: number, position: number): boolean {
  if (event.kind === 'fork') return readTree(c).tasks.has(id);
  return event.kind === 'return' && fateOf(story, id).tookPart > position;
}
