/** `mktrouble campaign plan|run|status|results|stop`: long work, cut into units that any number of workers do. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { SCHEDULERS, type Scheduler, writeJobFile } from '../../campaign/jobs.ts';
import { KNOWN_BACKENDS } from '../../injector/backends.ts';
import type { PlanRequest } from '../campaign/plan-work.ts';
import type { AddCommand } from '../command.ts';
import { severalCriuOption, severalPluginOption, severalRuntimeOption } from '../engine-options.ts';
import { complain, EXIT, type ExitCode, note, print } from '../exit.ts';
import { interruptible } from '../interrupt.ts';
import { suggestPath } from '../nearest-path.ts';
import {
  ownModuleOptions,
  parseBackend,
  parseCount,
  parseGrep,
  parseMemory,
  parseProtocol,
  parseRetries,
  parseTag,
  parseTimeout,
} from '../run/request.ts';
import { callOption, outcomesOption } from './sweep.ts';

/** Where a campaign is by default. */
const DEFAULT_PLACE = '.mktrouble/campaign';
/** Milliseconds that a unit should take, by default. */
const UNIT_TIME = 60_000;

/** Of the commands that do the work of a plan. */
export const ALLOW = 'execute the commands, backends and programs that the plan names';

/** The command with the option that names a campaign. */
export function withPlace(command: Command): Command {
  return command.option('--at <place>', 'the campaign: a folder, or redis://host:port/database#name', DEFAULT_PLACE);
}

export const addCampaign: AddCommand = ({ program, action }) => {
  const campaign = program
    .command('campaign')
    .summary('long work on many cores and machines')
    .description('Cuts long work into units that any number of workers do; see docs/campaigns.md.');
  const planCommand = withPlace(
    campaign
      .command('plan')
      .summary('plan a campaign')
      .description(
        'Plans a campaign without running it: each case of these scenarios with each seed; or fuzzing, a sweep, or the items of a module.',
      )
      .argument('[paths...]', 'scenario files or folders; with --fuzz and --sweep one scenario with the tree to dump'),
  )
    .addOption(
      new Option('--seeds <range>', 'seeds of each case: 1000 (0 to 999), or 500-999')
        .argParser(parseSeeds)
        .default({ from: 0, count: 1 }, '1'),
    )
    .addOption(
      new Option('--fuzz <runs>', 'instead: restore this number of changed images of a checkpoint')
        .argParser(parseCount)
        .conflicts(['sweep', 'work']),
    )
    .option('--target <kind>', 'image that --fuzz changes: pstree, core, mm, … or any', 'any')
    .option('--changes <number>', 'maximum number of changes per run of --fuzz', parseCount, 1)
    .addOption(
      new Option('--sweep', 'instead: make each system call of CRIU fail in turn').default(false).conflicts('work'),
    )
    .addOption(callOption())
    .addOption(outcomesOption())
    .option('--work <module>', 'instead: the items of this module (see docs/campaigns.md), each with each seed')
    .addOption(
      new Option('--unit-time <time>', 'time that a unit should take: 60 (seconds), 5m')
        .argParser(parseTimeout)
        .default(UNIT_TIME, '60'),
    )
    .addOption(new Option('--as <scheduler>', 'also print a job file').choices(SCHEDULERS))
    .option('--jobs <number>', 'number of jobs of that file', parseCount, 10)
    .addOption(
      new Option('-b, --backend <name>', `restart backend: ${KNOWN_BACKENDS.join(', ')} or all`).argParser(
        parseBackend,
      ),
    )
    .option('-p, --protocol <name>', 'patch, series, hardened or a variant', parseProtocol)
    .option('-g, --grep <pattern>', 'only cases whose title matches this regular expression', parseGrep)
    .option('-t, --tag <expression>', 'only cases with this tag, or for which this holds (repeatable)', parseTag, [])
    .addOption(severalCriuOption())
    .addOption(severalRuntimeOption())
    .addOption(severalPluginOption())
    .option('-s, --seed <text>', 'seed of --fuzz')
    .option('-n, --schedules <number>', 'number of schedules per case and seed', parseCount)
    .option('--max-states <number>', 'maximum number of states per case', parseCount)
    .option('--max-memory <size>', 'memory limit of searches: 500M, 2G', parseMemory)
    .option('--retries <number>', 'how often a case that fails on real tasks is run again', parseRetries)
    .option('--allow-commands', 'execute the commands that scenarios name (subject, load, check)', false)
    .option('--known <file>', 'file of known defects (default: the nearest mktrouble.known.yaml)');
  for (const option of ownModuleOptions()) planCommand.addOption(option);
  planCommand.action(action(plan));
  withPlace(
    campaign
      .command('run')
      .summary('work on a campaign here')
      .description(
        'Starts workers on this machine until every unit is done, or continues. Exit code 1 when there is a finding.',
      ),
  )
    .option('-j, --parallel <number>', 'number of workers (default: one for each core)', parseCount)
    .option('--allow-commands', ALLOW, false)
    .action(action(run));
  withPlace(campaign.command('status').summary('print the progress').description('Prints the progress of a campaign.'))
    .option('--html <file>', 'write a page with the progress and the findings')
    .option('--json', 'print JSON', false)
    .action(action(status));
  withPlace(
    campaign
      .command('results')
      .summary('print the findings')
      .description(
        'Prints the findings of a campaign, each defect once. Exit code 1 when there is one, 4 when units are left to do.',
      )
      .argument('[folders...]', 'folders whose results are merged: parts of one campaign that share no disk'),
  )
    .option('--json', 'print JSON', false)
    .action(action(results));
  withPlace(
    campaign
      .command('stop')
      .summary('stop the workers')
      .description('Ends all workers of a campaign after the run under way; campaign run continues it.'),
  ).action(action(stop));
};

