/** A dump that nothing stands in the way of succeeds. */

import { callText } from '../../../record/program-text.ts';
import { hasFailed, listCauses } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'failed-dump-has-a-cause';

export const failedDumpHasACause: Property = {
  name,
  title: 'A failed dump has a cause',
  statement:
    'A dump, or a pre-dump, fails only because of a fault of the scenario that fired before it failed (a signal, a tracer, the action script, a system call, a limit, a fault point), or the scenario expects the failure in `expect.coordinator`. (A dump that crashes, or that does not exit in time, is judged by criu-never-crashes and criu-ends-in-time.)',
  source:
    'criu(8), dump: the resources that CRIU cannot dump are limits of CRIU, and a scenario that hits one declares it',
  hint: 'The first error names what CRIU cannot dump. Dump something else, or write `expect: { coordinator: failed }` if the scenario is about that failure.',
  check(c, { criu }) {
    if (!criu || c.expect.coordinator.length > 0) return [];
    const dumps = [...(criu.preDumps ?? []).map(({ run }) => run), criu.dump];
    return dumps
      .filter((run) => hasFailed(run) && listCauses(c, criu, run.of).length === 0)
      .map((run) => ({ property: name, message: `${callText(run)}, and no fault fired before` }));
  },
};
