/**
 * The agent's program: compiled from its C sources at first use, into a cache folder, under a name made of all that went
 * into it. Two that compile at once are no harm: each writes a file of its own and renames it.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const WARNINGS = ['-Wall', '-Wextra', '-Werror'];
/** The program without a plug-in is static: it starts faster, and forks faster. One that loads a library can't be. */
const STATIC = ['-O2', ...WARNINGS, '-static'];
const DYNAMIC = ['-O2', ...WARNINGS, '-DMKTROUBLE_PLUGIN', '-rdynamic'];
/** Warnings in somebody else's code are his. */
const LIBRARY = ['-O2', '-shared', '-fPIC'];

/** Something that keeps this machine from having an agent: no compiler, sources that do not compile. */
export class CannotCompile extends Error {}

/** A program made of C sources. */
interface Program {
  readonly name: string;
  readonly flags: readonly string[];
  readonly sources: readonly string[];
  readonly libraries?: readonly string[];
}

/** The folder of compiled programs: `MKTROUBLE_CACHE`, else `mktrouble` in the user's cache folder. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { MKTROUBLE_CACHE: own, XDG_CACHE_HOME: users } = environment;
  return own || path.join(users || path.join(homedir(), '.cache'), 'mktrouble');
}

/** The path of the agent; compiles it when the cache does not have it. Rejects with CannotCompile. */
export async function compileAgent(withPlugin: boolean, cache: string = cacheFolder()): Promise<string> {
  const folder = await sourceFolder();
  const files = (await readdir(folder)).filter((file) => /\.[ch]$/.test(file)).sort();
  const sources = files.map((file) => path.join(folder, file));
  if (withPlugin) return build({ name: 'agent-with-plugin', flags: DYNAMIC, sources, libraries: ['-ldl'] }, cache);
  return build({ name: 'agent', flags: STATIC, sources }, cache);
}

/** A plug-in as a shared library: a `.so` as it is, a `.c` file compiled. Rejects with CannotCompile. */
export async function compilePlugin(source: string, cache: string = cacheFolder()): Promise<string> {
  if (!source.endsWith('.c')) return path.resolve(source);
  const include = `-I${await sourceFolder()}`;
  return build({ name: 'plugin', flags: [...LIBRARY, include], sources: [path.resolve(source)] }, cache);
}

/** Where the C sources are: beside this file, and from `dist/` in the package's `src/`. */
async function sourceFolder(): Promise<string> {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const places = [path.join(here, 'agent'), path.join(here, '../../../../src/backends/native/agent')];
  for (const place of places) if (await exists(path.join(place, 'main.c'))) return place;
  throw new CannotCompile('the C sources of the agent are not there');
}

async function build({ name, flags, sources, libraries = [] }: Program, cache: string): Promise<string> {
  const target = path.join(cache, `${name}-${await digestOf(flags, sources)}`);
  if (await exists(target)) return target;
  const temporary = `${target}.${process.pid}-${Math.floor(performance.now() * 1000)}`;
  await mkdir(cache, { recursive: true });
  try {
    const units = sources.filter((source) => source.endsWith('.c'));
    await run('cc', [...flags, '-o', temporary, ...units, ...libraries], { maxBuffer: 1 << 24 });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new CannotCompile(reasonOf(error));
  }
  return target;
}

async function digestOf(flags: readonly string[], sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(`${flags.join(' ')}\n${process.arch}`);
  for (const source of sources) hash.update(`\n${path.basename(source)}\n`).update(await readFile(source));
  return hash.digest('hex').slice(0, 16);
}

function reasonOf(error: unknown): string {
  const { code, stderr } = error as { code?: unknown; stderr?: string };
  if (code === 'ENOENT')
    return 'there is no C compiler: the agent is compiled at first use by cc (Debian: apt install gcc libc6-dev)';
  const first = stderr?.split('\n').find((line) => /error|cannot find|undefined/.test(line));
  return `cc can not compile it: ${first ?? String(error)}`;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
