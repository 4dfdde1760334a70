/** `mktrouble run`, from its paths and options to an exit code. */
import { selectTests } from '../../mocha/select.ts';
import { complain, EXIT, type ExitCode } from '../exit.ts';
import { type LoadedFiles, loadPaths } from '../files.ts';
import { drive } from './drive.ts';
import { listing, rehearsal } from './preview.ts';
import { type RunFlags, suiteOptions } from './request.ts';

/** Nothing runs unless every file loads and at least one case is selected. */
export async function perform(paths: readonly string[], flags: RunFlags): Promise<ExitCode> {
  const loaded = loadPaths(paths);
  if (typeof loaded === 'number') return loaded;
  const options = suiteOptions(flags);
  const total = countOf(loaded, options);
  if (total === 0)
    return complain('no case matches --grep and --tag', 'mktrouble list shows the titles and their tags');
  if (flags.list) return print(listing(loaded, options));
  if (flags.dryRun) return print(rehearsal(loaded, options));
  const { bail, parallel: jobs = 1, reporter } = flags;
  const reporters = reporter ?? [{ name: 'spec' }];
  return drive({ loaded, options, reporters, bail, jobs, total });
}

function countOf(loaded: LoadedFiles, options: ReturnType<typeof suiteOptions>): number {
  let total = 0;
  for (const { cases } of loaded.values()) total += selectTests(options, cases).length;
  return total;
}

async function print(lines: Iterable<string> | AsyncIterable<string>): Promise<ExitCode> {
  for await (const line of lines) process.stdout.write(line);
  return EXIT.ok;
}
