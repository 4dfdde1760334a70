/** `mktrouble run`, from its paths and options to an exit code. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { count } from '../../../reporters/words/numbers.ts';
import { checkFolder, whyNotWritable } from '../../boundary/write-file.ts';
import type { Options } from '../../config/index.ts';
import { namedTags } from '../../config/tag-expression.ts';
import { knownDefects } from '../../injector/known.ts';
import type { DriveRequest } from '../../mocha/drive.ts';
import { selectTests, withOwnBackends } from '../../mocha/select.ts';
import type { Case } from '../../model/case.ts';
import { didYouMean } from '../../scenario/source/nearest.ts';
import { complain, EXIT, type ExitCode, note, print } from '../exit.ts';
import { type LoadedFiles, loadPaths } from '../files.ts';
import { readHistory } from '../history/store.ts';
import { interruptible } from '../interrupt.ts';
import { readDurations } from '../narrow/durations.ts';
import { type Narrowing, narrow } from '../narrow/index.ts';
import { suggestPath } from '../nearest-path.ts';
import type { EndedCase } from '../update/index.ts';
import { type UpdateFlags, whyNoUpdate } from '../update/refuse.ts';
import { digestCase, identifySetting, readUnfinished, type Unfinished } from './journal.ts';
import { listing, rehearsal } from './preview.ts';
import { beginJournal, driveAndRecord, historyFolder } from './record.ts';
import { refuseReporters } from './reporters.ts';
import { chooseWorkers } from './workers.ts';

/** What is done with the cases. */
export type Mode = 'run' | 'watch' | 'update' | 'list' | 'dry run';

export interface NarrowingFlags extends Narrowing {
  /** A JSON report, or a history, by whose durations shards are split. */
  readonly durations?: string;
  /** Go on with the run that was interrupted in this folder. */
  readonly resume?: boolean;
}

export interface PerformFlags extends NarrowingFlags, Partial<UpdateFlags> {}

/** Nothing runs unless every file loads and at least one case is selected. */
export async function perform(given: Options, mode: Mode, narrowing: PerformFlags = {}): Promise<ExitCode> {
  const noUpdate = mode === 'update' ? whyNoUpdate(given, process.env) : undefined;
  if (noUpdate !== undefined) return complain(noUpdate);
  const refused = refuseReporters(given.reporters);
  if (refused !== undefined) return refused;
  for (const setting of ['replays', 'keep'] as const) {
    const folder = given[setting];
    const linked = folder === undefined ? undefined : whyNotWritable(() => checkFolder(folder))?.message;
    if (linked !== undefined) return complain(linked, `name another folder with --${setting}`);
  }
  const loaded = loadPaths(given);
  if (typeof loaded === 'number') return loaded;
  if (given.known !== undefined && !existsSync(given.known))
    return complain(`no such file: ${given.known}`, suggestPath(given.known));
  const wrong = whyUnusable([...loaded.keys()], given.known);
  if (wrong !== undefined) return complain(wrong);
  // What is not for a backend that was named is no gap of that backend.
  const options = given.own === undefined ? withOwnBackends(given, collectCases(loaded)) : given;
  const selected = countTests(loaded, options);
  const strange = findStrangeTag(loaded, options);
  if (selected === 0)
    return complain('no case matches --grep and --tag', strange ?? 'mktrouble list shows titles and tags');
  if (strange !== undefined) note(strange);
  if (given.own === undefined) noteLeftOut(countTests(loaded, given) - selected, options);
  const history = readHistory(historyFolder(options));
  const durations = await readDurations(narrowing.durations, history);
  if (typeof durations === 'number') return durations;
  const resumed = narrowing.resume ? findUnfinished(options) : undefined;
  if (typeof resumed === 'number') return resumed;
  const narrowed = narrow(
    loaded,
    options,
    { ...narrowing, ...(resumed && { hasEnded: (key, c) => resumed.results.get(key)?.digest === digestCase(c) }) },
    durations,
    history,
  );
  if (typeof narrowed === 'number') return narrowed;
  const { total, chosen, shard, expected, ended } = narrowed;
  const earlier = ended.map((key) => resumed!.results.get(key)!.result);
  if (mode === 'list') return printAll(listing(loaded, options, chosen));
  if (mode === 'dry run') return printAll(rehearsal(loaded, options, chosen));
  // The report of a shard without a case is a part of the whole, too.
  if (total === 0 && !shard && earlier.length === 0) return EXIT.ok;
  if (resumed)
    note(`${earlier.length} of ${count(earlier.length + total, 'case')} had ended when the run was interrupted`);
  return interruptible(async (signal) => {
    const request: DriveRequest = {
      loaded,
      options: { ...options, parallel: options.parallel ?? chooseWorkers(expected) },
      threads: options.parallel ?? availableParallelism(),
      total,
      signal,
      ...(chosen && { chosen }),
      ...(shard && { shard }),
      ...(earlier.length > 0 && { earlier }),
    };
    if (mode === 'run') return driveAndRecord(request, beginJournal(request));
    if (mode === 'update') return runAndUpdate(request, narrowing);
    const { watchAndRun } = await import('../watch/index.ts');
    return watchAndRun(request);
  });
}

