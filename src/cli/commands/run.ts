/** `mktrouble run [paths…]`: runs scenarios and reports their verdicts. */
import { Option } from 'commander';
import { KNOWN_BACKENDS } from '../../injector/backends.ts';
import type { AddCommand } from '../command.ts';
import { criuOption } from '../criu-option.ts';
import type { ExitCode } from '../exit.ts';
import {
  parseBackend,
  parseCount,
  parseGrep,
  parseMemory,
  parseProtocol,
  parseReporter,
  parseTimeout,
  REPORTER_NAMES,
  type RunFlags,
} from '../run/request.ts';

const collect = (text: string, before: readonly string[]): readonly string[] => [...before, text];

export const addRun: AddCommand = ({ program, action }) => {
  program
    .command('run')
    .summary('run scenarios')
    .description('Runs the scenarios under these paths (default: scenarios) and reports a verdict on each case.')
    .argument('[paths...]', 'scenario files, or folders of them')
    .addOption(
      new Option('-b, --backend <name>', `what restarts: ${KNOWN_BACKENDS.join(', ')} or all`)
        .argParser(parseBackend)
        .default(undefined, 'simulated, or what cases name'),
    )
    .option(
      '-p, --protocol <name>',
      'patch, series, hardened or a variant, instead of what the scenario names',
      parseProtocol,
    )
    .option(
      '-g, --grep <pattern>',
      'only cases whose title, with its @tags, matches this regular expression',
      parseGrep,
    )
    .option('-t, --tag <tag>', 'only cases with this tag (repeatable: any of them)', collect, [])
    .addOption(criuOption())
    .option('-s, --seed <text>', 'the one source of all choice; the same seed gives the same run')
    .option('-n, --schedules <number>', 'schedules to try for each case', parseCount)
    .option('--max-states <number>', 'states that an exhaustive search of a case may look at (20,000,000)', parseCount)
    .option('--timeout <time>', 'time for each case: 30 (seconds), 500ms, 5m (no limit)', parseTimeout)
    .option('--max-memory <size>', "memory for searches: 500M, 2G (a quarter of the machine's)", parseMemory)
    .option('--bail', 'stop after the first case that fails', false)
    .option('-j, --parallel <number>', 'run files in so many processes', parseCount)
    .option('-w, --watch', 'go on, and run again what a saved file affects', false)
    .option('--list', 'print the titles of the cases, and run nothing', false)
    .option('--dry-run', 'print what would be done for each case, and run nothing', false)
    .option('--allow-commands', 'run the commands that scenarios name (subject, load, check)', false)
    .option('--replays <dir>', 'where the replay files of findings go', '.mktrouble')
    .option(
      '--keep <dir>',
      'keep the images, logs and output of each case that fails, in a folder of its own below this one',
    )
    .option('--fail-on-skip', 'exit with 2 when a case of these backends is skipped, for CI', false)
    .addOption(
      new Option('-r, --reporter <name[=file]>', `how to report: ${REPORTER_NAMES.join(', ')} (repeatable)`)
        .argParser(parseReporter)
        .default(undefined, 'spec'),
    )
    .addOption(
      new Option('--records <which>', 'whose runs the JSON report has step by step')
        .choices(['all', 'failed', 'none'])
        .default('failed'),
    )
    .action(action(run));
};

async function run(paths: readonly string[], flags: RunFlags): Promise<ExitCode> {
  const { perform } = await import('../run/perform.ts');
  return perform(paths, flags);
}
