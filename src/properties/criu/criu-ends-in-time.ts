/** CRIU comes to an end. */
import { SIGNALS } from '../../model/signals.ts';
import type { Property } from '../property.ts';
import { who } from './compare.ts';
import { runsOf } from './runs.ts';

const name = 'criu-ends-in-time';

export const criuEndsInTime: Property = {
  name,
  title: 'CRIU ends in time',
  statement:
    'Each call of CRIU ends by itself within its limit: five seconds up to 16 tasks, 50 ms more for each further one, unless the scenario says otherwise. (Not when a fault of the scenario has stopped it.)',
  source:
    'restart_multi: "a restart may block, but only interruptibly" was allowed there; CRIU knows all that it waits for',
  hint: 'Who waits for whom: the message says where each of them is.',
  check(_c, { criu }) {
    if (!criu) return [];
    const isHeld = criu.hits.some(({ to, signal }) => to === 'criu' && signal === SIGNALS.SIGSTOP);
    if (isHeld) return [];
    return runsOf(criu).flatMap((run) =>
      run.timedOut === undefined
        ? []
        : [
            {
              property: name,
              message: `the ${run.of} has not ended after ${run.timedOut} ms: ${who(run.waiting ?? [])}`,
            },
          ],
    );
  },
};
