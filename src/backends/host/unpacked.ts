/** How a program is started that was unpacked with all that it needs. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * The words that start a program of an unpacked tree by the loader and the libraries of that tree; `program`: below the tree. Undefined when
 * it is not there. Before Debian 13 the loader is in /lib.
 */
export async function unpackedCommand(tree: string, program: string): Promise<string[] | undefined> {
  const file = path.join(tree, program);
  if (!existsSync(file)) return undefined;
  const libraries: string[] = [];
  let loader: string | undefined;
  for (const above of ['usr/lib', 'lib']) {
    for (const triple of await listEntries(path.join(tree, above))) {
      const inside = path.join(tree, above, triple);
      const names = await listEntries(inside);
      const found = names.find((name) => /^ld-linux.*\.so\.\d+$/.test(name));
      if (found !== undefined) loader ??= path.join(inside, found);
      if (names.some((name) => /\.so\.\d+$/.test(name))) libraries.push(inside);
    }
  }
  return loader === undefined ? undefined : [loader, '--library-path', libraries.join(':'), file];
}

/** The names in a folder; none of one that is not there. */
export async function listEntries(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
