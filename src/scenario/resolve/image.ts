/** The image: what the checkpoint saved, and the damage that was done to it. */
import type { Image, ImageDamage } from '../../model/case.ts';
import type { Checked } from '../check.ts';
import { type Complain, unknown } from '../complain.ts';
import { toList } from './lists.ts';
import type { Tree } from './tree.ts';

/** What the task that reads record 0 returns from restart; the next one is one more. */
export const FIRST_RETVAL = 1000;
export const DEFAULT_XOR = 0xff;

/** The image of a case; by default that of the tree. */
export function resolveImage(image: Checked<'image'>, tree: Tree, complain: Complain): Image {
  const pids = image.pids ?? savedPids(tree);
  checkPids(image, pids, complain);
  const zombies = new Set(image.zombies ?? []);
  for (const task of tree.tasks) if (task.state === 'zombie') zombies.add(task.pid);
  const records = pids.map((pid, i) => ({
    pid,
    zombie: zombies.has(pid),
    retval: image.retval?.[pid] ?? FIRST_RETVAL + i,
  }));
  const pidsBytes = image['pids-bytes'];
  return {
    pids,
    nrTasks: image['nr-tasks'] ?? pids.length,
    ...(pidsBytes === undefined ? {} : { pidsBytes }),
    records,
    damage: resolveDamage(image, pids, complain),
  };
}

function checkPids(image: Checked<'image'>, pids: readonly number[], complain: Complain): void {
  if (image.zombies === undefined && image.retval === undefined) return;
  const saved = new Set(pids);
  const names = () => [...saved].map(String);
  image.zombies?.forEach((pid, i) => {
    if (!saved.has(pid)) complain(unknown(['image', 'zombies', i], 'pid of the image', String(pid), names));
  });
  for (const pid of Object.keys(image.retval ?? {})) {
    if (!saved.has(Number(pid)))
      complain({ ...unknown(['image', 'retval', pid], 'pid of the image', pid, names), part: 'key' });
  }
}

/**
 * The tasks that the checkpoint found, in the order of the walk: no ghosts, no task that has died, no task that is forked
 * only while the restart is at work, and no sibling of the root, which is not below it.
 */
export function savedPids(tree: Pick<Tree, 'tasks' | 'root'>): number[] {
  const pids: number[] = [];
  const outside = new Set<number>();
  for (const task of tree.tasks) {
    const isOutside =
      task.leader !== tree.root.pid &&
      (task.parent === 'coordinator' || outside.has(task.parent) || outside.has(task.leader));
    if (isOutside) outside.add(task.pid);
    else if (!task.ghost && task.state !== 'dead' && task.forkedLate === undefined) pids.push(task.pid);
  }
  return pids;
}

type Truncation = Exclude<NonNullable<Checked<'image'>['truncate']>, readonly unknown[]>;
type Corruption = Exclude<NonNullable<Checked<'image'>['corrupt']>, readonly unknown[]>;

function resolveDamage(image: Checked<'image'>, pids: readonly number[], complain: Complain): ImageDamage[] {
  if (image.truncate === undefined && image.corrupt === undefined) return [];
  const recordsOf = new Map([...pids.entries()].reverse().map(([i, pid]) => [pid, i]));
  const names = () => [...recordsOf.keys()].map(String);
  const resolveRecord = (word: string, i: number, damage: Exclude<Truncation, string> | Corruption): number => {
    const path = ['image', word, ...(Array.isArray(image[word as 'truncate']) ? [i] : [])];
    const { object, index, pid } = damage;
    const key = index !== undefined ? 'index' : pid !== undefined ? 'pid' : undefined;
    if (key === undefined) return 0;
    const at = [...path, key];
    if (object !== 'task')
      complain({ path: at, part: 'key', message: `${key} is for task: there is only one ${object}` });
    else if (index !== undefined && pid !== undefined)
      complain({ path: [...path, 'pid'], part: 'key', message: 'index or pid, not both' });
    else if (pid !== undefined && !recordsOf.has(pid)) complain(unknown(at, 'pid of the image', String(pid), names));
    else if (index !== undefined && index >= pids.length) {
      complain({
        path: at,
        message: `there is no record ${index}`,
        expected: `0 to ${pids.length - 1}: the image has ${pids.length} records`,
      });
    }
    return index ?? recordsOf.get(pid!) ?? 0;
  };
  const cut = toList(image.truncate).map((one, i): ImageDamage => {
    const damage = typeof one === 'string' ? { object: one } : one;
    return { kind: 'truncate', object: damage.object, index: resolveRecord('truncate', i, damage), at: 0, xor: 0 };
  });
  const changed = toList(image.corrupt).map((one, i): ImageDamage => {
    const { object, at = 0, xor = DEFAULT_XOR } = one;
    return { kind: 'corrupt', object, index: resolveRecord('corrupt', i, one), at, xor };
  });
  return [...cut, ...changed];
}
