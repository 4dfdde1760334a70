/** A dump that nothing stands in the way of succeeds. */

import { describeEnd, hasFailed, listCauses, why } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'failed-dump-has-a-cause';

export const failedDumpHasACause: Property = {
  name,
  title: 'A failed dump has a cause',
  statement:
    'A dump that fails does so because of a fault of the scenario that fired before: a signal or a tracer, the action script, a system call, a limit, a fault point. Otherwise the scenario says in `expect.coordinator` that it fails. (A dump that crashes, or that does not end, is judged by criu-never-crashes and criu-ends-in-time.)',
  source: 'criu(8), dump: what CRIU cannot dump is a limit of CRIU, and a scenario that meets it says so',
  hint: "The first error names what CRIU cannot dump. Dump something else, or say `expect: { coordinator: failed }` where that is the scenario's point.",
  check(c, { criu }) {
    if (!criu || !hasFailed(criu.dump) || c.expect.coordinator.length > 0) return [];
    if (listCauses(c, criu, 'dump').length > 0) return [];
    return [{ property: name, message: `the ${describeEnd(criu.dump)}${why(criu.dump)}, and no fault fired before` }];
  },
};
