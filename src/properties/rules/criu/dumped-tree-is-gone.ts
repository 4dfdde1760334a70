/** A successful dump leaves no task. */

import { PLAIN_CRIU } from '../../../model/criu.ts';
import { whatDumpLeaves } from '../../../model/criu-options.ts';
import { describeTask } from '../../criu-census.ts';
import { falloutSince, succeeded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'dumped-tree-is-gone';

export const dumpedTreeIsGone: Property = {
  name,
  title: 'A dumped tree is gone',
  statement:
    'After a successful dump without `leave-running` and `leave-stopped`, no task of the tree is left. (Tasks below a task that a fault has hit are not judged.)',
  source: 'criu(8), dump: "the processes are killed"; --leave-running is the exception',
  hint: 'Was the remaining task created, or did it lose its parent, while CRIU was collecting the tree?',
  check(c, { criu }) {
    if (!criu || whatDumpLeaves(c.criu ?? PLAIN_CRIU) !== 'nothing') return [];
    const { dump, afterDump } = criu;
    const orphans = falloutSince(criu, 'pre-dump');
    const left = afterDump.tasks.filter(({ pid }) => !orphans.has(pid));
    if (!succeeded(dump) || left.length === 0) return [];
    return [{ property: name, message: `the dump reported success, but left ${describeTask(left)}` }];
  },
};
