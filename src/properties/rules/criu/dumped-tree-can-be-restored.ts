/** A dump that reports success can be restored. */

import { callText } from '../../../record/program-text.ts';
import { hasFailed, listCauses, succeeded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'dumped-tree-can-be-restored';

export const dumpedTreeCanBeRestored: Property = {
  name,
  title: 'A dumped tree can be restored',
  statement:
    'When a dump reports success, the restore from its images succeeds, whatever happened during the dump, unless a fault of the scenario fired during the restore: changed images, a pid that is taken, a signal, a failing call, a limit. (A restore that crashes, or that does not exit in time, is judged by criu-never-crashes and criu-ends-in-time.)',
  source:
    'criu(8), dump and "EXIT STATUS": after a successful dump the tree is gone, and its images are all that is left of it',
  hint: 'The first error of the restore names what the images lack. Why did the dump not fail?',
  check(c, { criu }) {
    if (!criu?.restore || !succeeded(criu.dump) || !hasFailed(criu.restore)) return [];
    if (listCauses(c, criu, 'restore').length > 0) return [];
    const message = `the dump reported success; ${callText(criu.restore)}, and no fault fired in it`;
    return [{ property: name, message }];
  },
};
