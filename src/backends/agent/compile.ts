/** The programs of agents: compiled at first use from the C sources that all agents share (c/) and those of a backend. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../host/cache.ts';
import { buildProgram, CannotCompile, folderWith } from './c-program.ts';

export interface AgentProgram {
  readonly name: string;
  /** Of the backend's sources, below src/backends. */
  readonly folder: string;
  /** Instead of a static program, which starts and forks faster. */
  readonly flags?: readonly string[];
  readonly libraries?: readonly string[];
}

/** Warnings are errors. */
export const STRICT = ['-O2', '-Wall', '-Wextra', '-Werror'];
/** Of the sources that all agents share. */
export const SHARED = 'agent/c';

/** The path of an agent's program; compiles it when the cache does not have it. Rejects with CannotCompile and BadCache. */
export async function compileAgent(
  { name, folder, flags = ['-static'], libraries = [] }: AgentProgram,
  cache: string = cacheFolder(),
): Promise<string> {
  const shared = await findSources(SHARED);
  const sources = [...(await listSources(await findSources(folder))), ...(await listSources(shared))];
  // Where headers are is no part of what the program is.
  return buildProgram({ name, flags: [...STRICT, ...flags], sources, libraries: [`-I${shared}`, ...libraries] }, cache);
}

/** A folder of C sources: below src/backends, which from `dist/` is in the package. Rejects with CannotCompile. */
export async function findSources(folder: string): Promise<string> {
  const here = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
  const found = await folderWith(folder === SHARED ? 'warden.c' : 'main.c', [
    path.join(here, folder),
    path.join(here, '../../../src/backends', folder),
  ]);
  if (found === undefined) throw new CannotCompile(`the C sources of ${folder} are missing`);
  return found;
}

async function listSources(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /\.[ch]$/.test(name));
  return names.sort().map((name) => path.join(folder, name));
}
