/** `mktrouble run --watch`: after the first run each saved scenario file is run again, and for a saved source what it affects. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../boundary/package.ts';
import type { Options } from '../../config/index.ts';
import { KNOWN_NAMES } from '../../injector/known.ts';
import { type DriveRequest, drive } from '../../mocha/drive.ts';
import { selectTests } from '../../mocha/select.ts';
import { findScenarioFiles, formatDiagnostic, type Loaded, loadScenarioFileSync } from '../../scenario/index.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { LoadedFiles } from '../files.ts';
import { Reach } from './affected.ts';
import { type Changes, watchChanges } from './changes.ts';
import { firstFiles, startAfresh } from './supervise.ts';

/** Runs what was asked for, then what is saved, until the signal of the request is aborted. */
export async function watchAndRun(request: DriveRequest): Promise<ExitCode> {
  const { paths } = request.options;
  const sources = sourceFolder();
  const reach = new Reach();
  const changes = watchChanges(sources === undefined ? paths : [...paths, sources], (file) => matters(file, sources));
  request.signal.addEventListener('abort', () => changes.close());
  try {
    return await loop(request, { changes, reach, sources });
  } finally {
    changes.close();
  }
}

interface Watching {
  readonly changes: Changes;
  readonly reach: Reach;
  readonly sources: string | undefined;
}

async function loop(request: DriveRequest, { changes, reach, sources }: Watching): Promise<ExitCode> {
  const { options } = request;
  const { paths } = options;
  const load = (files: readonly string[]) => loadSome(files, options);
  const watched: DriveRequest = {
    ...request,
    options: { ...options, coverage: sources !== undefined || options.coverage },
    onVerdict: (file, verdict) => reach.add(file, verdict),
  };
  const first = firstFiles();
  const say = () => process.stdout.write(`\n  watching ${paths.join(', ')} (Ctrl-C to stop)\n`);
  await runSome(watched, first === undefined ? request.loaded : load(first), first === undefined);
  say();
  for (;;) {
    const saved = await changes.next();
    if (!saved) return EXIT.interrupted;
    const source = [...saved].find((file) => isSource(file, sources));
    if (source !== undefined) {
      const files = reach.affected(source, [...load(findScenarioFiles(paths)).keys()]);
      process.stdout.write(`\n  ${path.relative(process.cwd(), source)} was saved: ${files.length} scenario files\n`);
      return startAfresh(files, request.signal);
    }
    const loaded = load([...saved]);
    if (loaded.size === 0) continue;
    await runSome(watched, loaded, false);
    say();
  }
}

/** Runs the files that load, and reports the others. Only the first run writes report files. */
async function runSome(request: DriveRequest, loaded: LoadedFiles, isFirst: boolean): Promise<void> {
  const good = new Map([...loaded].filter(([, { diagnostics }]) => printDiagnostics(diagnostics) === 0));
  const { options } = request;
  const total = [...good.values()].reduce((sum, { cases }) => sum + selectTests(options, cases).length, 0);
  if (total === 0) return;
  if (isFirst) {
    await drive(request);
    return;
  }
  const reporters = options.reporters.filter(({ output }) => output === undefined);
  await drive({
    ...request,
    loaded: good,
    total,
    options: { ...options, parallel: 1, reporters: reporters.length > 0 ? reporters : [{ name: 'spec' }] },
  });
}

/** Those of the files that are there, and below the paths that were given. */
function loadSome(files: readonly string[], { paths, defaults }: Options): LoadedFiles {
  const asked = new Set(findScenarioFiles(paths).map((file) => path.resolve(file)));
  const there = files.map((file) => path.resolve(file)).filter((file) => asked.has(file) && existsSync(file));
  return new Map(
    there.map((file) => [file, loadScenarioFileSync(file, { ...KNOWN_NAMES, ...(defaults && { defaults }) })]),
  );
}

function printDiagnostics(diagnostics: Loaded['diagnostics']): number {
  const color = process.stderr.isTTY === true && !process.env['NO_COLOR'];
  for (const diagnostic of diagnostics) process.stderr.write(`\n${formatDiagnostic(diagnostic, { color })}\n`);
  return diagnostics.filter(({ severity }) => severity === 'error').length;
}

/** The sources of this program, where it stands in a clone. */
function sourceFolder(): string | undefined {
  const folder = path.join(packageRoot(), 'src');
  return existsSync(path.join(folder, 'cli', 'main.ts')) ? folder : undefined;
}

function matters(file: string, sources: string | undefined): boolean {
  return isSource(file, sources) || (/\.ya?ml$/.test(file) && !/\.replay\.ya?ml$/.test(file));
}

function isSource(file: string, sources: string | undefined): boolean {
  return sources !== undefined && file.endsWith('.ts') && !path.relative(sources, file).startsWith('..');
}
