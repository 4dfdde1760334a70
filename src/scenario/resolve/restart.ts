/** How restart(2) is called, with every default written out. */
import { BACKENDS, isProtocolFile, isShipped, RESTART_FLAGS, type RestartCall } from '../../model/case.ts';
import type { Checked } from '../check.ts';
import { type Complain, unknown } from '../complain.ts';
import { currentName, type KnownNames } from '../known-names.ts';
import { nearest } from '../source/nearest.ts';
import { flagBits } from './flags.ts';
import type { Tree } from './tree.ts';

const KNOWN_FLAGS = flagBits(Object.values(RESTART_FLAGS));

export const DEFAULT_PROTOCOL = 'series';
export const DEFAULT_COORDINATOR = 1;

/** The call; the last are the names that the caller knows, and the folder of the file. */
export function resolveRestart(
  restart: Checked<'restart'>,
  tree: Tree,
  complain: Complain,
  known: KnownNames,
  folder: string,
): RestartCall {
  const flags = flagBits(restart.flags ?? []);
  const taskself = (flags & RESTART_FLAGS.taskself) !== 0;
  const root = tree.root.pid;
  const coordinatorPid = restart['coordinator-pid'] ?? (taskself ? root : DEFAULT_COORDINATOR);
  if (taskself) checkTaskself(tree, coordinatorPid, complain);
  else if (tree.task(coordinatorPid)) complainTaken(restart, tree, coordinatorPid, complain);
  const protocol = resolveProtocol(restart.protocol ?? DEFAULT_PROTOCOL, known, folder, complain);
  restart.backends?.forEach((name, i) => {
    // Any other name is that of a backend which a user brings.
    if (!isShipped(name) && nearest(name, BACKENDS) !== undefined)
      complain(unknown(['restart', 'backends', i], 'backend', name, () => BACKENDS));
  });
  return {
    pid: restart.pid ?? root,
    coordinatorPid,
    flags,
    capable: restart.capable ?? true,
    fd: restart.fd ?? 'good',
    logfd: restart.logfd ?? 'none',
    debug: restart.debug ?? false,
    protocol,
    backends: [...new Set(restart.backends ?? [])],
  };
}

/** The current name of a protocol; of a file its path from the working folder. */
function resolveProtocol(
  named: string,
  { protocols, renamed, ownProtocol }: KnownNames,
  folder: string,
  complain: Complain,
): string {
  const path = ['restart', 'protocol'];
  if (isProtocolFile(named)) {
    const found = ownProtocol?.(named, folder);
    if (found && 'message' in found) complain({ path, ...found });
    return found && 'file' in found ? found.file : named;
  }
  const protocol = currentName(named, renamed?.protocols, path, complain);
  if (protocols !== undefined && !protocols.includes(protocol))
    complain(unknown(path, 'protocol', protocol, () => protocols));
  return protocol;
}

/** Why the coordinator never gets as far as its first point; undefined when it does. */
export function endsBeforeFirstPoint(restart: RestartCall): string | undefined {
  if ((restart.flags & ~KNOWN_FLAGS) !== 0) return 'an unknown flag ends the restart at once (EINVAL)';
  if (!restart.capable) return 'without the capability the restart ends at once (EPERM)';
  if (restart.fd === 'bad' || restart.logfd === 'bad') return 'a bad file ends the restart at once (EBADF)';
  return undefined;
}

/** With taskself the root is the caller itself. */
function checkTaskself(tree: Tree, coordinatorPid: number, complain: Complain): void {
  const { root } = tree;
  if (coordinatorPid !== root.pid) {
    const path = ['restart', 'coordinator-pid'];
    complain({ path, message: 'with taskself the root is the coordinator itself', expected: String(root.pid) });
  }
  const idle = root.state === 'dead' ? 'state' : root.absent ? 'absent' : root.exits ? 'exits' : undefined;
  if (idle !== undefined) {
    const path = [...tree.pathOf(root.pid), idle];
    complain({
      path,
      part: 'key',
      message: 'with taskself the root calls restart itself, so it must be there to do it',
    });
  }
  for (const task of tree.besideRoot.slice(0, 1)) {
    const path = [...tree.pathOf(task.pid), 'sibling'];
    complain({ path, part: 'key', message: 'with taskself a sibling of the root would be outside of the tree' });
  }
}

function complainTaken(restart: Checked<'restart'>, tree: Tree, pid: number, complain: Complain): void {
  if (restart['coordinator-pid'] !== undefined) {
    const path = ['restart', 'coordinator-pid'];
    complain({ path, message: `the pid ${pid} is a task of the tree`, expected: 'a pid that no task of the tree has' });
    return;
  }
  const path = [...tree.pathOf(pid), 'pid'];
  complain({
    path,
    message: `the pid ${pid} is the coordinator's`,
    hint: 'give the coordinator another: restart: { coordinator-pid: 2 }',
  });
}
