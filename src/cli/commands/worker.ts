/** `mktrouble worker`: does units of a campaign until none is left. */
import { type Command, Option } from 'commander';
import type { Shard } from '../../../reporters/shared/shard.ts';
import type { AddCommand } from '../command.ts';
import { complain, EXIT, type ExitCode, print } from '../exit.ts';
import { interruptible } from '../interrupt.ts';
import { parseShard } from '../run/request.ts';
import { ALLOW, withPlace } from './campaign.ts';

/** Milliseconds that the end of a worker may take. */
const PATIENCE = 1000;

interface Flags {
  readonly at: string;
  readonly shard?: Shard;
  readonly quiet: boolean;
}

export const addWorker: AddCommand = ({ program, action }) => {
  withPlace(
    program
      .command('worker')
      .summary('work on a campaign')
      .description(
        'Does units of a campaign until none is left. Any number of workers, on any number of machines, may work on one campaign. A job of a Slurm array or an indexed Kubernetes job begins with its own part of the units.',
      ),
  )
    .addOption(new Option('--shard <i/n>', 'only part i of n, for workers that share no disk').argParser(parseShard))
    .option('--allow-commands', ALLOW, false)
    .option('--quiet', 'print nothing about units', false)
    .action(action(run));
};

async function run({ at, shard, quiet }: Flags, command: Command): Promise<ExitCode> {
  const { readOptions } = await import('../options.ts');
  const { readShare } = await import('../../campaign/jobs.ts');
  const { handleCampaignErrors } = await import('../campaign/handle.ts');
  const { giveSigns } = await import('../campaign/crew.ts');
  const { work } = await import('../campaign/worker.ts');
  const share = shard ? { index: shard.index - 1, of: shard.of, isStrict: true } : readShare(process.env);
  if (typeof share === 'string') return complain(share, 'name the part with --shard i/n');
  const options = readOptions(command, [], ['allowCommands']);
  if (typeof options === 'number') return options;
  const { allowCommands } = options;
  return handleCampaignErrors(() =>
    interruptible(async (signal) => {
      giveSigns();
      const onDone = ({ unit, duration }: { unit: number; duration: number }): void => {
        if (!quiet) print(`unit ${unit}: ${(duration / 1000).toFixed(1)} s\n`);
      };
      await work(at, signal, { allowCommands, ...(share && { share }), onDone });
      // What an item of a user's own has left behind, such as a timer, keeps no worker.
      setTimeout(() => process.exit(), PATIENCE).unref();
      return EXIT.ok;
    }),
  );
}
