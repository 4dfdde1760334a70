/** Processes of CRIU that outlive its call: of a program, all below it is its own. (Of a declared tree any other process is an addition to it.) */
import type { SurroundingsKind } from './kind.ts';

/** An unpacked CRIU has the name of the dynamic loader that started it. */
const NAME = /^(criu$|ld-linux-)/;

/** Whether a process has the name of a CRIU. */
export function isNamedCriu(name: string): boolean {
  return NAME.test(name);
}

export const processesOfCriu: SurroundingsKind = {
  name: 'processes of CRIU',
  ofPrograms: true,
  mayBeOfProgram: () => false,
  // A zombie that init is about to reap is none any more.
  read: async (_sandbox, tree) =>
    tree.filter(({ name, state }) => isNamedCriu(name) && state !== 'Z').map(({ id }) => `process ${id}`),
};
