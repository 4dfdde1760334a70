/** `mktrouble setup criu[@version]`, or a container runtime: makes sure that there is one that works here, and says which. */
import type { Runtime } from '../../backends/host/runtimes.ts';
import type { AddCommand } from '../command.ts';
import { complain, EXIT, type ExitCode } from '../exit.ts';
import { interruptible } from '../interrupt.ts';

export const addSetup: AddCommand = ({ program, action }) => {
  program
    .command('setup')
    .summary('download CRIU and container runtimes')
    .description(
      "Installs what a backend needs. criu: if no CRIU works on this machine, unpacks Debian's package into the cache folder, from the archive that apt is configured to use. runc, crun, podman, runsc: unpacks that container runtime; podman with conmon, crun, runc and netavark; all but runsc with a CRIU, if none is unpacked. criu@VERSION, runc@VERSION: unpacks that version beside the others.",
    )
    .argument('<what...>', 'criu, runc, crun, podman or runsc, or versions of them: criu@4.1.1 runc@1.1.5')
    .option(
      '--print',
      'print only the command that starts this CRIU, for a reproducer: CRIU=$(mktrouble setup criu --print)',
      false,
    )
    .action(action(setup));
};

interface Flags {
  readonly print: boolean;
}

/** Each in its turn, up to the first that fails. */
async function setup(all: readonly string[], { print }: Flags): Promise<ExitCode> {
  if (print && (all.length > 1 || !/^criu(@|$)/.test(all[0]!)))
    return complain('--print is for one CRIU', 'for example: mktrouble setup criu@4.1.1 --print');
  // What is on standard output goes into a variable.
  const say = (line: string): void => void (print ? process.stderr : process.stdout).write(`${line}\n`);
  for (const what of all) {
    const exit = await setUp(what, say);
    if (exit !== EXIT.ok) return exit;
  }
  return print ? printCommand(all[0]!.split('@')[1]) : EXIT.ok;
}

/** A shell that splits the text into words starts CRIU with it. */
async function printCommand(version: string | undefined): Promise<ExitCode> {
  const { criu } = await import('../../backends/criu/index.ts');
  const { AgentError } = await import('../../backends/agent/agent.ts');
  const backend = criu(version === undefined ? {} : { criu: version });
  try {
    const words = await backend.startWords();
    if (words.some((word) => /\s/.test(word)))
      return complain(`the path of this CRIU has blanks: ${words.at(-1)}`, 'set MKTROUBLE_CACHE to a path without');
    process.stdout.write(`${[...(words[0]!.includes('=') ? ['env'] : []), ...words].join(' ')}\n`);
    return EXIT.ok;
  } catch (error) {
    if (error instanceof AgentError) return complain(error.message);
    throw error;
  } finally {
    await backend.dispose();
  }
}

type Say = (line: string) => void;

async function setUp(what: string, say: Say): Promise<ExitCode> {
  const { isVersion } = await import('../../backends/criu/locate.ts');
  const { RUNTIME_PROGRAMS } = await import('../../backends/host/runtimes.ts');
  const names = ['criu', ...Object.keys(RUNTIME_PROGRAMS)];
  const [, name = what, version] = /^([^@]*)(?:@(.*))?$/s.exec(what) ?? [];
  if (!names.includes(name) || (version !== undefined && !isVersion(version))) {
    const { didYouMean } = await import('../../scenario/source/nearest.ts');
    const usage = 'mktrouble setup criu, or a version of it: mktrouble setup criu@4.1.1';
    return complain(`there is no setup of ${what}`, didYouMean(what.replace(/@.*/, ''), names) ?? usage);
  }
  const { CannotInstall } = await import('../../backends/host/packages.ts');
  const { BadCache } = await import('../../backends/host/cache.ts');
  const isCriu = name === 'criu';
  try {
    return await interruptible((signal) =>
      isCriu ? setUpCriu(version, say, signal) : setUpRuntime(RUNTIME_PROGRAMS[name]!, version, say, signal),
    );
  } catch (error) {
    if (error instanceof CannotInstall)
      return complain(
        error.message,
        isCriu ? 'install CRIU, 4.1 or later, yourself, or name one in MKTROUBLE_CRIU' : undefined,
      );
    if (error instanceof BadCache) return complain(error.message);
    throw error;
  }
}

async function setUpCriu(version: string | undefined, say: Say, signal: AbortSignal): Promise<ExitCode> {
  const { installCriu } = await import('../../backends/criu/install.ts');
  const { locateCriu } = await import('../../backends/criu/locate.ts');
  const { cacheFolder } = await import('../../backends/host/cache.ts');
  const environment = version === undefined ? process.env : { ...process.env, MKTROUBLE_CRIU: version };
  let found = await locateCriu(environment);
  if (typeof found === 'string') {
    await installCriu(cacheFolder(), version, say, signal);
    found = await locateCriu(environment);
  }
  if (typeof found === 'string') return complain(found);
  say(`CRIU ${found.version} (${found.where})`);
  if (version !== undefined) say(`to use it: mktrouble run --criu ${version}, or MKTROUBLE_CRIU=${version}`);
  return EXIT.ok;
}

/** Without a version: does nothing when any is there. A sandbox has no CRIU of the system, so that a runtime gets one that is unpacked. */
async function setUpRuntime(
  program: Runtime,
  version: string | undefined,
  say: Say,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { installProgram, unpackedVersions } = await import('../../backends/host/packages.ts');
  const { installCriu, installedVersions } = await import('../../backends/criu/install.ts');
  const { cacheFolder } = await import('../../backends/host/cache.ts');
  const cache = cacheFolder();
  const [newest] = version === undefined ? await unpackedVersions(cache, program.name) : [];
  const there = newest ?? (await installProgram(cache, program, version, say, signal));
  say(`${program.title} ${there} (unpacked by mktrouble setup)`);
  if (program.hasCriu && (await installedVersions(cache)).length === 0)
    say(`CRIU ${await installCriu(cache, undefined, say, signal)} (unpacked by mktrouble setup)`);
  return EXIT.ok;
}