/** The run that was interrupted in this folder; exit code 2 where it was another one, undefined where there is none. */
function findUnfinished(options: Options): Unfinished | ExitCode | undefined {
  const found = readUnfinished(historyFolder(options));
  if (!found) note('no run was interrupted here: all cases are run');
  if (found && found.setting !== identifySetting(options))
    return complain(
      'the run that was interrupted here had other options, or another version of what it ran',
      `resume it as it was: ${found.command} --resume; or leave out --resume`,
    );
  return found;
}

/** Expectations that did not hold become what the runs show. */
async function runAndUpdate(request: DriveRequest, flags: PerformFlags): Promise<ExitCode> {
  const results: EndedCase[] = [];
  const exit = await driveAndRecord({
    ...request,
    onResult: ({ kind, verdict }) => void results.push({ kind, ...(verdict && { position: verdict.position }) }),
  });
  const { updateExpectations } = await import('../update/index.ts');
  const { yes = false, acceptViolations = false } = flags;
  return updateExpectations(results, request.options, { yes, acceptViolations }, { exit, signal: request.signal });
}

/** What to say of a tag of the expressions that no scenario has, when another one is near. */
export function findStrangeTag(loaded: LoadedFiles, { tags = [], projects }: Options): string | undefined {
  const named = namedTags([...tags, ...projects.flatMap((project) => project.tags ?? [])]);
  if (named.length === 0) return undefined;
  const known = new Set(collectCases(loaded).flatMap((c) => c.tags));
  const strange = named.find((tag) => !known.has(tag));
  if (strange === undefined) return undefined;
  const hint = didYouMean(strange, known);
  return hint === undefined ? undefined : `no scenario has the tag ${strange}: ${hint}`;
}

/** What is wrong with the files of known defects that these scenario files have. */
export function whyUnusable(files: readonly string[], known: string | undefined): string | undefined {
  const found = new Set(files.map((file) => knownDefects(file, known)).filter((one) => typeof one === 'string'));
  return found.size === 0 ? undefined : `the file of known defects has mistakes:\n${[...found].join('\n\n')}`;
}

function collectCases(loaded: LoadedFiles): readonly Case[] {
  return [...loaded.values()].flatMap(({ cases }) => cases);
}

/** Says what a run without --backend does not run. */
function noteLeftOut(cases: number, { own, projects }: Options): void {
  if (!own || cases <= 0) return;
  const others = `for other backends than ${projects.map(({ backend }) => backend).join(' and ')}`;
  process.stderr.write(
    `mktrouble: ${count(cases, 'case')} ${cases === 1 ? 'is' : 'are'} ${others}: name one with --backend\n`,
  );
}

function countTests(loaded: LoadedFiles, options: Options): number {
  let total = 0;
  for (const { cases } of loaded.values()) total += selectTests(options, cases).length;
  return total;
}

async function printAll(lines: Iterable<string> | AsyncIterable<string>): Promise<ExitCode> {
  for await (const line of lines) print(line);
  return EXIT.ok;
}
