/** Which files were saved: gathered until a save is complete, as an editor saves one file in several writes. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { watch } from 'chokidar';

/** Milliseconds after the last move of a save. */
const QUIET = 25;

export interface Changes {
  /** The absolute paths of files that were changed since it was last asked; waits until there are any. Undefined once it is over. */
  next(): Promise<ReadonlySet<string> | undefined>;
  close(): void;
}

/**
 * Watches files, and folders with everything below them; reports only the paths for which `matters` is true. Resolves when every
 * later save is noticed: what was read before may be out of date by then.
 */
export async function watchChanges(paths: readonly string[], matters: (file: string) => boolean): Promise<Changes> {
  let gathered = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let waiting: ((changed: ReadonlySet<string> | undefined) => void) | undefined;
  let over = false;
  const deliver = (): void => {
    timer = undefined;
    if (!waiting || gathered.size === 0) return;
    waiting(gathered);
    waiting = undefined;
    gathered = new Set();
  };
  const watcher = watch(
    paths.map((one) => path.resolve(one)),
    {
      ignoreInitial: true,
      // Without, a save within 50 ms of another of the same file is dropped.
      awaitWriteFinish: { stabilityThreshold: QUIET, pollInterval: 10 },
      ignored: (file, stats) =>
        /[\\/](?:\.[^\\/.]|node_modules$)/.test(file.slice(commonRoot(paths, file))) ||
        (stats?.isFile() === true && !matters(file)),
    },
  );
  watcher.on('all', (event, file) => {
    if (event === 'addDir' || event === 'unlinkDir' || !matters(file)) return;
    gathered.add(file);
    clearTimeout(timer);
    timer = setTimeout(deliver, QUIET);
  });
  // A folder that is gone, or cannot be read, reports nothing.
  watcher.on('error', () => {});
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return {
    next: () =>
      over
        ? Promise.resolve(undefined)
        : new Promise((resolve) => {
            waiting = resolve;
            if (timer === undefined) deliver();
          }),
    close() {
      over = true;
      clearTimeout(timer);
      void watcher.close();
      waiting?.(undefined);
    },
  };
}

/** How much of a path is a folder that was named: it may itself be below a hidden one. */
function commonRoot(paths: readonly string[], file: string): number {
  const roots = paths
    .map((one) => path.resolve(one))
    .filter((root) => file === root || file.startsWith(root + path.sep));
  return Math.max(
    0,
    ...roots.map((root) => (statSync(root, { throwIfNoEntry: false })?.isDirectory() ? root.length : file.length)),
  );
}
