/** A restore brings back the tree that was dumped. */

import type { Case } from '../../../model/case.ts';
import { signalNumber } from '../../../model/signals.ts';
import type { CriuRecord } from '../../../record/criu.ts';
import { added, differences, few } from '../../criu-census.ts';
import { comparable, falloutSince, hitSince, succeeded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'restored-tree-matches-dump';

export const restoredTreeMatchesDump: Property = {
  name,
  title: 'A restored tree matches the dump',
  statement:
    'After a successful restore from unchanged images, each task of the tree is as it was before the dump: pid, parent, process group, session, threads, state, exit status, name, pending and blocked signals, private and shared memory; a task that ran before the dump runs again. (Tasks that a fault has hit since are left out, and those that die with the init of their pid namespace. A program, which keeps running, is compared while the dump and the restore hold it; its pending signals may differ.)',
  source:
    'CRIU: "freeze a running container (or an individual application) and checkpoint its state to disk […] so that it runs exactly as it was"; criu(8), restore',
  hint: 'Compare the census before the dump with the one after the restore, then look for the field in the images: was it not dumped, or not restored?',
  check(c, { criu }) {
    if (!criu) return [];
    if (!succeeded(criu.restore) || (c.criu?.images.length ?? 0) > 0) return [];
    const after = comparable(criu, criu.restored, criu.afterRestore);
    if (!after) return [];
    const hit = killsNamespace(c, criu) ? falloutSince(criu, 'pre-dump') : hitSince(criu, 'pre-dump');
    const found = [...differences(criu.before, after, hit), ...added(criu.before, after)];
    return found.length === 0
      ? []
      : [{ property: name, message: `after a restore that reported success: ${few(found)}` }];
  },
};

/** Whether the scenario killed the init of the tree's pid namespace: with it the kernel kills all tasks, some of which may be seen dying. */
function killsNamespace({ criu: setup, tasks }: Case, { hits }: CriuRecord): boolean {
  return (
    setup?.namespace === 'own' &&
    hits.some(({ to, signal }) => to === tasks[0]!.pid && signal === signalNumber('SIGKILL'))
  );
}
