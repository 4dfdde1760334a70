/** CRIU comes to an end. */
import { SIGNALS } from '../../../model/signals.ts';
import type { CriuRun } from '../../../record/criu.ts';
import { describeTask } from '../../criu-census.ts';
import { listRuns } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'criu-ends-in-time';

export const criuEndsInTime: Property = {
  name,
  title: 'CRIU ends in time',
  statement:
    'Each call of CRIU ends by itself within its limit: five seconds up to 16 tasks, 50 ms more for each further one, unless the scenario says otherwise. (Not when a fault of the scenario has stopped it, or one of those whom it makes and that is not restored yet.)',
  source:
    'restart_multi: "a restart may block, but only interruptibly" was allowed there; CRIU knows all that it waits for',
  hint: 'Who waits for whom: the message says where each of them is.',
  check(_c, { criu }) {
    if (!criu) return [];
    const stopped = criu.hits.filter(({ signal }) => signal === SIGNALS.SIGSTOP).map(({ to }) => to);
    if (stopped.includes('criu')) return [];
    // A stop that SIGCONT would end. (Who has a tracer when it comes is stopped otherwise, for good.)
    const isHeld = ({ waiting }: CriuRun) => waiting?.some(({ pid, state }) => state === 'T' && stopped.includes(pid));
    return listRuns(criu).flatMap((run) =>
      run.timedOut === undefined || isHeld(run)
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
