/** The namespaces of a process: each is CRIU's, or another. Their numbers are new after a restore. */
import type { Kind, ProcFolder } from './kind.ts';

/** `init`: of the agent's init, in whose namespaces CRIU runs. */
export function namespaces(init: ProcFolder): Kind {
  return {
    of: 'process',
    changes: false,
    read: (process) =>
      Object.fromEntries(
        process
          .list('ns')
          .map((name) => [
            `namespace ${name}`,
            process.link(`ns/${name}`) === init.link(`ns/${name}`) ? "CRIU's" : 'its own',
          ]),
      ),
  };
}
