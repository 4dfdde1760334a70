/** A restart that nothing stands in the way of succeeds. */
import { type Case, RESTART_FLAGS, type Task } from '../../model/case.ts';
import { selectEvents } from '../../record/read.ts';
import type { RunRecord } from '../../record/record.ts';
import { type Property, stepAt } from '../property.ts';
import { NEVER, readStory } from '../story.ts';
import { resultText } from '../words.ts';

const name = 'failure-has-a-cause';

export const failureHasACause: Property = {
  name,
  title: 'A restart that fails has a cause',
  statement:
    'When the tree, the image and the call are sound, restart returns success to the coordinator, unless a fault of the case fired before it failed. Sound: each task calls restart and may be restored, the image names exactly the tasks of the tree, the caller may restart. A spurious wake-up and a delay are no cause. (Not judged where the scenario says in `expect.coordinator` how the coordinator ends.)',
  source:
    'docs/protocol.md, "The coordinator": each error that a step returns has a reason in the tree, the image or the call',
  hint: 'Which step returned the error, and what did it find that user space had not built?',
  check(c, record) {
    const story = readStory(c, record);
    const { result, returned } = story.coordinator;
    if (!story.failed || result === undefined || c.expect.coordinator.length > 0 || !isSound(c)) return [];
    if (hasFiredBefore(c, record, Math.min(story.firstError, returned))) return [];
    const message = `restart returned ${resultText(result)} to the coordinator, and nothing was wrong`;
    return [{ property: name, message, expected: '0', actual: resultText(result), ...stepAt(record, returned) }];
  },
};

/** Faults that no restart has to fail for. */
const HARMLESS: ReadonlySet<string> = new Set(['wake', 'delay']);

/** Whether a fault fired before this position. A call that was made to fail is no event: it fails where it stands. */
function hasFiredBefore(c: Case, record: RunRecord, position: number): boolean {
  const failing = c.faults.filter(({ verb, name }) => verb === 'fail' && (record.fired?.includes(name) ?? true));
  if (failing.length > 0) return true;
  const before = position === NEVER ? record.events : record.events.slice(0, position);
  return selectEvents({ ...record, events: before }, 'fault').some(({ verb }) => !HARMLESS.has(verb));
}

const sound = new WeakMap<Case, boolean>();

/** Whether nothing that user space built or asked for is a reason to fail. */
function isSound(c: Case): boolean {
  let answer = sound.get(c);
  if (answer === undefined) {
    answer = isSoundCall(c) && c.tasks.every(isSoundTask) && isSoundImage(c);
    sound.set(c, answer);
  }
  return answer;
}

function isSoundCall({ restart, tasks }: Case): boolean {
  const { pid, flags, capable, fd, logfd } = restart;
  return pid === tasks[0]?.pid && (flags & ~RESTART_FLAGS.frozen) === 0 && capable && fd === 'good' && logfd !== 'bad';
}

function isSoundTask(task: Task): boolean {
  const { state, owner, absent, exits, restartingItself, sibling, tracedBy, forkedLate, flags, ghost } = task;
  return (
    state !== 'dead' &&
    owner === 'self' &&
    !(absent || exits || restartingItself || sibling) &&
    tracedBy === undefined &&
    forkedLate === undefined &&
    flags === (ghost ? RESTART_FLAGS.ghost : 0)
  );
}

/** Whether the image names each task but the ghosts, once, and says how many there are. */
function isSoundImage({ image, tasks }: Case): boolean {
  const saved = tasks.filter(({ ghost }) => !ghost).map(({ pid }) => pid);
  const named = new Set(image.pids);
  return (
    image.damage.length === 0 &&
    image.nrTasks === image.pids.length &&
    named.size === image.pids.length &&
    saved.length === named.size &&
    saved.every((pid) => named.has(pid))
  );
}
