/** Where the package is, and which version it has. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of package.json: above `src/boundary` in the sources, above `dist/src/boundary` in a build. */
export function packageRoot(): string {
  const above = path.resolve(import.meta.dirname, '../..');
  return existsSync(path.join(above, 'package.json')) ? above : path.dirname(above);
}

export function packageVersion(): string {
  return JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')).version;
}
