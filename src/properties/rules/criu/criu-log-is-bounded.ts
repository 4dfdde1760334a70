/** CRIU does not fill its log. */

import { listRuns } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'criu-log-is-bounded';

export const criuLogIsBounded: Property = {
  name,
  title: 'The log of CRIU is bounded',
  statement:
    'No call of CRIU writes the same error again and again: at the level of warnings its log stays below 16 MiB.',
  source: 'an error that is met again in a loop is no longer an error message',
  hint: 'The last lines of the log show the loop. Does the loop end when the thing that it waits for never happens?',
  check(_c, { criu }) {
    if (!criu) return [];
    return listRuns(criu).flatMap((run) =>
      run.flooded === undefined
        ? []
        : [
            {
              property: name,
              message: `the ${run.of} has written more than ${run.flooded} bytes: ${run.errors[0] ?? 'no error'}`,
            },
          ],
    );
  },
};