interface At {
  readonly at: string;
}

interface PlanFlags extends At, PlanRequest {
  readonly as?: Scheduler;
  readonly jobs: number;
}

/** `1000`, or `500-999`. */
function parseSeeds(text: string): PlanRequest['seeds'] {
  const [, first, last] = /^(\d{1,12})-(\d{1,12})$/.exec(text)?.map(Number) ?? [];
  if (first !== undefined && last !== undefined && first <= last) return { from: first, count: last - first + 1 };
  if (/^[1-9]\d{0,11}$/.test(text)) return { from: 0, count: Number(text) };
  throw new InvalidArgumentError('it must be a number of seeds, such as 1000, or a range, such as 500-999');
}

async function plan(paths: readonly string[], flags: PlanFlags, command: Command): Promise<ExitCode> {
  const { readOptions } = await import('../options.ts');
  const { Units } = await import('../../campaign/plan.ts');
  const { openPlace } = await import('../../campaign/place.ts');
  const { handleCampaignErrors } = await import('../campaign/handle.ts');
  const options = readOptions(command, paths);
  if (typeof options === 'number') return options;
  return handleCampaignErrors(async () => {
    const { planWork } = await import('../campaign/plan-work.ts');
    const made = await planWork(paths, flags, options);
    if (typeof made === 'number') return made;
    const units = new Units(made);
    const place = await openPlace(flags.at);
    try {
      await place.create(made);
    } finally {
      await place.close();
    }
    const { count } = await import('../../../reporters/words/numbers.ts');
    note(
      `${count(units.count, 'unit')} with ${count(units.runs, 'run')} in ${flags.at}; mktrouble campaign run does them`,
    );
    if (flags.as !== undefined) {
      const { executedBy } = await import('../campaign/work.ts');
      const allowed = (await executedBy(made)).length > 0 ? ['--allow-commands'] : [];
      print(writeJobFile(flags.as, flags.jobs, ['--at', flags.at, ...allowed]));
    }
    return EXIT.ok;
  });
}

/** Milliseconds between two lines of progress in a terminal, and in a log. */
const LIVE = 500;
const LOGGED = 60_000;

