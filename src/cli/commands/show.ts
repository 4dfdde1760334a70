/** `mktrouble show [finding]`: a finding step by step: on a terminal with keys, else the whole story as text. */
import type { Command } from 'commander';
import { type OwnFiles, ownFiles } from '../../config/options.ts';
import type { AddCommand } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { interruptible } from '../interrupt.ts';
import type { ReadReplay } from '../replay.ts';
import { ownModuleOptions, parseProtocol } from '../run/request.ts';

export const addShow: AddCommand = ({ program, action }) => {
  const command = program
    .command('show')
    .summary('step through a finding')
    .description(
      'Replays a *.replay.yaml file on the simulated backend; the arrow keys step through the run. Without a terminal it prints the timeline.',
    )
    .argument('[finding]', 'a *.replay.yaml file, or the number of a finding of the last run')
    .option('--last', 'the first finding of the last run (the default)', false)
    .option('-p, --protocol <name>', 'protocol to use instead of the one in the file', parseProtocol)
    .option('--print', 'print the timeline even on a terminal', false)
    .action(action(show));
  for (const option of ownModuleOptions()) command.addOption(option);
};

interface Flags {
  readonly protocol?: string;
  readonly print: boolean;
}

async function show(given: string | undefined, options: Flags, command: Command): Promise<ExitCode> {
  const { findReplay } = await import('../history/finding.ts');
  const file = findReplay(given, command);
  if (typeof file === 'number') return file;
  const { readOptions } = await import('../options.ts');
  const made = readOptions(command, [], ['properties', 'faults', 'imageEditors']);
  if (typeof made === 'number') return made;
  const own = ownFiles(made);
  const { readReplay } = await import('../replay.ts');
  const replayed = readReplay(file, own);
  if (typeof replayed === 'number') return replayed;
  return interruptible((signal) => showReplay(replayed, { ...options, ...own, signal }));
}

async function showReplay(
  replayed: ReadReplay,
  options: Flags & OwnFiles & { readonly signal: AbortSignal },
): Promise<ExitCode> {
  const { verdictOfReplay } = await import('../replay.ts');
  const { signal } = options;
  const verdict = await verdictOfReplay(replayed, 'simulated', options);
  if (signal.aborted) return EXIT.interrupted;
  const { record, title } = verdict;
  if (record === undefined || options.print || !process.stdin.isTTY || !process.stdout.isTTY) {
    const { showVerdict } = await import('../../../reporters/show.ts');
    process.stdout.write(`${showVerdict(verdict, process.stdout, process.env, 'all')}\n`);
    return verdict.status === 'error' ? EXIT.defect : verdict.status === 'skip' ? EXIT.input : EXIT.ok;
  }
  const { stepThrough } = await import('../../../reporters/stepper.ts');
  const violations = [...verdict.violations, ...verdict.known];
  const stepped = { title, record, case: verdict.case, violations };
  await stepThrough(stepped, process.stdin, process.stdout, process.env, signal);
  return EXIT.ok;
}
