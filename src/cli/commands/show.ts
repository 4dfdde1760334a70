/** `mktrouble show <file>`: a finding step by step: on a terminal with keys, else the whole story as text. */
import type { AddCommand } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { interruptible } from '../interrupt.ts';
import type { ReadReplay } from '../replay.ts';
import { parseProtocol } from '../run/request.ts';

export const addShow: AddCommand = ({ program, action }) => {
  program
    .command('show')
    .summary('step through a finding')
    .description(
      'Replays a *.replay.yaml file on the simulated backend; the arrow keys step through the run. Without a terminal it prints the timeline.',
    )
    .argument('<file>', 'a *.replay.yaml file')
    .option('-p, --protocol <name>', 'protocol to use instead of the one in the file', parseProtocol)
    .option('--print', 'print the timeline even on a terminal', false)
    .action(action(show));
};

async function show(file: string, options: { readonly protocol?: string; readonly print: boolean }): Promise<ExitCode> {
  const { readReplay } = await import('../replay.ts');
  const replayed = readReplay(file);
  if (typeof replayed === 'number') return replayed;
  return interruptible((signal) => showReplay(replayed, { ...options, signal }));
}

async function showReplay(
  replayed: ReadReplay,
  options: { readonly protocol?: string; readonly print: boolean; readonly signal: AbortSignal },
): Promise<ExitCode> {
  const { verdictOfReplay } = await import('../replay.ts');
  const { signal } = options;
  const verdict = await verdictOfReplay(replayed, 'simulated', options);
  if (signal.aborted) return EXIT.interrupted;
  const { record, title } = verdict;
  if (record === undefined || options.print || !process.stdin.isTTY || !process.stdout.isTTY) {
    const { showVerdict } = await import('../../../reporters/show.ts');
    process.stdout.write(`${showVerdict(verdict, process.stdout, process.env, 'every turn')}\n`);
    return verdict.status === 'error' ? EXIT.defect : verdict.status === 'skip' ? EXIT.input : EXIT.ok;
  }
  const { stepThrough } = await import('../../../reporters/stepper.ts');
  const violations = [...verdict.violations, ...verdict.known];
  const stepped = { title, record, case: verdict.case, violations };
  await stepThrough(stepped, process.stdin, process.stdout, process.env, signal);
  return EXIT.ok;
}
