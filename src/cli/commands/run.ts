/** `mktrouble run [paths…]`: runs scenarios and reports their verdicts. */
import { type Command, Option } from 'commander';
import type { Shard } from '../../../reporters/shared/shard.ts';
import { KNOWN_BACKENDS } from '../../injector/backends.ts';
import type { AddCommand } from '../command.ts';
import { severalCriuOption, severalPluginOption, severalRuntimeOption } from '../engine-options.ts';
import { complain, type ExitCode } from '../exit.ts';
import type { Mode } from '../run/perform.ts';
import {
  ownModuleOptions,
  parseBackend,
  parseCount,
  parseGrep,
  parseMemory,
  parseProtocol,
  parseRetries,
  parseShard,
  parseTag,
  parseTimeout,
  reporterOption,
} from '../run/request.ts';

const collect = (text: string, before: readonly string[]): readonly string[] => [...before, text];

export const addRun: AddCommand = ({ program, action }) => {
  withRunOptions(
    program
      .command('run')
      .summary('run scenarios')
      .description('Runs the scenarios under these paths (default: scenarios) and reports a verdict on each case.')
      .argument('[paths...]', 'scenario files or folders'),
  )
    .option('-w, --watch', 'keep running; re-run what a saved file affects', false)
    .option('--last-failed', 'only cases that did not pass when they were last run', false)
    .addOption(
      new Option('--resume', 'go on with the run that was interrupted here: only what is left of it is run')
        .default(false)
        .conflicts(['watch', 'list', 'dryRun', 'update', 'lastFailed']),
    )
    .option('--only-changed [commit]', 'only scenario files that git finds changed since a commit (default: HEAD)')
    .addOption(
      new Option('--shard <i/n>', 'only part i of n, which take about as long as each other').argParser(parseShard),
    )
    .option('--durations <file>', 'JSON report whose durations --shard goes by (default: those of the last runs)')
    .addOption(
      new Option(
        '-u, --update',
        'after the run, show expectations that do not hold as changes of their files, and write them when you agree',
      )
        .default(false)
        .conflicts(['watch', 'list', 'dryRun']),
    )
    .option('--yes', 'with --update: write without asking', false)
    .option('--accept-violations', 'with --update: declare violated properties as known defects', false)
    .option('--list', 'print the titles of the cases and run nothing', false)
    .option('--dry-run', 'print the plan of each case and run nothing', false)
    .action(action(run));
};

/** The command with a flag for each setting. */
export function withRunOptions(command: Command): Command {
  command
    .addOption(
      new Option(
        '-b, --backend <name|file>',
        `restart backend: ${KNOWN_BACKENDS.join(', ')} or all; one of your own by its file`,
      )
        .argParser(parseBackend)
        .default(undefined, 'simulated, or the one that a case names'),
    )
    .option('-p, --protocol <name>', 'patch, series, hardened or a variant; overrides the scenario', parseProtocol)
    .option(
      '-g, --grep <pattern>',
      'only cases whose title (with its @tags) matches this regular expression',
      parseGrep,
    )
    .option(
      '-t, --tag <expression>',
      'only cases with this tag, or for which this holds: ptrace and not slow (repeatable; one is enough)',
      parseTag,
      [],
    )
    .option('--project <name>', 'only this project of the configuration (repeatable)', collect, [])
    .addOption(severalCriuOption())
    .addOption(severalRuntimeOption())
    .addOption(severalPluginOption())
    .option('-s, --seed <text>', 'seed of all random choices; the same seed gives the same run')
    .option('-n, --schedules <number>', 'number of schedules per case', parseCount)
    .option(
      '--max-states <number>',
      'maximum number of states of the exhaustive searches of the whole run (default: 20,000,000 per case)',
      parseCount,
    )
    .option('--timeout <time>', 'time limit of the whole run: 30 (seconds), 500ms, 5m (default: none)', parseTimeout)
    .option('--max-memory <size>', 'memory limit of searches: 500M, 2G (default: a quarter of the memory)', parseMemory)
    .option('--retries <number>', 'how often a case that fails on real tasks is run again', parseRetries)
    .option('--allow-flaky', 'a case that passes when it is run again does not make the exit code 1', false)
    .option('--bail', 'stop after the first case that fails', false)
    .option(
      '-j, --parallel <number>',
      'number of worker processes (default: one for each core, two with CRIU or runtimes, 1 for a short run)',
      parseCount,
    )
    .option('--allow-commands', 'execute the commands that scenarios name (subject, load, check)', false)
    .option('--replays <dir>', 'folder for the replay files of findings', '.mktrouble')
    .option('--keep <dir>', 'keep the images, logs and output of each failed case, in a subfolder of this folder')
    .addOption(
      new Option('--fail-on <findings>', 'findings that make the exit code 1: any, or new (of no known defect)')
        .choices(['any', 'new'])
        .default('any'),
    )
    .option('--known <file>', 'file of known defects (default: the nearest mktrouble.known.yaml)')
    .option('--forbid-only', 'exit with 2 when a scenario has the key only (for CI)', false)
    .option('--fail-on-skip', 'exit with 2 when a case is skipped (for CI)', false)
    .addOption(reporterOption())
    .addOption(
      new Option('--records <which>', 'which runs the JSON report contains step by step')
        .choices(['all', 'failed', 'none'])
        .default('failed'),
    );
  for (const option of ownModuleOptions()) command.addOption(option);
  return command;
}

interface RunFlags {
  readonly watch: boolean;
  readonly list: boolean;
  readonly dryRun: boolean;
  readonly lastFailed: boolean;
  readonly resume: boolean;
  readonly onlyChanged?: string | true;
  readonly shard?: Shard;
  readonly durations?: string;
  readonly update: boolean;
  readonly yes: boolean;
  readonly acceptViolations: boolean;
}

async function run(paths: readonly string[], flags: RunFlags, command: Command): Promise<ExitCode> {
  const { update, yes, acceptViolations } = flags;
  if (!update && (yes || acceptViolations))
    return complain(`${yes ? '--yes' : '--accept-violations'} belongs to --update`);
  const { readOptions } = await import('../options.ts');
  const options = readOptions(command, paths);
  if (typeof options === 'number') return options;
  const { perform } = await import('../run/perform.ts');
  return perform(options, chooseMode(flags), flags);
}

function chooseMode({ list, dryRun, watch, update }: RunFlags): Mode {
  if (list) return 'list';
  if (dryRun) return 'dry run';
  if (watch) return 'watch';
  return update ? 'update' : 'run';
}
