/** A failed restore leaves no file, mount, rule or socket behind. */

import type { CriuChange, CriuRecord } from '../../../record/criu.ts';
import { callText } from '../../../record/program-text.ts';
import { describeChanges, SURROUNDINGS } from '../../criu-census.ts';
import { succeeded, wasEnded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'failed-restore-leaves-nothing-behind';

export const failedRestoreLeavesNothingBehind: Property = {
  name,
  title: 'A failed restore leaves nothing behind',
  statement: `After a failed restore everything but the tasks is as it was before it: ${SURROUNDINGS}. (A restore that mktrouble had to kill itself is not judged; one that a fault of the scenario has killed is. Tasks, and the Unix sockets that they have, are judged by failed-restore-leaves-no-task.)`,
  source:
    'cr-restore.c, restore_root_task(), the labels out_kill and out: a failed restore kills the tasks and depopulates what it has made',
  hint: 'Which step of the restore made it, and is it removed only at the end of a successful restore?',
  check(_c, { criu }) {
    const changes = (criu?.surroundings?.restore ?? []).filter(
      (change) => !isUnlocked(change) && !isOfTask(change, criu),
    );
    if (!criu?.restore || succeeded(criu.restore) || wasEnded(criu.restore) || changes.length === 0) return [];
    return [{ property: name, message: `${callText(criu.restore)}; ${describeChanges(changes)}` }];
  },
};

/** A task that was left, or a Unix socket, which is there as long as such a task has it open. */
function isOfTask({ kind }: CriuChange, criu: CriuRecord | undefined): boolean {
  const isLeft = (criu?.afterRestore?.tasks.length ?? 0) > 0;
  return isLeft && ['named Unix sockets', 'processes of CRIU'].includes(kind);
}

/** The rules with which a dump locks the network are to be removed by a restore; which of its failures may is not documented. */
function isUnlocked({ kind, added }: CriuChange): boolean {
  return kind === 'packet filter rules' && added.length === 0;
}
