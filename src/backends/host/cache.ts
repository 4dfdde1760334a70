/** The folder of compiled and unpacked programs. What is in it is started, also by root: it must be ours alone. */
import { mkdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { sweepFolder } from './names.ts';
import { distrust } from './trust.ts';

/** The cache folder cannot be used. The message says why and what to do. */
export class BadCache extends Error {}

const HINT = 'set MKTROUBLE_CACHE to an absolute path of a folder that only you can write to';

/** The cache folder: `MKTROUBLE_CACHE`, else `mktrouble` in the user's cache folder. Throws BadCache for a path that is empty or relative. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { MKTROUBLE_CACHE: own, XDG_CACHE_HOME: users } = environment;
  if (own !== undefined) return absolute(own, 'MKTROUBLE_CACHE');
  // By the XDG base directory specification an empty one counts as unset.
  if (users) return path.join(absolute(users, 'XDG_CACHE_HOME'), 'mktrouble');
  const home = environment['HOME'] ?? homedir();
  return path.join(absolute(home, 'HOME'), '.cache/mktrouble');
}

/** Makes the cache folder, with mode 0700, when there is none, and removes what killed runs left half made there. Throws BadCache when it cannot be made, or when others could change what is in it. */
export function openCache(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new BadCache(`the cache folder cannot be made: ${(error as Error).message}; ${HINT}`);
  }
  const reason = distrust(folder);
  if (reason !== undefined) throw new BadCache(`the cache folder ${folder} is not safe: ${reason}; ${HINT}`);
  sweepFolder(folder, (left) => rmSync(left, { recursive: true }));
}

function absolute(folder: string, variable: string): string {
  if (path.isAbsolute(folder)) return folder;
  const what = folder === '' ? 'is empty' : `is the relative path ${folder}`;
  throw new BadCache(`${variable} ${what}, and names no cache folder; ${HINT}`);
}
