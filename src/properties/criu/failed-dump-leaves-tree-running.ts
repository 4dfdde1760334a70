/** A dump that fails lets the tree go on. */

import type { Property } from '../property.ts';
import { added, differences, few, missing } from './compare.ts';
import { endOf, falloutSince, succeeded, wasEnded, why } from './runs.ts';

const name = 'failed-dump-leaves-tree-running';

export const failedDumpLeavesTreeRunning: Property = {
  name,
  title: 'A failed dump leaves the tree running',
  statement:
    'When a dump fails, the tree is as it was before: everybody is there, who ran runs, nobody is stopped, traced or has a signal more. (A dump that mktrouble had to end itself is not judged; one that a fault of the scenario has killed is.)',
  source: 'cr-dump.c, cr_dump_finish(): on failure the tasks are let go in the state in which they were',
  hint: 'Who had been stopped, or given a parasite, when the error came, and did the way out undo it?',
  check(_c, { criu }) {
    if (!criu) return [];
    const { dump, before, afterDump } = criu;
    if (succeeded(dump) || wasEnded(dump)) return [];
    const hit = falloutSince(criu, 'pre-dump');
    const found = [
      ...missing(before, afterDump, hit).map((pid) => `task ${pid} is not there`),
      ...differences(before, afterDump, hit),
      ...added(before, afterDump),
    ];
    return found.length === 0 ? [] : [{ property: name, message: `${endOf(dump)}${why(dump)}; ${few(found)}` }];
  },
};
