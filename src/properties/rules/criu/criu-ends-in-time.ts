/** CRIU terminates. */
import { SIGNALS } from '../../../model/signals.ts';
import type { CriuRun } from '../../../record/criu.ts';
import { describeTask } from '../../criu-census.ts';
import { listRuns } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'criu-ends-in-time';

export const criuEndsInTime: Property = {
  name,
  title: 'CRIU exits in time',
  statement:
    'Each call of CRIU exits by itself within its time limit: five seconds for up to 16 tasks, 50 ms more for each further task, unless the scenario sets another limit. (Not judged when a fault of the scenario has stopped CRIU, a second CRIU beside it, the page server that its dump sends to, or a task that CRIU has created and not yet restored, or has frozen the cgroup of the tree.)',
  source:
    'restart_multi allows that "a restart may block, but only interruptibly"; CRIU knows everything that it waits for',
  hint: 'Which process waits for which: the message names where each of them waits.',
  check(_c, { criu }) {
    if (!criu) return [];
    const mayStop = criu.hits.filter(({ signal, own }) => own !== undefined || signal === SIGNALS.SIGSTOP);
    const stopped = mayStop.map(({ to }) => to);
    if (stopped.includes('criu') || criu.freezer === 'freeze' || criu.rival?.hit === 'stop') return [];
    // A stop that SIGCONT would end. (A task that is traced at that time is in another stop, which it does not end.)
    const isHeld = ({ waiting }: CriuRun) => waiting?.some(({ pid, state }) => state === 'T' && stopped.includes(pid));
    return listRuns(criu).flatMap((run) =>
      run.timedOut === undefined || isHeld(run) || run.server?.hit === 'stop'
        ? []
        : [
            {
              property: name,
              message: `the ${run.of} has not ended after ${run.timedOut} ms: ${describeTask(run.waiting ?? [])}`,
            },
          ],
    );
  },
};
