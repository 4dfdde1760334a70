/** A failed dump leaves nothing behind but the tree. */

import { callText } from '../../../record/program-text.ts';
import { describeChanges, SURROUNDINGS } from '../../criu-census.ts';
import { succeeded, wasEnded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'failed-dump-leaves-nothing-behind';

export const failedDumpLeavesNothingBehind: Property = {
  name,
  title: 'A failed dump leaves nothing behind',
  statement: `After a failed dump, and after any pre-dump, the surroundings of the tree are as they were before: ${SURROUNDINGS}. (Of a program, which keeps running, files and Unix sockets only with names that CRIU gives. A dump that mktrouble had to kill itself is not judged; one that a fault of the scenario has killed is.)`,
  source:
    'cr-dump.c, cr_dump_finish(): on failure network_unlock() and delete_link_remaps() undo what the dump has done; criu(8), dump',
  hint: 'Which step of the dump made it, and does the error path of a later step undo it?',
  check(_c, { criu }) {
    if (!criu) return [];
    const { preDumps = [], dump, surroundings } = criu;
    const calls = [...preDumps.map(({ run, changes = [] }) => ({ run, changes }))];
    if (!succeeded(dump)) calls.push({ run: dump, changes: surroundings?.dump ?? [] });
    return calls
      .filter(({ run, changes }) => !wasEnded(run) && changes.length > 0)
      .map(({ run, changes }) => ({ property: name, message: `${callText(run)}; ${describeChanges(changes)}` }));
  },
};
