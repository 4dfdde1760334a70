/** `mktrouble bisect`: which commit of CRIU, or of a container runtime, a finding came with. */
import type { Command } from 'commander';
import type { AddCommand } from '../command.ts';
import { complain, EXIT, type ExitCode, print } from '../exit.ts';
import { interruptible } from '../interrupt.ts';
import { parseCount } from '../run/request.ts';

interface Flags {
  readonly good: string;
  readonly bad: string;
  readonly build?: string;
  readonly repository: string;
  readonly engine?: string;
  readonly runs: number;
  readonly known?: string;
  readonly allowCommands: boolean;
}

export const addBisect: AddCommand = ({ program, action }) => {
  program
    .command('bisect')
    .summary('find the commit of an engine that brought a finding')
    .description(
      'Bisects a git checkout of CRIU, or of the container runtime of a case, with one case, in a worktree of its own. A commit that does not build is skipped. Exit code 1 when the first bad commit is found, 4 when only skipped commits are left.',
    )
    .argument('<finding>', 'the case, as for export: scenario.yaml#TITLE, scenario.yaml:LINE, a known defect')
    .requiredOption('--good <commit>', 'a commit without the finding')
    .requiredOption('--bad <commit>', 'a commit with it')
    .option('--build <command>', 'command of the shell that builds a commit, run in its checkout')
    .option('--repository <dir>', 'checkout of the engine', '.')
    .option(
      '--engine <path>',
      'program that the build makes, relative to the checkout (default: criu/criu, or the name of the runtime)',
    )
    .option('--runs <number>', 'runs of each commit: one that shows the finding is enough', parseCount, 1)
    .option('--known <file>', 'file of known defects (default: the nearest mktrouble.known.yaml)')
    .option('--allow-commands', 'execute the commands that the scenario names (subject, load, check)', false)
    .action(action(find));
};

async function find(text: string, flags: Flags, command: Command): Promise<ExitCode> {
  const { readOptions } = await import('../options.ts');
  const options = readOptions(command, [], ['allowCommands']);
  if (typeof options === 'number') return options;
  const { refuseMissing } = await import('../files.ts');
  const missing = refuseMissing([flags.repository]);
  if (missing !== undefined) return missing;
  const { findEngineBackend, findNamed, NoFinding } = await import('../export.ts');
  const { bisect, CannotBisect } = await import('../bisect.ts');
  try {
    const { case: c } = findNamed(text, flags.known);
    if (!findEngineBackend(c))
      return complain(
        `${c.title} is not for CRIU or a container runtime`,
        'bisect runs a case on builds of CRIU, or of a runtime',
      );
    const { engine = c.runtime?.name ?? 'criu/criu' } = flags;
    return await interruptible(async (signal) => {
      const { allowCommands } = options;
      const found = await bisect({
        ...flags,
        engine,
        case: c,
        allowCommands,
        signal,
        say: (line) => print(`${line}\n`),
      });
      if (!found) return EXIT.interrupted;
      const isOne = found.commits.length === 1;
      print(
        `${isOne ? 'the first bad commit' : 'the first bad commit is one of these, which cannot be tested'}:\n${found.text}\n`,
      );
      return isOne ? EXIT.finding : EXIT.incomplete;
    });
  } catch (error) {
    if (error instanceof NoFinding) return complain(error.message, error.hint);
    if (error instanceof CannotBisect) return complain(error.message);
    throw error;
  }
}
