/** No task exists twice. */

import type { CriuCensus } from '../../../record/criu.ts';
import { describeTask } from '../../criu-census.ts';
import type { Property } from '../../property.ts';

const name = 'no-second-live-copy';

export const noSecondLiveCopy: Property = {
  name,
  title: 'No task has a second live copy',
  statement:
    'After no call that ends by itself does a task exist twice, in one pid namespace as it was dumped and in another as it was restored, or twice as it was restored. (That it does not exist nowhere is judged by failed-dump-leaves-tree-running, failed-restore-reports-error and failed-restore-can-be-retried.)',
  source:
    'criu(8): a dump leaves the tree or its images, a restore makes the tree; two copies answer the same clients and write the same files',
  hint: 'In which pid namespaces are they, and which call was to kill one of them?',
  check(_c, { criu }) {
    if (!criu) return [];
    const looks = [
      ['the dump', criu.dump, criu.afterDump],
      ['the restore', criu.restore, criu.afterRestore],
      ['the second restore', criu.again, criu.afterAgain],
    ] as const;
    return looks.flatMap(([call, run, census]) => {
      // What hangs in the middle has tasks that never ran: that it hangs is the finding.
      const twice = census && run?.timedOut === undefined ? findSecond(census) : [];
      if (twice.length === 0) return [];
      return [{ property: name, message: `after ${call} there is a second copy of ${describeTask(twice)}` }];
    });
  },
};

/** The tasks that have the pid of an earlier one. */
function findSecond({ tasks }: CriuCensus): CriuCensus['tasks'] {
  const seen = new Set<number>();
  return tasks.filter(({ pid, state }) => {
    if (state === 'Z' || state === 'X') return false;
    const isSecond = seen.has(pid);
    seen.add(pid);
    return isSecond;
  });
}
