/**
 * Whether a file or folder can be trusted with a program that we start, perhaps as root: only this user and root can have
 * put it there. The rule is that of OpenSSH's StrictModes, with links followed.
 */
import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import path from 'node:path';

const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;
/** As many links as Linux follows (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * Why a file or folder is not to be trusted; undefined when it is: it, and each folder and link on the way to it, belongs
 * to this user or to root, and no other user can write to it. In a folder with the sticky bit, as /tmp is, others cannot
 * replace what is not theirs. `file`: an absolute path of something that exists; throws what lstat(2) throws.
 */
export function distrust(file: string, links = 0): string | undefined {
  const { root } = path.parse(file);
  let here = root;
  const names = file.slice(root.length).split(path.sep).filter(Boolean);
  for (const [i, name] of ['', ...names].entries()) {
    here = path.join(here, name);
    const stats = lstatSync(here);
    const isLast = i === names.length;
    const reason = ofEntry(here, stats, isLast);
    if (reason !== undefined) return reason;
    if (!stats.isSymbolicLink()) continue;
    if (links === MOST_LINKS) return `${file} has too many symbolic links`;
    const target = path.resolve(path.dirname(here), readlinkSync(here), ...names.slice(i));
    return distrust(target, links + 1);
  }
  return undefined;
}

function ofEntry(file: string, stats: Stats, isLast: boolean): string | undefined {
  const user = process.geteuid?.();
  if (user === undefined) return undefined;
  if (stats.uid !== user && stats.uid !== 0) {
    return `${file} belongs to user ${stats.uid}, not to ${user === 0 ? 'root' : `user ${user} or root`}`;
  }
  // A link's own mode means nothing.
  if (stats.isSymbolicLink() || (stats.mode & OTHERS_WRITE) === 0) return undefined;
  if (!isLast && stats.isDirectory() && (stats.mode & STICKY) !== 0) return undefined;
  return `other users can write to ${file} (mode ${(stats.mode & 0o7777).toString(8)})`;
}
