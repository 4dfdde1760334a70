/** The namespaces of a process: each is CRIU's, or another. Their numbers are new after a restore. */
import { type Kind, ProcFolder } from './kind.ts';

/** CRIU runs in those of the agent's init, whose folder is beside that of each process. */
const INIT = '1';

export const namespaces: Kind = {
  of: 'process',
  changes: false,
  read(process) {
    const init = new ProcFolder(`${process.path}/../${INIT}`);
    const names = process.list('ns');
    return Object.fromEntries(
      names.map((name) => [
        `namespace ${name}`,
        process.link(`ns/${name}`) === init.link(`ns/${name}`) ? "CRIU's" : 'its own',
      ]),
    );
  },
};
