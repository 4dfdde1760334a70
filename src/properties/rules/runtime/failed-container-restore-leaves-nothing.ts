/** A container that could not be restored leaves nothing behind. */
import type { Property } from '../../property.ts';
import { isRestoring, runText, succeeded } from '../../runtime-runs.ts';

const name = 'failed-container-restore-leaves-nothing';

export const failedContainerRestoreLeavesNothing: Property = {
  name,
  title: 'A failed restore of a container leaves nothing behind',
  statement:
    'After a failed restore there is no process, cgroup, mount, state folder, file below /run and /tmp (also of locks and network namespaces), network device or firewall rule that was not there before it. What ends within two seconds does not count.',
  source: 'runc-restore(8): a container exists only after a restore that returned success',
  hint: 'What had the runtime made when CRIU failed, and which error path removes it?',
  check(_c, { runtime }) {
    if (!runtime) return [];
    return runtime.runs
      .filter((run) => isRestoring(run) && !succeeded(run) && run.added.length > 0)
      .map((run) => ({ property: name, message: `${runText(runtime, run)} and left ${run.added.join(', ')}` }));
  },
};
