/** The namespaces of a process: each is CRIU's, or another. Their numbers are new after a restore. */
import type { Kind, ProcFolder } from './kind.ts';

/**
 * `init`: of the init around the tree, in whose namespaces CRIU runs. Without `ofCgroups` that of cgroups is left out: a call with
 * --manage-cgroups ignore, which mktrouble gives unless the scenario asks for another mode, restores neither cgroups nor their namespace
 * (criu/cgroup.c, prepare_task_cgroup()).
 */
export function namespaces(init: ProcFolder, ofCgroups: boolean): Kind {
  return {
    of: 'process',
    changes: false,
    read: (process) =>
      Object.fromEntries(
        process
          .list('ns')
          .filter((name) => ofCgroups || name !== 'cgroup')
          .map((name) => [
            `namespace ${name}`,
            process.link(`ns/${name}`) === init.link(`ns/${name}`) ? "CRIU's" : 'its own',
          ]),
      ),
  };
}
