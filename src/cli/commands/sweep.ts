/** `mktrouble sweep`: each system call of CRIU fails in turn, and each new finding is kept as a scenario. */
import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CriuCall } from '../../model/criu.ts';
import { OUTCOMES, type OutcomeName } from '../../model/syscall-outcomes.ts';
import { didYouMean } from '../../scenario/source/nearest.ts';
import type { AddCommand } from '../command.ts';
import { criuOption } from '../engine-options.ts';
import { complain, EXIT, type ExitCode } from '../exit.ts';
import type { SweepFlags } from '../fuzz/sweep.ts';
import { interruptible } from '../interrupt.ts';
import { parseCount, parseSeconds } from '../run/request.ts';

interface Flags extends SweepFlags {
  readonly of?: CriuCall;
}

export const addSweep: AddCommand = ({ program, action }) => {
  program
    .command('sweep')
    .summary('make each system call of CRIU fail in turn')
    .description(
      'Dumps and restores a tree with CRIU, once for each system call of its main process and of the processes that restore tasks, and for each way in which that call can end: an error, fewer bytes than asked for, a kill. Writes one scenario for each defect that is not in the file of known defects. A sweep that is interrupted, or has a limit, has tried calls from all regions of the run alike.',
    )
    .argument(
      '[scenario]',
      'scenario with the tree to dump (its first case); default: a small tree with every kind of task',
    )
    .addOption(criuOption())
    .addOption(callOption())
    .addOption(outcomesOption())
    .option('-n, --count <number>', 'maximum number of runs', parseCount)
    .option('--time <seconds>', 'maximum time', parseSeconds)
    .addOption(
      new Option('-j, --parallel <number>', 'number of concurrent runs')
        .argParser(parseCount)
        .default(2 * availableParallelism(), 'two for each core: CRIU mostly waits'),
    )
    .option('--known <file>', 'file of known defects (default: the nearest mktrouble.known.yaml)')
    .option('--allow-commands', 'execute the commands that the scenario names (subject, load)', false)
    .option('-o, --out <dir>', 'folder for findings', '.mktrouble/sweep')
    .action(action(runSweep));
};

/** `--of dump` */
export function callOption(): Option {
  return new Option('--of <call>', 'call of CRIU whose system calls fail (default: both)').choices(['dump', 'restore']);
}

/** `--outcomes ENOMEM,short` */
export function outcomesOption(): Option {
  return new Option('--outcomes <names>', `ways in which a call ends, separated by commas, of: ${OUTCOMES.join(', ')}`)
    .argParser(parseOutcomes)
    .default([...OUTCOMES], 'all');
}

function parseOutcomes(text: string): OutcomeName[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !(OUTCOMES as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(
      [`expected some of ${OUTCOMES.join(', ')}, not ${unknown}`, didYouMean(unknown, OUTCOMES)]
        .filter(Boolean)
        .join('; '),
    );
  return names as OutcomeName[];
}

async function runSweep(file: string | undefined, given: Flags, command: Command): Promise<ExitCode> {
  const { readOptions } = await import('../options.ts');
  const options = readOptions(command, [], ['criu', 'allowCommands']);
  if (typeof options === 'number') return options;
  const { allowCommands, criu } = options;
  return interruptible(async (signal) => {
    const { sweep } = await import('../fuzz/sweep.ts');
    const { FuzzError } = await import('../fuzz/base.ts');
    try {
      const { findings } = await sweep({ ...given, allowCommands, ...(criu !== undefined && { criu }), file, signal });
      return findings > 0 ? EXIT.finding : EXIT.ok;
    } catch (error) {
      if (error instanceof FuzzError) return complain(error.message, error.hint);
      throw error;
    }
  });
}
