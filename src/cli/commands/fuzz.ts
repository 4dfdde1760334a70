/** `mktrouble fuzz`: changes the images of a checkpoint at random, and keeps each new finding as a scenario. */
import { InvalidArgumentError, Option } from 'commander';
import type { AddCommand } from '../command.ts';
import { criuOption } from '../criu-option.ts';
import { complain, EXIT, type ExitCode } from '../exit.ts';
import type { CampaignFlags } from '../fuzz/campaign.ts';
import { parseCount } from '../run/request.ts';

interface FuzzFlags extends CampaignFlags {
  readonly backend: string;
}

export const addFuzz: AddCommand = ({ program, action }) => {
  program
    .command('fuzz')
    .summary('change the images of a checkpoint at random')
    .description(
      'Dumps a tree by CRIU, changes its images by a seed, restores it, and keeps one scenario for each property that is violated somewhere new. Ends after --count runs or --time seconds.',
    )
    .argument(
      '[scenario]',
      'a scenario with the tree to dump (its first case); by default a small one of every kind of task',
    )
    .addOption(new Option('-b, --backend <name>', 'whose images').choices(['criu']).default('criu'))
    .addOption(criuOption())
    .option('--target <kind>', 'the kind of image: pstree, core, mm, … or any', 'any')
    .option('-s, --seed <text>', 'the one source of all choice', '0')
    .option('-n, --count <number>', 'runs at most', parseCount)
    .option('--time <seconds>', 'seconds at most', parseSeconds)
    .option('--changes <number>', 'changes in each run, at most', parseCount, 1)
    .option('-j, --parallel <number>', 'so many runs at a time', parseCount, 2)
    .option('--allow-commands', 'run the commands that the scenario names (subject, load)', false)
    .option('-o, --out <dir>', 'where findings go', '.mktrouble/fuzz')
    .action(action(fuzz));
};

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError('it must be a number of seconds above 0');
}

async function fuzz(file: string | undefined, flags: FuzzFlags): Promise<ExitCode> {
  const { campaign, FuzzError } = await import('../fuzz/campaign.ts');
  const { onInterrupt } = await import('../run/interrupt.ts');
  const interrupt = onInterrupt();
  try {
    const limits = flags.count === undefined && flags.time === undefined ? { count: 100 } : flags;
    const { findings } = await campaign({ ...flags, ...limits, file, signal: interrupt.signal });
    if (interrupt.signal.aborted) return EXIT.interrupted;
    return findings > 0 ? EXIT.finding : EXIT.ok;
  } catch (error) {
    if (error instanceof FuzzError) return complain(error.message);
    throw error;
  } finally {
    interrupt.release();
  }
}
