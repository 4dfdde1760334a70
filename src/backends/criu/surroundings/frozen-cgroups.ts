/** Cgroups of the tree that are frozen: no task in one runs, or even dies, until it is thawed. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Seen } from '../census.ts';
import type { Sandbox } from '../sandbox.ts';
import type { SurroundingsKind } from './kind.ts';

/** Where a hierarchy is usually mounted, and the file of each of its cgroups that says whether it is frozen. */
const V1 = [{ folder: '/sys/fs/cgroup/freezer', file: 'freezer.state', frozen: /^FR(OZEN|EEZING)/, thawed: 'THAWED' }];
const V2 = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].map((folder) => ({
  folder,
  file: 'cgroup.freeze',
  frozen: /^1/,
  thawed: '0',
}));

export const frozenCgroups: SurroundingsKind = {
  name: 'frozen cgroups',
  ofPrograms: true,
  mayBeOfProgram: () => false,
  read: async (sandbox, tree) => [
    ...new Set((await findFrozen(sandbox, tree)).map(({ cgroup }) => sandbox.treeCgroup?.rename(cgroup) ?? cgroup)),
  ],
};

/** Thaws those of these tasks: a frozen task cannot even be killed, so the case would never end. */
export async function thaw(sandbox: Sandbox, tree: readonly Seen[]): Promise<void> {
  for (const { file, thawed } of await findFrozen(sandbox, tree)) await writeFile(file, thawed).catch(() => {});
}

interface Frozen {
  readonly cgroup: string;
  readonly file: string;
  /** What thaws it when it is written to the file. */
  readonly thawed: string;
}

async function findFrozen(sandbox: Sandbox, tree: readonly Seen[]): Promise<readonly Frozen[]> {
  return (await Promise.all(tree.map(({ id }) => frozenOf(sandbox, id)))).flat();
}

async function frozenOf(sandbox: Sandbox, id: number): Promise<readonly Frozen[]> {
  const text = await readFile(sandbox.inside(`/proc/${id}/cgroup`), 'utf8').catch(() => '');
  const looked = text.split('\n').flatMap((row) => {
    const [number, controllers = '', ...rest] = row.split(':');
    const cgroup = rest.join(':');
    const places = number === '0' ? V2 : controllers.split(',').includes('freezer') ? V1 : [];
    return places.map(async ({ folder, file: name, frozen, thawed }): Promise<Frozen[]> => {
      const file = sandbox.inside(path.join(folder, cgroup, name));
      const state = await readFile(file, 'utf8').catch(() => '');
      return frozen.test(state) ? [{ cgroup, file, thawed }] : [];
    });
  });
  return (await Promise.all(looked)).flat();
}
