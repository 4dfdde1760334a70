/** The agent's programs, one for each protocol, and plug-ins: compiled from their C sources at first use. */
import path from 'node:path';
import { type Protocol, protocolNamed } from '../../protocol/stacks.ts';
import { protocolToC } from '../../protocol/to-c.ts';
import { buildProgram, findIncludes } from '../agent/c-program.ts';
import { compileAgent, findSources, SHARED, STRICT } from '../agent/compile.ts';
import { cacheFolder } from '../host/cache.ts';

const FOLDER = 'native/agent';
/** All but the protocol, in one object. */
const OBJECT = ['-r', '-nostdlib'];
/** Warnings in a user's code are the user's. */
const LIBRARY = ['-O2', '-shared', '-fPIC'];

/** The path of the agent with this protocol; compiles it when the cache does not have it. Rejects with CannotCompile and BadCache. */
export async function compileNativeAgent(
  protocol: Protocol = protocolNamed('hardened')!,
  cache: string = cacheFolder(),
): Promise<string> {
  const object = await compileAgent({ name: 'native-without-protocol', folder: FOLDER, flags: OBJECT }, cache);
  return linkWithProtocol(protocol, { name: `native-agent-${protocol.name}`, object, flags: ['-static'] }, cache);
}

/** The same with the host of a plug-in: a program that loads a library cannot be static. */
export async function compilePluginHost(protocol: Protocol, cache: string = cacheFolder()): Promise<string> {
  const flags = [...OBJECT, '-DMKTROUBLE_PLUGIN'];
  const object = await compileAgent({ name: 'native-plugin-host-without-protocol', folder: FOLDER, flags }, cache);
  return linkWithProtocol(
    protocol,
    { name: `native-agent-with-plugin-${protocol.name}`, object, flags: ['-rdynamic'], libraries: ['-ldl'] },
    cache,
  );
}

interface Linking {
  readonly name: string;
  readonly object: string;
  readonly flags: readonly string[];
  readonly libraries?: readonly string[];
}

async function linkWithProtocol(
  protocol: Protocol,
  { name, object, flags, libraries = [] }: Linking,
  cache: string,
): Promise<string> {
  const folders = await Promise.all([FOLDER, SHARED].map(findSources));
  return buildProgram(
    {
      name,
      flags: [...STRICT, ...flags],
      sources: [],
      generated: protocolToC(protocol),
      includes: [object],
      // Where headers are is no part of what the program is: they are in the object.
      libraries: [...folders.map((folder) => `-I${folder}`), object, ...libraries],
    },
    cache,
  );
}

/** A plug-in as a shared library: a `.so` as it is, a `.c` file compiled. Rejects with CannotCompile and BadCache. */
export async function compilePlugin(source: string, cache: string = cacheFolder()): Promise<string> {
  if (!source.endsWith('.c')) return path.resolve(source);
  const flags = [...LIBRARY, `-I${await findSources(FOLDER)}`];
  const unit = path.resolve(source);
  return buildProgram({ name: 'plugin', flags, sources: [unit], includes: await findIncludes(unit, flags) }, cache);
}
