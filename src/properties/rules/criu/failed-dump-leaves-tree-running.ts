/** A failed dump leaves the tree as it was. */

import type { CriuRecord } from '../../../record/criu.ts';
import { callText } from '../../../record/program-text.ts';
import { added, differences, few, missing, steadyDifferences } from '../../criu-census.ts';
import { falloutSince, succeeded, wasEnded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';
import { heldTasks } from './restored-program-runs.ts';

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
    const found = criu.ownSubject ? compared(criu, hit) : programWrongs(criu, hit);
    return found.length === 0 ? [] : [{ property: name, message: `${callText(dump)}; ${few(found)}` }];
  },
};

function compared({ before, afterDump }: CriuRecord, hit: ReadonlySet<number>): string[] {
  return [
    ...missing(before, afterDump, hit).map((pid) => `task ${pid} is missing`),
    ...differences(before, afterDump, hit),
    ...added(before, afterDump),
  ];
}

/** A program runs on meanwhile: its root is there, and no task is held that was not. */
function programWrongs({ before, afterDump }: CriuRecord, hit: ReadonlySet<number>): string[] {
  const root = before.tasks.find(({ parent }) => parent === 0)?.pid;
  const lost = root !== undefined && !hit.has(root) && !afterDump.tasks.some(({ pid }) => pid === root);
  const tasks = afterDump.tasks.filter(({ pid }) => !hit.has(pid));
  return [
    ...(lost ? [`task ${root} is missing`] : []),
    ...heldTasks(before, { ...afterDump, tasks }),
    ...steadyDifferences(before, afterDump, hit),
  ];
}
