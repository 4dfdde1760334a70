/** A dump that says success leaves nobody. */

import { describeTask } from '../../criu-census.ts';
import { falloutSince, succeeded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'dumped-tree-is-gone';

export const dumpedTreeIsGone: Property = {
  name,
  title: 'A dumped tree is gone',
  statement:
    'After a dump that says success (and was not asked to leave the tree running) no task of the tree is left. (Who was below a task that a fault has hit is not judged.)',
  source: 'criu(8), dump: "the processes are killed"; --leave-running is the exception',
  hint: 'Who was made, or had lost his parent, while the tree was being collected?',
  check(_c, { criu }) {
    if (!criu) return [];
    const { dump, afterDump } = criu;
    const orphans = falloutSince(criu, 'pre-dump');
    const left = afterDump.tasks.filter(({ pid }) => !orphans.has(pid));
    if (!succeeded(dump) || left.length === 0) return [];
    return [{ property: name, message: `the dump says success, and leaves ${describeTask(left)}` }];
  },
};
