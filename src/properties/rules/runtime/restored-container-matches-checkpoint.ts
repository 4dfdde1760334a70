/** A restore brings back the processes of a container as they were saved. */
import { few } from '../../criu-census.ts';
import type { Property } from '../../property.ts';
import { changedProcesses } from '../../runtime-census.ts';
import { isRestoring, runText, succeeded } from '../../runtime-runs.ts';

const name = 'restored-container-matches-checkpoint';

export const restoredContainerMatchesCheckpoint: Property = {
  name,
  title: 'A restored container matches its checkpoint',
  statement:
    'After a restore that returned success from unchanged images, each process of the container and the objects of its IPC namespace are as they were before the checkpoint, as seen from outside: the same state is compared as of a tree that CRIU dumps (restored-tree-matches-dump), but for what waits in pipes and sockets. (Not judged with runsc, whose processes are in no /proc of the host, and when a fault hit the container itself.)',
  source:
    'CRIU: "freeze a running container (or an individual application) and checkpoint its state to disk […] so that it runs exactly as it was"; runc-restore(8)',
  hint: 'Is it in the images of CRIU? If it is, does CRIU restore it, or does the runtime set it again from its configuration?',
  check(c, { runtime }) {
    if (!runtime || c.runtime?.faults.some(({ kind }) => kind === 'image')) return [];
    return runtime.runs.flatMap((run) => {
      if (!isRestoring(run) || !succeeded(run)) return [];
      const found = changedProcesses(c, runtime.runs, run);
      return found.length === 0 ? [] : [{ property: name, message: `${runText(runtime, run)}, but ${few(found)}` }];
    });
  },
};
