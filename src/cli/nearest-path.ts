/** "did you mean" for paths. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { nearest } from '../scenario/source/nearest.ts';

/** Names the file or folder beside a missing one that has the nearest name; undefined where none is near enough to be meant. */
export function suggestPath(missing: string): string | undefined {
  const folder = path.dirname(missing);
  if (folder === missing) return undefined;
  if (!existsSync(folder)) return suggestPath(folder);
  if (!statSync(folder).isDirectory()) return undefined;
  try {
    const best = nearest(path.basename(missing), readdirSync(folder));
    return best === undefined ? undefined : `did you mean ${path.join(folder, best)}?`;
  } catch {
    return undefined;
  }
}
