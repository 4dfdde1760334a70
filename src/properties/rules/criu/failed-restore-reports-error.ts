/** CRIU reports success only when every task is restored. */

import type { Case } from '../../../model/case.ts';
import type { CriuRecord } from '../../../record/criu.ts';
import { missing } from '../../criu-census.ts';
import { comparable, falloutSince, succeeded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'failed-restore-reports-error';

export const failedRestoreReportsError: Property = {
  name,
  title: 'A failed restore reports an error',
  statement:
    'When CRIU reports success, every task that pstree.img names exists. (Tasks that a fault has hit, and their descendants, are left out. Not judged when other images than pstree.img are changed: a task with other registers or other memory may exit at once.)',
  source: 'criu(8), "EXIT STATUS": 0 on success; cr-restore.c, restore_root_task(): waits for each stage of all tasks',
  hint: 'Did a task die between its restore and the exit of CRIU, and which process should have noticed?',
  check(c, { criu }) {
    if (!criu) return [];
    if (!criu.afterRestore || !succeeded(criu.restore) || changesPrograms(c, criu)) return [];
    const imaged = criu.imaged ?? [];
    const hit = falloutSince(criu, 'pre-dump');
    // A program that runs on: the tasks that the restore held. Without them only its root is certain to exist.
    const after = comparable(criu, criu.restored, criu.afterRestore);
    if (!after) return [];
    const there = new Set(after.tasks.map(({ pid }) => pid));
    // With a repeated record, or none, the tree of the dump counts.
    const lost = c.criu?.images.length
      ? imaged.filter((pid) => !there.has(pid) && !hit.has(pid))
      : missing(criu.before, after, hit);
    if (lost.length === 0 && there.size > 0) return [];
    if (there.size === 0 && hit.size > 0) return [];
    const [verb, noun] = lost.length === 1 ? ['is', 'task'] : ['are', 'tasks'];
    const missed = there.size === 0 ? 'every task is' : `${noun} ${lost.join(', ')} ${verb}`;
    return [{ property: name, message: `the restore reported success, but ${missed} missing` }];
  },
};

/** Whether images are changed that say what a task does once it runs. */
function changesPrograms(c: Case, { edits }: CriuRecord): boolean {
  const changes = edits ?? c.criu?.images ?? [];
  return changes.some((change) => change.kind !== 'task' && (!('file' in change) || change.file !== 'pstree'));
}