async function run(
  { at, parallel = availableParallelism() }: At & { readonly parallel?: number },
  command: Command,
): Promise<ExitCode> {
  const { readOptions } = await import('../options.ts');
  const { openPlace } = await import('../../campaign/place.ts');
  const { measureProgress, progressLine } = await import('../../campaign/status.ts');
  const { handleCampaignErrors } = await import('../campaign/handle.ts');
  const { runCrew } = await import('../campaign/crew.ts');
  const { checkConsent } = await import('../campaign/consent.ts');
  const { executedBy } = await import('../campaign/work.ts');
  const options = readOptions(command, [], ['allowCommands']);
  if (typeof options === 'number') return options;
  const { allowCommands } = options;
  return handleCampaignErrors(() =>
    interruptible(async (signal) => {
      const place = await openPlace(at);
      const isLive = process.stderr.isTTY === true;
      const say = async (): Promise<string> =>
        progressLine(measureProgress(await place.readResults(), await place.countActive(), await place.isStopped()));
      const timer = setInterval(
        () =>
          void say().then(
            (line) => process.stderr.write(isLive ? `\r\x1b[K${line}` : `${line}\n`),
            () => {},
          ),
        isLive ? LIVE : LOGGED,
      );
      try {
        const planned = await place.readPlan();
        checkConsent(await executedBy(planned), allowCommands);
        await place.setStopped(false);
        const flags = allowCommands ? ['--allow-commands'] : [];
        const { broken } = await runCrew(at, parallel, flags, signal, planned.limit);
        clearInterval(timer);
        if (isLive) process.stderr.write('\r\x1b[K');
        print(`${await say()}\n`);
        if (broken !== undefined) {
          process.stderr.write(broken);
          return EXIT.input;
        }
        const found = await place.readResults();
        return found.done < found.units ? EXIT.incomplete : exitCode(found);
      } finally {
        clearInterval(timer);
        await place.close();
      }
    }),
  );
}

function exitCode({ findings, counts }: import('../../campaign/results.ts').Results): ExitCode {
  if (counts.error > 0) return EXIT.defect;
  return findings.length > 0 ? EXIT.finding : counts.incomplete > 0 ? EXIT.incomplete : EXIT.ok;
}

async function status({ at, html, json }: At & { readonly html?: string; readonly json: boolean }): Promise<ExitCode> {
  const { openPlace } = await import('../../campaign/place.ts');
  const { measureProgress, progressLine, progressPage } = await import('../../campaign/status.ts');
  const { writeFileAtomically } = await import('../../boundary/write-file.ts');
  const { handleCampaignErrors } = await import('../campaign/handle.ts');
  return handleCampaignErrors(async () => {
    const place = await openPlace(at);
    try {
      const [found, active, stopped] = [await place.readResults(), await place.countActive(), await place.isStopped()];
      const progress = measureProgress(found, active, stopped);
      if (html !== undefined) writeFileAtomically(html, progressPage(progress));
      print(json ? `${JSON.stringify({ version: 1, ...progress }, undefined, 2)}\n` : `${progressLine(progress)}\n`);
      return EXIT.ok;
    } finally {
      await place.close();
    }
  });
}

async function results(folders: readonly string[], { at, json }: At & { readonly json: boolean }): Promise<ExitCode> {
  const { mergePlaces, resultsJson, findingLines } = await import('../campaign/merge.ts');
  const { handleCampaignErrors } = await import('../campaign/handle.ts');
  const missing = folders.find((folder) => !existsSync(folder));
  if (missing !== undefined) return complain(`no such folder: ${missing}`, suggestPath(missing));
  return handleCampaignErrors(async () => {
    const found = await mergePlaces(folders.length > 0 ? folders : [at]);
    print(json ? resultsJson(found) : findingLines(found));
    const { units, done, findings } = found;
    if (findings.length === 0 && done < units) return EXIT.incomplete;
    return exitCode(found);
  });
}

async function stop({ at }: At): Promise<ExitCode> {
  const { openPlace } = await import('../../campaign/place.ts');
  const { handleCampaignErrors } = await import('../campaign/handle.ts');
  return handleCampaignErrors(async () => {
    const place = await openPlace(at);
    try {
      await place.setStopped(true);
      print(`the workers of ${at} end after the run under way\n`);
      return EXIT.ok;
    } finally {
      await place.close();
    }
  });
}
