/**
 * Which files were saved: gathered until a save is complete, as an editor saves one file in several writes. Not by chokidar:
 * it misses a save that happens before its first scan is complete, and fs.watch reports from its first call.
 */
import { type FSWatcher, statSync, watch } from 'node:fs';
import path from 'node:path';

/** Milliseconds after the last move of a save. */
const QUIET = 25;

export interface Changes {
  /** The absolute paths of files that were changed since it was last asked; waits until there are any. Undefined once it is over. */
  next(): Promise<ReadonlySet<string> | undefined>;
  close(): void;
}

/** Watches files, and folders with everything below them; reports only the paths for which `matters` is true. */
export function watchChanges(paths: readonly string[], matters: (file: string) => boolean): Changes {
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
  const saved = (file: string): void => {
    if (!matters(file)) return;
    gathered.add(file);
    clearTimeout(timer);
    timer = setTimeout(deliver, QUIET);
  };
  const watchers = [...places(paths)].map(([folder, recursive]): FSWatcher => {
    const watcher = watch(folder, { recursive }, (_event, name) => {
      if (name !== null) saved(path.join(folder, name));
    });
    // A folder that is gone reports nothing.
    watcher.on('error', () => watcher.close());
    return watcher;
  });
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
      for (const watcher of watchers) watcher.close();
      waiting?.(undefined);
    },
  };
}

/** A file is watched through its folder: editors put a new file in its place. */
function places(paths: readonly string[]): Map<string, boolean> {
  const found = new Map<string, boolean>();
  for (const one of paths.map((given) => path.resolve(given))) {
    const isFolder = statSync(one, { throwIfNoEntry: false })?.isDirectory() ?? false;
    const folder = isFolder ? one : path.dirname(one);
    found.set(folder, (found.get(folder) ?? false) || isFolder);
  }
  return found;
}
