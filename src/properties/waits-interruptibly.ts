/** Who waits for good can be interrupted. */
import type { RunRecord } from '../record/record.ts';
import { isOver, type Property } from './property.ts';
import { type Fate, storyOf } from './story.ts';
import { listOf } from './words.ts';

const name = 'waits-interruptibly';

export const waitsInterruptibly: Property = {
  name,
  title: 'Who waits for good can be interrupted',
  statement:
    'Garbage in may make restart block, but only interruptibly, so that a user can interrupt or kill it: nobody waits for good for `errno_sync` or for a lock. Holds also where a scenario allows to be left waiting.',
  source:
    'docs/protocol.md, "What user space does first"; ckpt_get_error (the one wait that a signal does not end); the author\'s words: "but in TASK_INTERRUPTIBLE, so the user can ctrl-c or otherwise kill the stray restarting tasks"',
  hint: 'Who set the error flag without firing errno_sync, or left without unlocking?',
  check(c, record) {
    const stuck = waiting(c, record)
      .filter(([, { asleepOn }]) => asleepOn !== undefined && isDeep(asleepOn))
      .map(([who, { asleepOn }]) => `${who} (on ${asleepOn})`);
    if (stuck.length === 0) return [];
    return [{ property: name, message: `waiting for good, and no signal can end it: ${listOf(stuck)}` }];
  },
};

function isDeep(on: string): boolean {
  return on === 'errno_sync' || on.endsWith('lock');
}

function waiting(c: Parameters<typeof storyOf>[0], record: RunRecord): (readonly [string, Readonly<Fate>])[] {
  if (!isOver(record)) return [];
  const { tasks, coordinator } = storyOf(c, record);
  const asleep = tasks
    .filter(({ final }) => final.end === 'waiting')
    .map(({ pid, fate }) => [String(pid), fate] as const);
  return record.final.coordinator.end === 'waiting' ? [['the coordinator', coordinator], ...asleep] : asleep;
}
