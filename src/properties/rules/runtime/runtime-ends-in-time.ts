/** A runtime does not wait without end. */
import type { Property } from '../../property.ts';
import { runText } from '../../runtime-runs.ts';

const name = 'runtime-ends-in-time';

export const runtimeEndsInTime: Property = {
  name,
  title: 'A runtime ends in time',
  statement:
    'Each call of the runtime ends within its limit of time, also when the container is frozen, and when CRIU hangs or was stopped. (Not judged when the runtime itself was stopped.)',
  source: 'an engine waits for its runtime, and holds the lock of the container meanwhile',
  hint: 'What does the runtime wait for, and can that end?',
  check(_c, { runtime }) {
    if (!runtime) return [];
    return runtime.runs
      .filter(({ timedOut, hits }) => timedOut !== undefined && !hits.includes('runtime'))
      .map((run) => ({ property: name, message: runText(runtime, run) }));
  },
};
