/** A restore that fails takes away what it has made. */

import { describeTask } from '../../criu-census.ts';
import { describeEnd, succeeded, wasEnded, why } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'failed-restore-leaves-no-task';

export const failedRestoreLeavesNoTask: Property = {
  name,
  title: 'A failed restore leaves nobody behind',
  statement:
    'When a restore fails, no task of the tree is left: none half restored, none stopped, none that runs beside the next try. (A restore that mktrouble had to end itself is not judged; one that a fault of the scenario has killed is.)',
  source:
    'cr-restore.c, restore_root_task(), out_kill: "The processes can be killed only when all of them have been created"; the rule of the C/R patch that this project is about: "on failure, the coordinator kills all descendants"',
  hint: 'Who was made before the error, and did the way out reach him: by his pid, his group, his namespace, or by being his parent?',
  check(_c, { criu }) {
    if (!criu) return [];
    const { restore, afterRestore } = criu;
    const before = new Set(criu.afterDump.tasks.map(({ pid }) => pid));
    const left = afterRestore?.tasks.filter(({ pid }) => !before.has(pid)) ?? [];
    if (!restore || succeeded(restore) || wasEnded(restore) || left.length === 0) return [];
    return [{ property: name, message: `${describeEnd(restore)}${why(restore)}, and leaves ${describeTask(left)}` }];
  },
};
