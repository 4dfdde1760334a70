/** After a failed restore the name of the container can be used again. */

import { runtimeEndText } from '../../../record/runtime-text.ts';
import type { Property } from '../../property.ts';
import { succeeded } from '../../runtime-runs.ts';

const name = 'failed-container-restore-frees-name';

export const failedContainerRestoreFreesName: Property = {
  name,
  title: 'A failed restore of a container frees its name',
  statement:
    'After a failed restore the container can be deleted, and a new container of the same name can be started.',
  source: 'runc-delete(8): --force deletes also what does not exist',
  hint: 'Does a state folder, a cgroup or a process of the failed restore have the name?',
  check(_c, { runtime }) {
    if (!runtime?.reuse) return [];
    const { deleted, created } = runtime.reuse;
    const found = [
      ...(succeeded(deleted) ? [] : [`delete ${runtimeEndText(deleted)}: ${deleted.message}`]),
      ...(!created || succeeded(created)
        ? []
        : [`a new container of the name ${runtimeEndText(created)}: ${created.message}`]),
    ];
    return found.length === 0 ? [] : [{ property: name, message: `after a failed restore ${found.join('; ')}` }];
  },
};
