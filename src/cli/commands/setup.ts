/** `mktrouble setup criu[@version]`: makes sure that there is a CRIU that works here, and says which. */
import type { AddCommand } from '../command.ts';
import { complain, EXIT, type ExitCode } from '../exit.ts';
import { interruptible } from '../interrupt.ts';

export const addSetup: AddCommand = ({ program, action }) => {
  program
    .command('setup')
    .summary('download CRIU')
    .description(
      "Installs what a backend needs. criu: if no CRIU works on this machine, unpacks Debian's package into the cache folder, from the archive that apt is configured to use. criu@VERSION: unpacks that version beside the others.",
    )
    .argument('<what...>', 'criu, or versions of it: criu@4.1.1 criu@4.2.1')
    .action(action(setup));
};

/** Each in its turn, up to the first that fails. */
async function setup(all: readonly string[]): Promise<ExitCode> {
  for (const what of all) {
    const exit = await setUp(what);
    if (exit !== EXIT.ok) return exit;
  }
  return EXIT.ok;
}

async function setUp(what: string): Promise<ExitCode> {
  const { isVersion } = await import('../../backends/criu/locate.ts');
  const [, version] = /^criu(?:@(.*))?$/.exec(what) ?? [undefined, what];
  if (!/^criu(@|$)/.test(what) || (version !== undefined && !isVersion(version))) {
    const { didYouMean } = await import('../../scenario/source/nearest.ts');
    const usage = 'mktrouble setup criu, or a version of it: mktrouble setup criu@4.1.1';
    return complain(`there is no setup of ${what}`, didYouMean(what.replace(/@.*/, ''), ['criu']) ?? usage);
  }
  const { CannotInstall } = await import('../../backends/criu/install.ts');
  const { BadCache } = await import('../../backends/host/cache.ts');
  try {
    return await interruptible((signal) => setUpCriu(version, signal));
  } catch (error) {
    if (error instanceof CannotInstall)
      return complain(error.message, 'install CRIU, 4.1 or later, yourself, or name one in MKTROUBLE_CRIU');
    if (error instanceof BadCache) return complain(error.message);
    throw error;
  }
}

async function setUpCriu(version: string | undefined, signal: AbortSignal): Promise<ExitCode> {
  const { installCriu } = await import('../../backends/criu/install.ts');
  const { locateCriu } = await import('../../backends/criu/locate.ts');
  const { cacheFolder } = await import('../../backends/host/cache.ts');
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
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
