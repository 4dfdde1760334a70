/** The walk marks only tasks that may be restarted. */
import type { Case, Task } from '../../model/case.ts';
import { type Property, stepAt } from '../property.ts';
import { fateOf, readStory, type Story } from '../story.ts';
import { identify, readTree } from '../tree.ts';
import { formatActor } from '../words.ts';

const name = 'only-eligible-tasks-marked';

export const onlyEligibleTasksMarked: Property = {
  name,
  title: 'Only tasks that may be restarted are marked',
  statement:
    'The walk marks no task that may not be attached to, that is traced when restart is called (and its tracer lives), or that is dead: the first two make the restart fail, and a dead task is not counted.',
  source:
    'docs/protocol.md, "The coordinator" (prepare); __prepare_descendants (ptrace_may_access, task_ptrace, exit_state); changelog v19-rc1 "Prepare descendants needs PTRACE_MODE_ATTACH permissions"',
  hint: 'Which check of the walk is missing, or made after the mark?',
  check(c, record) {
    const { tasks } = readTree(c);
    const story = readStory(c, record);
    for (let position = 0; position < record.events.length; position++) {
      const event = record.events[position]!;
      if (event.kind !== 'mark' || identify(c, event.actor) !== 'coordinator' || event.task === 'coordinator') continue;
      const task = tasks.get(event.task);
      const unfit = fateOf(story, event.task).dead < position ? 'dead' : task && whyUnfit(c, story, task, position);
      if (unfit === undefined) continue;
      const message = `the coordinator marks ${formatActor(event.task)}, which is ${unfit}`;
      return [{ property: name, message, ...stepAt(record, position) }];
    }
    return [];
  },
};

function whyUnfit(c: Case, story: Story, task: Task, position: number): string | undefined {
  if (identify(c, task.pid) === 'coordinator') return undefined;
  if (task.state === 'dead') return 'dead';
  if (task.owner === 'stranger') return 'a stranger';
  if (task.tracedBy === undefined) return undefined;
  if (task.tracedBy === 'outsider') return 'traced from outside';
  return fateOf(story, task.tracedBy).dying > position ? `traced by task ${task.tracedBy}` : undefined;
}
