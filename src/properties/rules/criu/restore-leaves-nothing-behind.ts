/** A successful restore leaves nothing behind but the tree. */

import type { Case } from '../../../model/case.ts';
import type { CriuChange } from '../../../record/criu.ts';
import { describeChanges, SURROUNDINGS } from '../../criu-census.ts';
import { succeeded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'restore-leaves-nothing-behind';

export const restoreLeavesNothingBehind: Property = {
  name,
  title: 'A restore leaves nothing behind but the tree',
  statement: `After a successful restore the surroundings of the tree are as they were before the dump: ${SURROUNDINGS}. (The file that the option pidfile names is wanted. Of a program, which runs again, files and Unix sockets only with names that CRIU gives.)`,
  source:
    'cr-restore.c, restore_root_task(): network_unlock() and the removal of link remaps and ghost files follow the restore of all tasks',
  hint: 'Which step removes it, and can that step be skipped, or fail, without an error of the restore?',
  check(c, { criu }) {
    const changes = withoutPidFile(criu?.surroundings?.restore ?? [], c);
    if (!criu || !succeeded(criu.restore) || changes.length === 0) return [];
    return [{ property: name, message: `after a restore that reported success: ${describeChanges(changes)}` }];
  },
};

function withoutPidFile(changes: readonly CriuChange[], { criu }: Case): readonly CriuChange[] {
  const { pidfile } = criu?.options.restore ?? {};
  if (pidfile === undefined) return changes;
  return changes
    .map((change) => ({ ...change, added: change.added.filter((file) => !file.endsWith(`/${pidfile}`)) }))
    .filter(({ added, removed }) => added.length + removed.length > 0);
}
