/**
 * Programs of our own, where the system has none that works or another version is wanted: Debian's package with all that it
 * needs, unpacked into the cache folder, never installed. Versions lie side by side. The archive is the one that this
 * machine's own apt uses.
 */
import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { openCache } from './cache.ts';
import { uniqueName } from './names.ts';

const run = promisify(execFile);

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** A program could not be fetched. The message says why and what to do instead. */
export class CannotInstall extends Error {}

/** What is fetched. */
export interface Program {
  /** The name of its folders in the cache, and of the package whose version counts. */
  readonly name: string;
  /** For messages: `CRIU`. */
  readonly title: string;
  /** Packages that are unpacked with it, beside those that it depends on. */
  readonly companions: readonly string[];
  /** The suites of Debian in which a version is looked for, in this order. */
  readonly suites: readonly string[];
}

/** The folder, in the cache, of an unpacked program of this version. */
export function unpackedFolder(cache: string, name: string, version: string): string {
  return path.join(cache, `${name}-${version}`);
}

/** The versions of a program that are unpacked in the cache, the newest first. */
export async function unpackedVersions(cache: string, name: string): Promise<string[]> {
  const names = await readdir(cache).catch(() => []);
  const versions = names
    .filter((one) => one.startsWith(`${name}-`))
    .map((one) => one.slice(name.length + 1))
    .filter((version) => /^\d[\d.]*$/.test(version));
  return versions.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
}

/**
 * Fetches and unpacks a program into the cache folder; does nothing when that version is there. `version`: as upstream counts,
 * `4.1.1`; without it that of the first suite. Gives the version. Rejects with CannotInstall and BadCache, and with an
 * AbortError, nothing being left, when the signal is aborted.
 */
export async function installProgram(
  cache: string,
  program: Program,
  version: string | undefined,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  const tool: Tool = (name, args) => runTool(name, args, signal);
  openCache(cache);
  if (version !== undefined && (await unpackedVersions(cache, program.name)).includes(version)) return version;
  const archive = await addressOfArchive(tool);
  const seen: string[] = [];
  for (const suite of program.suites) {
    const found = await fromSuite(cache, program, suite, archive, version, say, tool);
    if (found === undefined || version === undefined || found === version) {
      if (found !== undefined) return found;
    }
    seen.push(`${suite} has ${found ?? 'none'}`);
  }
  throw new CannotInstall(`Debian has no ${program.title} ${version ?? ''} any more: ${seen.join(', ')}`);
}

/** Unpacks the program of a suite when it is the wanted one. Gives the version that the suite has; undefined when it has none. */
async function fromSuite(
  cache: string,
  program: Program,
  suite: string,
  archive: string,
  wanted: string | undefined,
  say: (line: string) => void,
  tool: Tool,
): Promise<string | undefined> {
  const work = path.join(cache, uniqueName('setup'));
  await mkdir(work, { mode: 0o700 });
  try {
    const options = await aptRoot(work, archive, suite);
    say(`looking for ${program.title} in Debian ${suite}`);
    await tool('apt-get', [...options, '-qq', 'update']);
    const policy = await tool('apt-cache', [...options, 'policy', program.name]);
    // A package without releases is called 0.0~<date>.
    const version = /Candidate: (?:\d+:)?(?:0\.0~)?(\d[\d.]*)/.exec(policy)?.[1];
    if (version === undefined || (wanted !== undefined && version !== wanted)) return version;
    await unpack(work, options, program, unpackedFolder(cache, program.name, version), say, tool);
    return version;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function unpack(
  work: string,
  options: readonly string[],
  { name, companions }: Program,
  target: string,
  say: (line: string) => void,
  tool: Tool,
): Promise<void> {
  await tool('apt-get', [...options, '-qq', '-y', '--download-only', 'install', name, ...companions]);
  const archives = path.join(work, 'cache/archives');
  const packages = (await readdir(archives)).filter((file) => file.endsWith('.deb'));
  const tree = path.join(work, 'tree');
  for (const file of packages) await tool('dpkg', ['-x', path.join(archives, file), tree]);
  // The root of a package has the mode of a system's root.
  await chmod(tree, 0o700);
  await rename(tree, target).catch(async (error) => {
    // Another run was faster.
    if ((await readdir(target).catch(() => [])).length === 0) throw error;
  });
  say(`unpacked ${packages.length} packages into ${target}`);
}

/** The address of the Debian archive that this machine's apt uses. */
async function addressOfArchive(tool: Tool): Promise<string> {
  const format = '$(RELEASE) $(COMPONENT) $(REPO_URI)';
  const lines = (await tool('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'])).split('\n');
  // Suites of updates and of other vendors are called <suite>-<what>.
  const main = lines
    .map((line) => line.split(' '))
    .find(([suite, component]) => /^[a-z]+$/.test(suite!) && component === 'main');
  if (!main?.[2]) throw new CannotInstall('apt on this machine has no Debian archive');
  return main[2];
}

/** The options of an apt with everything of its own but the way to the network. */
async function aptRoot(work: string, archive: string, suite: string): Promise<string[]> {
  for (const folder of ['state/lists/partial', 'cache/archives/partial']) {
    await mkdir(path.join(work, folder), { recursive: true });
  }
  await writeFile(path.join(work, 'status'), '');
  await writeFile(path.join(work, 'sources.list'), `deb [signed-by=${KEYRING}] ${archive} ${suite} main\n`);
  const settings = {
    'Dir::State': `${work}/state`,
    'Dir::State::status': `${work}/status`,
    'Dir::Cache': `${work}/cache`,
    'Dir::Etc::sourcelist': `${work}/sources.list`,
    'Dir::Etc::sourceparts': '/dev/null',
    'Acquire::Languages': 'none',
    'APT::Install-Recommends': 'false',
    // Another user cannot read our folder.
    'APT::Sandbox::User': 'root',
    // The locks of the system's dpkg are for what changes the system.
    'Debug::NoLocking': '1',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** Runs a program to its end: what it printed. Rejects with CannotInstall. */
type Tool = (name: string, args: readonly string[]) => Promise<string>;

async function runTool(name: string, args: readonly string[], signal: AbortSignal | undefined): Promise<string> {
  const env = { ...process.env, LC_ALL: 'C' };
  try {
    const { stdout } = await run(name, args, { env, maxBuffer: 1 << 24, ...(signal && { signal }) });
    return stdout;
  } catch (error) {
    if (signal?.aborted) throw error;
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    const words = stderr?.trim() || String(error);
    throw new CannotInstall(code === 'ENOENT' ? `there is no ${name}: this is not Debian` : `${name}: ${words}`);
  }
}
