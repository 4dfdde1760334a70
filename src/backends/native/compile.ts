/** The agent's program, and plug-ins: compiled from their C sources at first use. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildProgram, CannotCompile, findIncludes, folderWith } from '../c-program.ts';
import { cacheFolder } from '../host/cache.ts';

export { CannotCompile };

const WARNINGS = ['-Wall', '-Wextra', '-Werror'];
/** The program without a plug-in is static: it starts faster, and forks faster. One that loads a library can't be. */
const STATIC = ['-O2', ...WARNINGS, '-static'];
const DYNAMIC = ['-O2', ...WARNINGS, '-DMKTROUBLE_PLUGIN', '-rdynamic'];
/** Warnings in somebody else's code are his. */
const LIBRARY = ['-O2', '-shared', '-fPIC'];

/** The path of the agent; compiles it when the cache does not have it. Rejects with CannotCompile. */
export async function compileAgent(withPlugin: boolean, cache: string = cacheFolder()): Promise<string> {
  const folder = await sourceFolder();
  const files = (await readdir(folder)).filter((file) => /\.[ch]$/.test(file)).sort();
  const sources = files.map((file) => path.join(folder, file));
  if (withPlugin)
    return buildProgram({ name: 'agent-with-plugin', flags: DYNAMIC, sources, libraries: ['-ldl'] }, cache);
  return buildProgram({ name: 'agent', flags: STATIC, sources }, cache);
}

/** A plug-in as a shared library: a `.so` as it is, a `.c` file compiled. Rejects with CannotCompile. */
export async function compilePlugin(source: string, cache: string = cacheFolder()): Promise<string> {
  if (!source.endsWith('.c')) return path.resolve(source);
  const flags = [...LIBRARY, `-I${await sourceFolder()}`];
  const unit = path.resolve(source);
  return buildProgram({ name: 'plugin', flags, sources: [unit], includes: await findIncludes(unit, flags) }, cache);
}

/** Where the C sources are: beside this file, and from `dist/` in the package's `src/`. */
async function sourceFolder(): Promise<string> {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const folder = await folderWith('main.c', [
    path.join(here, 'agent'),
    path.join(here, '../../../../src/backends/native/agent'),
  ]);
  if (folder === undefined) throw new CannotCompile('the C sources of the agent are not there');
  return folder;
}
