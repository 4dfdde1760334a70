/** The agent's program: compiled from its C sources, and the native agent's raw system calls, at first use. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildProgram, CannotCompile, folderWith } from '../c-program.ts';
import { cacheFolder } from '../host/cache.ts';

/** The path of the agent; compiles it when the cache does not have it. Rejects with CannotCompile. */
export async function compileAgent(cache: string = cacheFolder()): Promise<string> {
  const own = await sources('criu/agent', 'agent.h');
  const shared = await sources('native/agent', 'sys.h');
  const files = [
    ...(await readdir(own))
      .filter((file) => /\.[ch]$/.test(file))
      .sort()
      .map((file) => path.join(own, file)),
    ...['sys.c', 'sys.h'].map((file) => path.join(shared, file)),
  ];
  const flags = ['-O2', '-Wall', '-Wextra', '-Werror', '-static'];
  // Where headers are is no part of what the program is.
  return buildProgram({ name: 'criu-agent', flags, sources: files, libraries: [`-I${shared}`] }, cache);
}

/** Where C sources are: beside this folder, and from `dist/` in the package's `src/`. */
async function sources(folder: string, file: string): Promise<string> {
  const here = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
  const found = await folderWith(file, [path.join(here, folder), path.join(here, '../../../src/backends', folder)]);
  if (found === undefined) throw new CannotCompile(`the C sources of ${folder} are not there`);
  return found;
}
