/** A failed restore can be retried. */

import { callText } from '../../../record/program-text.ts';
import { differences, few, missing } from '../../criu-census.ts';
import { comparable, falloutSince, succeeded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'failed-restore-can-be-retried';

export const failedRestoreCanBeRetried: Property = {
  name,
  title: 'A failed restore can be retried',
  statement:
    'After a failed restore, a second restore from the same images, without the fault and with all pids free, brings back the tree that was dumped.',
  source: 'criu(8): images are only read by a restore',
  hint: 'Did the first restore change the images, or can they not be restored at all?',
  check(_c, { criu }) {
    if (!criu) return [];
    const { again } = criu;
    if (!again) return [];
    if (!succeeded(again)) return [{ property: name, message: `once more, without faults: ${callText(again)}` }];
    const afterAgain = comparable(criu, criu.restoredAgain, criu.afterAgain);
    if (!afterAgain) return [];
    const hit = falloutSince(criu, 'pre-dump');
    const lost = missing(criu.before, afterAgain, hit).map((pid) => `task ${pid} is missing`);
    const found = [...lost, ...differences(criu.before, afterAgain, hit)];
    return found.length === 0 ? [] : [{ property: name, message: `once more, without faults: ${few(found)}` }];
  },
};
