/** `mktrouble replay [finding]`: runs a finding again, step by step as its file says. */

import path from 'node:path';
import { type Command, Option } from 'commander';
import { CannotWrite, writeFileAtomically } from '../../boundary/write-file.ts';
import { engineOptions, ownFiles } from '../../config/options.ts';
import type { BackendName } from '../../model/case.ts';
import type { Verdict } from '../../record/verdict.ts';
import type { AddCommand } from '../command.ts';
import { criuOption } from '../engine-options.ts';
import { complain, EXIT, type ExitCode, print } from '../exit.ts';
import { interruptible } from '../interrupt.ts';
import type { ReadReplay } from '../replay.ts';
import { ownModuleOptions, parseBackend, parseProtocol } from '../run/request.ts';

interface Options {
  readonly backend: readonly BackendName[];
  readonly protocol?: string;
  readonly asScenario?: string;
  readonly allowCommands: boolean;
}

export const addReplay: AddCommand = ({ program, action }) => {
  const command = program
    .command('replay')
    .summary('replay a finding')
    .description(
      'Runs the schedule of a *.replay.yaml file. Exit code 1 when the property is violated again, 0 when it is not.',
    )
    .argument('[finding]', 'a *.replay.yaml file, or the number of a finding of the last run')
    .addOption(
      new Option('-b, --backend <name|file>', 'restart backend: simulated, native, or one of your own by its file')
        .argParser(parseBackend)
        .default(['simulated'], 'simulated'),
    )
    .addOption(criuOption())
    .option('-p, --protocol <name>', 'protocol to use instead of the one in the file', parseProtocol)
    .option('--allow-commands', 'execute the commands that the file names (subject, load, check)', false)
    .option('--as-scenario <file>', 'write the case and its schedule as a scenario file that expects the finding')
    .action(action(replay));
  for (const option of ownModuleOptions()) command.addOption(option);
};

async function replay(given: string | undefined, flags: Options, command: Command): Promise<ExitCode> {
  const { findReplay } = await import('../history/finding.ts');
  const file = findReplay(given, command);
  if (typeof file === 'number') return file;
  const { readOptions } = await import('../options.ts');
  const made = readOptions(command, [], ['criu', 'runtime', 'allowCommands', 'properties', 'faults', 'imageEditors']);
  if (typeof made === 'number') return made;
  const { allowCommands } = made;
  const own = ownFiles(made);
  const options = { ...flags, allowCommands, ...engineOptions(made), ...own };
  const { readReplay } = await import('../replay.ts');
  const replayed = readReplay(file, own);
  if (typeof replayed === 'number') return replayed;
  return interruptible((signal) =>
    options.asScenario === undefined
      ? runAgain(replayed, { ...options, signal })
      : writeAsScenario(replayed, options.asScenario, { ...options, signal }),
  );
}

/** Options of a replay that ends soon once its signal is aborted. */
type Interruptible = Options & { readonly signal: AbortSignal };

async function runAgain(replayed: ReadReplay, options: Interruptible): Promise<ExitCode> {
  const { verdictOfReplay } = await import('../replay.ts');
  const { property } = replayed;
  const verdict = await verdictOfReplay(replayed, options.backend[0]!, options);
  if (options.signal.aborted) return EXIT.interrupted;
  await show(verdict);
  if (verdict.status === 'error') return verdict.badInput ? EXIT.input : EXIT.defect;
  if (verdict.status === 'skip') return EXIT.input;
  const again = [...verdict.violations, ...verdict.known].some((violation) => violation.property === property);
  print(again ? `\n${property} is violated again\n` : `\n${property} is not violated any more\n`);
  return again ? EXIT.finding : EXIT.ok;
}

/** The run, as the terminal reporter prints a failure. */
async function show(verdict: Verdict): Promise<void> {
  const { showVerdict } = await import('../../../reporters/show.ts');
  process.stdout.write(`${showVerdict(verdict, process.stdout, process.env)}\n`);
}

async function writeAsScenario(replayed: ReadReplay, target: string, options: Interruptible): Promise<ExitCode> {
  const { writePinned } = await import('../../scenario/index.ts');
  const { verdictOfReplay } = await import('../replay.ts');
  const { case: c, protocol, property, schedule, file } = replayed;
  const verdict = await verdictOfReplay(replayed, 'simulated', options);
  if (options.signal.aborted) return EXIT.interrupted;
  const violated = new Set([...verdict.violations, ...verdict.known].map((violation) => violation.property));
  if (!violated.has(property)) return complain(`${property} is not violated any more: there is nothing to keep`);
  // A run that was found because the expectation is not met is kept with it.
  const names = [...violated].filter((name) => name !== 'expectation' || property !== 'expectation');
  const scenario = writePinned({ case: c, protocol, schedule, violated: names });
  const violates = names.filter((name) => name !== 'expectation');
  const header = [
    `The schedule of ${path.basename(file)}: a run of ${protocol} that violates ${violates.join(', ') || property}.`,
    'When the defect is repaired: remove `violates`, and write `explore: exhaustive` in place of the schedule.',
  ];
  try {
    const text = `${header.map((line) => `# ${line}\n`).join('')}${scenario}`;
    writeFileAtomically(target, text, { exclusive: true });
  } catch (error) {
    if (!(error instanceof CannotWrite)) throw error;
    return complain(error.message, error.code === 'EEXIST' ? 'an existing file is never overwritten' : undefined);
  }
  print(`${target}: a scenario that follows this schedule, on which ${property} is violated\n`);
  return EXIT.ok;
}
