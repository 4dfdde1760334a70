/** The files that modules are made of: themselves, and what they import by a path, whatever is imported there. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { readText } from './read-file.ts';

/** Bytes of a module, at most. */
const MAX_BYTES = 1 << 24;
/** `import … from './x.ts'`, `export … from`, `import('./x.ts')`, `require('./x')`. What only looks like one names no file, or one too many. */
const IMPORT = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g;
const MODULE = /\.[cm]?[jt]sx?$/;
const ENDINGS = ['', '.ts', '.js', '.mts', '.mjs', '.cts', '.cjs', '/index.ts', '/index.js'];

/** As absolute paths, these files first, which need not all be modules. Packages are left out. Throws CannotRead. */
export function listImports(files: Iterable<string>): string[] {
  const seen = new Set([...files].map((file) => path.resolve(file)));
  for (const file of seen) {
    if (!MODULE.test(file)) continue;
    for (const [, , named] of readText(file, MAX_BYTES).matchAll(IMPORT)) {
      const found = resolve(path.resolve(path.dirname(file), named!));
      if (found !== undefined) seen.add(found);
    }
  }
  return [...seen];
}

function resolve(named: string): string | undefined {
  // TypeScript may name what it is compiled to.
  const sources = /\.[cm]?js$/.test(named) ? [named.replace(/js$/, 'ts')] : [];
  const candidates = [...ENDINGS.map((ending) => `${named}${ending}`), ...sources];
  return candidates.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}
