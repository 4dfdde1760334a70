/** A failed dump leaves the tree as it was. */

import { callText } from '../../../record/program-text.ts';
import { few } from '../../criu-census.ts';
import { falloutSince, succeeded, wasEnded } from '../../criu-runs.ts';
import { changesOfTree } from '../../criu-unchanged.ts';
import type { Property } from '../../property.ts';

const name = 'failed-dump-leaves-tree-running';

export const failedDumpLeavesTreeRunning: Property = {
  name,
  title: 'A failed dump leaves the tree running',
  statement:
    'After a failed dump the tree is as it was before: every task exists, a task that ran runs, and no task is stopped, traced or has an additional signal pending. Of a program, which keeps running meanwhile, the root exists, no task is stopped or traced that was not before, and what a program does not change by what it does (limits, credentials, scheduling, namespaces, flags of open files) is as before. (A dump that mktrouble had to kill itself is not judged; one that a fault of the scenario has killed is.)',
  source: 'cr-dump.c, cr_dump_finish(): on failure the tasks are released in the state that they were in',
  hint: 'Which task was seized, or had the parasite injected, when the error occurred, and does the error path undo it?',
  check(_c, { criu }) {
    if (!criu) return [];
    const { dump } = criu;
    if (succeeded(dump) || wasEnded(dump)) return [];
    const hit = falloutSince(criu, 'pre-dump');
    const found = changesOfTree(criu, criu.before, hit);
    return found.length === 0 ? [] : [{ property: name, message: `${callText(dump)}; ${few(found)}` }];
  },
};
