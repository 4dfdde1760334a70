/** The coordinator always returns, with 0 or an errno. */
import type { Case } from '../../model/case.ts';
import type { Actor, RunRecord } from '../../record/record.ts';
import { killIn } from '../kills.ts';
import { isOver, type Property } from '../property.ts';
import { readStory, type Story } from '../story.ts';
import { identify, readTree } from '../tree.ts';
import { endText } from '../words.ts';

const name = 'coordinator-ends-cleanly';
/** Errnos are 1 to 4095 (include/linux/err.h, MAX_ERRNO). */
const MAX_ERRNO = 4095;

export const coordinatorEndsCleanly: Property = {
  name,
  title: 'The coordinator ends with a clean result',
  statement:
    'However late the restart fails, the coordinator returns 0 or a negative errno. It does not wait indefinitely (unless the scenario expects `blocked`), and it dies only when a fault kills it, or when it restarted itself (TASKSELF) and failed.',
  source:
    'docs/protocol.md, "The call" and "The coordinator"; the author\'s words: "even if a restart fails after, or during the restore of the root task, the user perceives a clean exit and an error message"; changelog v19-rc1 "Coordinator to report correct error", v17 "Coordinator properly detects errors when woken up"',
  hint: 'Which task should have completed `complete` or `errno_sync`, and what is nr_total at the end?',
  check(c, record) {
    const story = readStory(c, record);
    const problem = findProblem(c, record, story);
    if (problem === undefined) return [];
    const { coordinator } = record.final;
    return [{ property: name, message: problem, expected: '0 or a negative errno', actual: endText(coordinator) }];
  },
};

function findProblem(c: Case, record: RunRecord, story: Story): string | undefined {
  const { end, result } = record.final.coordinator;
  const { taskself } = readTree(c);
  if (end === 'waiting') {
    return isOver(record) && !c.expect.coordinator.includes('blocked')
      ? 'the coordinator waits indefinitely'
      : undefined;
  }
  if ((end === 'killed' || end === 'exited') && !(taskself && story.failed) && !isKilledFromOutside(c, record)) {
    return 'the coordinator died, and no fault killed it';
  }
  if (!taskself && result !== undefined && (result > 0 || result < -MAX_ERRNO)) {
    return `restart returned ${result} to the coordinator`;
  }
  return undefined;
}

/** Whether a fault killed the coordinator, or a thread of it, or made it exit. */
function isKilledFromOutside(c: Case, { events }: RunRecord): boolean {
  const { taskself, tasks } = readTree(c);
  const isCoordinator = (id: Actor) =>
    id === 'coordinator' || (taskself && typeof id === 'number' && tasks.get(id)?.leader === c.tasks[0]?.leader);
  return events.some((event) => {
    const kill = killIn(c, event);
    if (kill) return !kill.force && isCoordinator(kill.victim);
    if (event.kind !== 'fault' || event.verb !== 'exit' || event.target === undefined) return false;
    return isCoordinator(identify(c, event.target));
  });
}
