/** A task that waits can be interrupted. */
import type { Case } from '../../model/case.ts';
import { isFatalToTasks } from '../../model/signals.ts';
import type { RunRecord } from '../../record/record.ts';
import { signalIn } from '../kills.ts';
import { isOver, type Property } from '../property.ts';
import { type Fate, readStory } from '../story.ts';
import { formatList } from '../words.ts';

const name = 'waits-are-interruptible';

export const waitsAreInterruptible: Property = {
  name,
  title: 'Every wait is interruptible',
  statement:
    'Bad input may make restart block, but only interruptibly, so that a user can interrupt or kill it: no task waits indefinitely for `errno_sync` or for a lock, and Ctrl-C (SIGINT or SIGQUIT, sent to a task in restart that is not traced) ends its wait. This also holds where a scenario allows tasks to be left waiting.',
  source:
    'docs/protocol.md, "What user space does first"; ckpt_get_error (the one wait that a signal does not end); the author\'s words: "but in TASK_INTERRUPTIBLE, so the user can ctrl-c or otherwise kill the stray restarting tasks"',
  hint: 'Which task set the error flag without completing errno_sync, or left without unlocking?',
  check(c, record) {
    const stuck = waiting(c, record)
      .filter(([, { asleepOn }]) => asleepOn !== undefined && isDeep(asleepOn))
      .map(([actor, { asleepOn }]) => `${actor} (on ${asleepOn})`);
    const sent = findInterrupts(c, record);
    const deaf = waiting(c, record)
      .filter(([actor, { called, result }]) => result === undefined && (sent.get(actor) ?? -1) > called)
      .map(([actor]) => actor);
    return [
      ...(stuck.length === 0
        ? []
        : [{ property: name, message: `waiting indefinitely, and no signal can end it: ${formatList(stuck)}` }]),
      ...(deaf.length === 0
        ? []
        : [{ property: name, message: `Ctrl-C was sent, and still waiting: ${formatList(deaf)}` }]),
    ];
  },
};

/** The position of the last signal of the terminal to each actor that is not traced, by its name in `waiting`. */
function findInterrupts(c: Case, record: RunRecord): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  record.events.forEach((event, position) => {
    const sent = signalIn(c, event);
    if (sent && isFatalToTasks(sent.signal)) {
      last.set(sent.victim === 'coordinator' ? 'the coordinator' : String(sent.victim), position);
    }
  });
  if (last.size === 0) return last;
  for (const { pid, tracedBy } of c.tasks) if (tracedBy !== undefined) last.delete(String(pid));
  for (const { verb, targets } of c.faults)
    if (verb === 'ptrace') for (const target of targets) last.delete(String(target));
  return last;
}

function isDeep(on: string): boolean {
  return on === 'errno_sync' || on.endsWith('lock');
}

function waiting(c: Parameters<typeof readStory>[0], record: RunRecord): (readonly [string, Readonly<Fate>])[] {
  if (!isOver(record)) return [];
  const { tasks, coordinator } = readStory(c, record);
  const asleep = tasks
    .filter(({ final }) => final.end === 'waiting')
    .map(({ pid, fate }) => [String(pid), fate] as const);
  return record.final.coordinator.end === 'waiting' ? [['the coordinator', coordinator], ...asleep] : asleep;
}
