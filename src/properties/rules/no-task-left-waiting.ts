/** No task sleeps indefinitely, unless the scenario says so. */
import type { Case } from '../../model/case.ts';
import type { Finding, RunRecord } from '../../record/record.ts';
import { listFindings } from '../findings.ts';
import { isOver, type Property } from '../property.ts';
import { readStory } from '../story.ts';
import { endText, formatList } from '../words.ts';

const name = 'no-task-left-waiting';
const KINDS: ReadonlySet<Finding['kind']> = new Set(['hang']);

export const noTaskLeftWaiting: Property = {
  name,
  title: 'No task is left waiting',
  statement:
    'When no task can move any more, none sleeps in restart: neither the coordinator (unless `coordinator: blocked` is expected) nor a task (unless `left-waiting` names it, or `waiting` is among its expected outcomes).',
  source:
    'docs/protocol.md, "Steps and the image" and "What user space does first"; the author\'s words: "garbage-in-garbage-out … the syscall may block indefinitely"; docs/scenario-reference.md, `left-waiting`',
  hint: 'Which event would wake the task? Look for a wake-up that was lost, that woke another task, or that no remaining task can send.',
  check(c, record) {
    const violations = listFindings(record, KINDS).map(({ text, step }) => ({
      property: name,
      message: text,
      ...step,
    }));
    const asleep = leftWaiting(c, record);
    if (asleep.length > 0) {
      violations.push({ property: name, message: `left waiting indefinitely: ${formatList(asleep)}` });
    }
    return violations;
  },
};

function leftWaiting(c: Case, record: RunRecord): string[] {
  if (!isOver(record)) return [];
  const allowed = new Set(c.expect.leftWaiting);
  const asleep = readStory(c, record)
    .tasks.filter(({ pid, final }) => final.end === 'waiting' && !allowed.has(pid) && !isExpected(c, pid))
    .map(({ pid, final }) => `${pid} (${endText(final)})`);
  const { coordinator } = record.final;
  if (coordinator.end === 'waiting' && !c.expect.coordinator.includes('blocked')) {
    asleep.unshift(`the coordinator (${endText(coordinator)})`);
  }
  return asleep;
}

function isExpected(c: Case, pid: number): boolean {
  return c.expect.tasks[pid]?.some(({ outcome }) => outcome === 'waiting') ?? false;
}
