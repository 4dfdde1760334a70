/** `mktrouble run`, from its paths and options to an exit code. */

import { count } from '../../../reporters/words/numbers.ts';
import { CannotWrite, checkFolder } from '../../boundary/write-file.ts';
import { drive } from '../../mocha/drive.ts';
import type { SuiteOptions } from '../../mocha/options.ts';
import { selectTests, withOwnBackends } from '../../mocha/select.ts';
import type { Case } from '../../model/case.ts';
import { complain, EXIT, type ExitCode, print } from '../exit.ts';
import { type LoadedFiles, loadPaths } from '../files.ts';
import { interruptible } from '../interrupt.ts';
import { listing, rehearsal } from './preview.ts';
import { refuseReporters } from './reporters.ts';
import { type RunFlags, suiteOptions } from './request.ts';

/** Nothing runs unless every file loads and at least one case is selected. */
export async function perform(paths: readonly string[], flags: RunFlags): Promise<ExitCode> {
  const { bail, parallel: jobs = 1, records, failOnSkip } = flags;
  const reporters = (flags.reporter ?? [{ name: 'spec' }]).map((one) => ({ ...one, options: { records } }));
  const refused = refuseReporters(reporters);
  if (refused !== undefined) return refused;
  for (const [option, folder] of [
    ['--replays', flags.replays],
    ['--keep', flags.keep],
  ] as const) {
    const linked = folder === undefined ? undefined : whyLinked(folder);
    if (linked !== undefined) return complain(linked, `name another folder with ${option}`);
  }
  const loaded = loadPaths(paths);
  if (typeof loaded === 'number') return loaded;
  const asked = suiteOptions(flags);
  // What is not for a backend that was named is no gap of that backend.
  const options = flags.backend ? { ...asked, own: flags.failOnSkip } : withOwnBackends(asked, collectCases(loaded));
  const total = countTests(loaded, options);
  if (total === 0) return complain('no case matches --grep and --tag', 'mktrouble list shows titles and tags');
  if (!flags.backend) noteLeftOut(countTests(loaded, asked) - total, options);
  if (flags.list) return printAll(listing(loaded, options));
  if (flags.dryRun) return printAll(rehearsal(loaded, options));
  const request = { loaded, options, reporters, bail, jobs, total, failOnSkip };
  return interruptible(async (signal) => {
    if (!flags.watch) return drive({ ...request, signal });
    const { watchAndRun } = await import('../watch/index.ts');
    return watchAndRun(paths, { ...request, signal });
  });
}

/** Why nothing can be written to this folder: it may have come with the scenarios as a link to anywhere. */
function whyLinked(folder: string): string | undefined {
  try {
    checkFolder(folder);
    return undefined;
  } catch (error) {
    if (error instanceof CannotWrite) return error.message;
    throw error;
  }
}

function collectCases(loaded: LoadedFiles): readonly Case[] {
  return [...loaded.values()].flatMap(({ cases }) => cases);
}

/** Says what a run without --backend does not run. */
function noteLeftOut(cases: number, { own, backends }: SuiteOptions): void {
  if (!own || cases <= 0) return;
  const others = `for other backends than ${backends.join(' and ')}`;
  process.stderr.write(
    `mktrouble: ${count(cases, 'case')} ${cases === 1 ? 'is' : 'are'} ${others}: name one with --backend\n`,
  );
}

function countTests(loaded: LoadedFiles, options: SuiteOptions): number {
  let total = 0;
  for (const { cases } of loaded.values()) total += selectTests(options, cases).length;
  return total;
}

async function printAll(lines: Iterable<string> | AsyncIterable<string>): Promise<ExitCode> {
  for await (const line of lines) print(line);
  return EXIT.ok;
}
