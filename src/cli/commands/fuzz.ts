/** `mktrouble fuzz`: changes the images of a checkpoint at random, and keeps each new finding as a scenario. */
import { type Command, Option } from 'commander';
import type { AddCommand } from '../command.ts';
import { criuOption } from '../engine-options.ts';
import { complain, EXIT, type ExitCode } from '../exit.ts';
import type { CampaignFlags } from '../fuzz/campaign.ts';
import { interruptible } from '../interrupt.ts';
import { parseCount, parseSeconds } from '../run/request.ts';

interface FuzzFlags extends CampaignFlags {
  readonly backend: string;
}

export const addFuzz: AddCommand = ({ program, action }) => {
  program
    .command('fuzz')
    .summary('restore randomly changed checkpoint images')
    .description(
      'Dumps a tree with CRIU, changes its images as the seed determines, and restores it. Writes one scenario for each property that is violated in a new place. Stops after --count runs or --time seconds.',
    )
    .argument(
      '[scenario]',
      'scenario with the tree to dump (its first case); default: a small tree with every kind of task',
    )
    .addOption(new Option('-b, --backend <name>', 'checkpoint backend').choices(['criu']).default('criu'))
    .addOption(criuOption())
    .option('--target <kind>', 'image to change: pstree, core, mm, … or any', 'any')
    .option('-s, --seed <text>', 'seed of all random choices', '0')
    .option('-n, --count <number>', 'maximum number of runs', parseCount)
    .option('--time <seconds>', 'maximum time', parseSeconds)
    .option('--changes <number>', 'maximum number of changes per run', parseCount, 1)
    .option('-j, --parallel <number>', 'number of concurrent runs', parseCount, 2)
    .option('--allow-commands', 'execute the commands that the scenario names (subject, load)', false)
    .option('-o, --out <dir>', 'folder for findings', '.mktrouble/fuzz')
    .action(action(fuzz));
};

async function fuzz(file: string | undefined, given: FuzzFlags, command: Command): Promise<ExitCode> {
  const { readOptions } = await import('../options.ts');
  const options = readOptions(command, [], ['criu', 'allowCommands']);
  if (typeof options === 'number') return options;
  const { allowCommands, criu } = options;
  const flags = { ...given, allowCommands, ...(criu !== undefined && { criu }) };
  const { campaign } = await import('../fuzz/campaign.ts');
  const { FuzzError } = await import('../fuzz/base.ts');
  const limits = flags.count === undefined && flags.time === undefined ? { count: 100 } : flags;
  return interruptible(async (signal) => {
    try {
      const { findings } = await campaign({ ...flags, ...limits, file, signal });
      return findings > 0 ? EXIT.finding : EXIT.ok;
    } catch (error) {
      if (error instanceof FuzzError) return complain(error.message, error.hint);
      throw error;
    }
  });
}
