/** The agent's program, and plug-ins: compiled from their C sources at first use. */
import path from 'node:path';
import { buildProgram, findIncludes } from '../agent/c-program.ts';
import { compileAgent, findSources } from '../agent/compile.ts';
import { cacheFolder } from '../host/cache.ts';

const FOLDER = 'native/agent';
/** One that loads a library cannot be static. */
const WITH_PLUGIN = { flags: ['-DMKTROUBLE_PLUGIN', '-rdynamic'], libraries: ['-ldl'] };
/** Warnings in a user's code are the user's. */
const LIBRARY = ['-O2', '-shared', '-fPIC'];

/** The path of the agent; compiles it when the cache does not have it. Rejects with CannotCompile and BadCache. */
export function compileNativeAgent(withPlugin: boolean, cache?: string): Promise<string> {
  if (withPlugin) return compileAgent({ name: 'native-agent-with-plugin', folder: FOLDER, ...WITH_PLUGIN }, cache);
  return compileAgent({ name: 'native-agent', folder: FOLDER }, cache);
}

/** A plug-in as a shared library: a `.so` as it is, a `.c` file compiled. Rejects with CannotCompile and BadCache. */
export async function compilePlugin(source: string, cache: string = cacheFolder()): Promise<string> {
  if (!source.endsWith('.c')) return path.resolve(source);
  const flags = [...LIBRARY, `-I${await findSources(FOLDER)}`];
  const unit = path.resolve(source);
  return buildProgram({ name: 'plugin', flags, sources: [unit], includes: await findIncludes(unit, flags) }, cache);
}
