/** A failed restore leaves no task. */

import { callText } from '../../../record/program-text.ts';
import { describeTask } from '../../criu-census.ts';
import { succeeded, wasEnded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'failed-restore-leaves-no-task';

export const failedRestoreLeavesNoTask: Property = {
  name,
  title: 'A failed restore leaves no task behind',
  statement:
    'After a failed restore no task of the tree is left: no half-restored task, no stopped task, no task that would run beside the next attempt. (A restore that mktrouble had to kill itself is not judged; one that a fault of the scenario has killed is.)',
  source:
    'cr-restore.c, restore_root_task(), out_kill: "The processes can be killed only when all of them have been created"; the rule of the C/R patch that this project is about: "on failure, the coordinator kills all descendants"',
  hint: 'Which task was created before the error, and how does the error path find it: by its pid, its process group, its namespace, or as a child?',
  check(_c, { criu }) {
    if (!criu) return [];
    const { restore, afterRestore } = criu;
    const before = new Set(criu.afterDump.tasks.map(({ pid }) => pid));
    const left = afterRestore?.tasks.filter(({ pid }) => !before.has(pid)) ?? [];
    if (!restore || succeeded(restore) || wasEnded(restore) || left.length === 0) return [];
    return [{ property: name, message: `${callText(restore)}, and leaves ${describeTask(left)}` }];
  },
};
