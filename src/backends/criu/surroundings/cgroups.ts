/** The cgroup of the tree's own: a restore makes it where it is missing, with the limits that were dumped. */
import type { SurroundingsKind } from './kind.ts';

export const cgroups: SurroundingsKind = {
  name: 'cgroups',
  ofPrograms: false,
  mayBeOfProgram: () => false,
  read: async (sandbox) => sandbox.treeCgroup?.list() ?? [],
};
