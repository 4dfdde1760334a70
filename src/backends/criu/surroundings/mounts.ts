/** Mounts of the mount namespace in which CRIU and the tree run. */
import { readFile } from 'node:fs/promises';
import type { SurroundingsKind } from './kind.ts';

export const mounts: SurroundingsKind = {
  name: 'mounts',
  ofPrograms: false,
  mayBeOfProgram: () => false,
  async read(sandbox) {
    const text = await readFile(`/proc/${sandbox.init}/mountinfo`, 'utf8');
    // 36 35 98:0 /root /mount/point options [optional fields] - type source options
    return text
      .split('\n')
      .filter((row) => row !== '')
      .map((row) => {
        const [, , , root, point] = row.split(' ');
        return `${row.slice(row.indexOf(' - ') + 3).split(' ')[0]} ${root} at ${point}`;
      });
  },
};
