/** Whether the sources in a clone are newer than the build; cheap: it looks at the times of files. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * The URL of the sources' `main.ts` when the program at this URL was built, stands in a clone, and anything in `src` or
 * `reporters` was changed since. Undefined for an installed package, a fresh build, and the sources themselves.
 */
export function sourcesToRun(program: string): string | undefined {
  const here = path.dirname(fileURLToPath(program));
  const dist = path.resolve(here, '../..');
  const root = path.dirname(dist);
  const main = path.join(root, 'src/cli/main.ts');
  if (path.basename(dist) !== 'dist' || !existsSync(main)) return undefined;
  const built = statSync(path.join(dist, '.built'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const changed = ['src', 'reporters'].some((folder) => newerThan(built, path.join(root, folder)));
  return changed ? pathToFileURL(main).href : undefined;
}

/** Lets Node run TypeScript from here on. */
export async function registerTypeScript(): Promise<void> {
  const { register } = await import('tsx/esm/api');
  register();
}

/** Folders count as well: theirs is the time when a file was taken away. */
function newerThan(time: number, folder: string): boolean {
  const inside = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name));
  return [folder, ...inside].some((file) => statSync(file).mtimeMs > time);
}
