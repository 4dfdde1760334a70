/**
 * A CRIU of our own, where the system has none that works: Debian's package of it with all that it needs, unpacked into
 * the cache folder beside the system and never installed. The mirror is the one that this machine's own apt uses.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The first Debian whose CRIU starts on kernels of today: 3.17.1 of the one before does not know their vdso. */
const SUITE = 'trixie';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Why it could not be fetched; the message says what to do instead. */
export class CannotInstall extends Error {}

/** The folder, in the cache, of the CRIU that `installCriu` unpacks. */
export function installFolder(cache: string): string {
  return path.join(cache, `criu-${SUITE}`);
}

/** Fetches and unpacks CRIU into the cache folder; does nothing when it is there. Gives its folder. Rejects with CannotInstall. */
export async function installCriu(cache: string, say: (line: string) => void): Promise<string> {
  const target = installFolder(cache);
  if (await isFilled(target)) return target;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(`${target}.`);
  try {
    const options = await aptRoot(work, await mirror());
    say(`fetching CRIU of Debian ${SUITE}, and what it needs`);
    await apt([...options, '-qq', 'update']);
    await apt([...options, '-qq', '-y', '--download-only', 'install', 'criu']);
    const archives = path.join(work, 'cache/archives');
    const packages = (await readdir(archives)).filter((name) => name.endsWith('.deb'));
    const tree = path.join(work, 'tree');
    for (const name of packages) await tool('dpkg', ['-x', path.join(archives, name), tree]);
    say(`unpacked ${packages.length} packages`);
    await rename(tree, target).catch(async (error) => {
      // Somebody else was faster.
      if (!(await isFilled(target))) throw error;
    });
    return target;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function isFilled(folder: string): Promise<boolean> {
  return readdir(folder).then(
    (entries) => entries.length > 0,
    () => false,
  );
}

/** The address of the Debian archive that this machine's apt uses. */
async function mirror(): Promise<string> {
  const format = '$(RELEASE) $(COMPONENT) $(REPO_URI)';
  const lines = (await apt(['indextargets', '--format', format, 'Created-By: Packages'])).split('\n');
  // Suites of updates and of other vendors are called <suite>-<what>.
  const main = lines
    .map((line) => line.split(' '))
    .find(([suite, component]) => /^[a-z]+$/.test(suite!) && component === 'main');
  if (!main?.[2])
    throw new CannotInstall('apt on this machine has no Debian archive: install criu, 4.1 or later, yourself');
  return main[2];
}

/** The options of an apt with everything of its own but the way to the network. */
async function aptRoot(work: string, archive: string): Promise<string[]> {
  for (const folder of ['state/lists/partial', 'cache/archives/partial']) {
    await mkdir(path.join(work, folder), { recursive: true });
  }
  await writeFile(path.join(work, 'status'), '');
  await writeFile(path.join(work, 'sources.list'), `deb [signed-by=${KEYRING}] ${archive} ${SUITE} main\n`);
  const settings = {
    'Dir::State': `${work}/state`,
    'Dir::State::status': `${work}/status`,
    'Dir::Cache': `${work}/cache`,
    'Dir::Etc::sourcelist': `${work}/sources.list`,
    'Dir::Etc::sourceparts': '/dev/null',
    'Acquire::Languages': 'none',
    'APT::Install-Recommends': 'false',
    // Nobody else may read our folder.
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

function apt(args: readonly string[]): Promise<string> {
  return tool('apt-get', args);
}

async function tool(name: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(name, args, { env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 1 << 24 });
    return stdout;
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    const why = code === 'ENOENT' ? `there is no ${name}: this is not Debian` : (stderr?.trim() ?? String(error));
    throw new CannotInstall(`${why}\n  install criu, 4.1 or later, yourself, or name one in MKTROUBLE_CRIU`);
  }
}
