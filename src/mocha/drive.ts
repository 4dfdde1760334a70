/** Drives Mocha: the same suites as `npx mocha`, in this process or in workers, to an exit code. */
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Mocha from 'mocha';
import { sweepFolder, uniqueName } from '../backends/host/names.ts';
import { listChildren } from '../backends/host/stopped.ts';
import { EXIT, type ExitCode } from '../boundary/exit-code.ts';
import type { CaseOptions, Options } from '../config/index.ts';
import { writeForWorkers } from '../config/worker.ts';
import { removeUndecided } from '../injector/keep.ts';
import { isNew } from '../model/signature.ts';
import type { Verdict } from '../record/verdict.ts';
import type { Loaded } from '../scenario/index.ts';
import { readVerdict } from './attach.ts';
import { countUnwritten } from './guard.ts';
import { hookScenarioFiles } from './hook.ts';
import { nameLostWorkers } from './parallel-runner.ts';
import { DEADLINE_VARIABLE, RunLimits } from './run-limits.ts';
import { selectTests } from './select.ts';
import { makeShards } from './shard.ts';
import { Skipped } from './skipped.ts';
import { endWorkersOnExit } from './workers.ts';

export interface DriveRequest {
  /** By absolute path, in the order in which they are run. */
  readonly loaded: ReadonlyMap<string, Loaded>;
  readonly options: Options;
  /** How many tests there will be. */
  readonly total: number;
  /** Aborted: the run ends soon, with what it has done reported. */
  readonly signal: AbortSignal;
  /** Called for each verdict, with its scenario file. */
  readonly onVerdict?: (file: string, verdict: Verdict) => void;
}

/** Runs the suites. Reporters have written all that they have to say when this resolves. */
export async function drive(request: DriveRequest): Promise<ExitCode> {
  const { Multi } = await import('./multi.ts');
  const { options, total } = request;
  const { bail, keep, parallel: jobs, reporters, records } = options;
  const parallel = jobs > 1;
  const mocha = new Mocha({
    bail,
    parallel,
    jobs,
    reporter: Multi as unknown as Mocha.ReporterConstructor,
    reporterOptions: {
      reporters: reporters.map((one) => ({ ...one, options: { ...one.options, records } })),
      total,
    },
    ...(parallel && { require: workerRequires() }),
  } as Mocha.MochaOptions);
  if (parallel) prepareWorkers(mocha, request);
  else await loadHere(mocha, request);
  // After the workers have been ended.
  if (keep !== undefined)
    process.once('exit', () => removeUndecided(keep, [process.pid, ...listChildren(process.pid)]));
  return new Promise((resolve) => run(mocha, request, resolve));
}

function loadHere(mocha: Mocha, { loaded, options, signal }: DriveRequest): Promise<void> {
  // Node calls a module by where it really is, links followed.
  const byRealPath = new Map([...loaded].map(([file, one]) => [realpathSync(file), one]));
  const limits = new RunLimits(options);
  hookScenarioFiles(() => ({ options, signal, limits, load: (file) => byRealPath.get(file)! }));
  mocha.files = [...loaded.keys()];
  // A file that was run before is read again.
  const { cache } = createRequire(import.meta.url);
  for (const file of byRealPath.keys()) delete cache[file];
  return mocha.loadFilesAsync();
}

/** Workers search at the same time: the states of a run are for all of them. */
function shareStates(options: Options): Options {
  const share = <T extends CaseOptions>(one: T): T =>
    one.maxStates === undefined ? one : { ...one, maxStates: Math.ceil(one.maxStates / options.parallel) };
  return { ...share(options), projects: options.projects.map(share) };
}

/** Workers load their files themselves; they receive the paths and the options. */
function prepareWorkers(mocha: Mocha, { loaded, options }: DriveRequest): void {
  const [variable, value] = writeForWorkers(shareStates(options));
  process.env[variable] = value;
  const { deadline } = new RunLimits(options);
  if (deadline === undefined) delete process.env[DEADLINE_VARIABLE];
  else process.env[DEADLINE_VARIABLE] = deadline;
  const folder = temporaryFolder();
  endWorkersOnExit();
  nameLostWorkers(mocha);
  mocha.files = [...loaded].flatMap(([file, { cases }], i) =>
    makeShards(file, selectTests(options, cases).length, path.join(folder, String(i))),
  );
}

/** A folder that is removed when the program exits; one that a killed program left is removed now. */
function temporaryFolder(): string {
  sweepFolder(tmpdir(), (left) => rmSync(left, { recursive: true }));
  const folder = path.join(tmpdir(), uniqueName('run'));
  mkdirSync(folder, { mode: 0o700 });
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What a worker requires before it loads a scenario file; from the sources it first has to learn TypeScript. */
function workerRequires(): string[] {
  const extension = path.extname(import.meta.filename);
  const register = path.join(import.meta.dirname, `worker${extension}`);
  return extension === '.ts' ? [createRequire(import.meta.url).resolve('tsx'), register] : [register];
}

function run(mocha: Mocha, request: DriveRequest, done: (exit: ExitCode) => void): void {
  const { onVerdict, signal } = request;
  const { reporters, failOnSkip, failOn } = request.options;
  const printed = reporters.some(({ name, output }) => name === 'spec' && output === undefined);
  const skipped = new Skipped({ failOnSkip, printed });
  const counts = { findings: 0, expected: 0, badInput: 0, incomplete: 0 };
  const runner = mocha.run((failures) => {
    process.off('exit', unfinished);
    const exit = chooseExitCode(failures, counts);
    done(signal.aborted ? EXIT.interrupted : exit === EXIT.ok ? skipped.judge() : exit);
  });
  runner.on('fail', (test) => {
    const verdict = readVerdict(test);
    if (verdict?.status === 'fail') counts[failOn === 'new' && isExpected(verdict) ? 'expected' : 'findings'] += 1;
    if (verdict?.status === 'incomplete') counts.incomplete += 1;
    if (verdict?.badInput) counts.badInput += 1;
  });
  runner.on('pass', () => skipped.ran()).on('fail', () => skipped.ran());
  runner.on('pending', (test) => skipped.skip(readVerdict(test)?.reason));
  if (onVerdict) {
    const collect = (test: Mocha.Test) => {
      const verdict = readVerdict(test);
      if (verdict) onVerdict(path.resolve(verdict.position.file), verdict);
    };
    runner.on('pass', collect).on('fail', collect);
  }
  signal.addEventListener('abort', () => abort(runner));
  process.once('exit', unfinished);
}

/** Whether a finding is of a defect that is known, and not marked fixed. */
function isExpected({ bucket }: Verdict): boolean {
  return bucket !== undefined && !isNew(bucket);
}

/** The exit code of a run with this number of failed tests. */
function chooseExitCode(
  failures: number,
  {
    findings,
    expected,
    badInput,
    incomplete,
  }: Readonly<Record<'findings' | 'expected' | 'badInput' | 'incomplete', number>>,
): ExitCode {
  const unwritten = countUnwritten();
  // What failed and is none of these: a backend that broke, or a reporter.
  if (failures > findings + expected + badInput + incomplete + unwritten) return EXIT.defect;
  if (findings > 0) return EXIT.finding;
  if (badInput + unwritten > 0) return EXIT.input;
  return incomplete > 0 ? EXIT.incomplete : EXIT.ok;
}

/** A serial run ends after the case under way; workers are let go as they are, and the reporters end with the process. */
function abort(runner: Mocha.Runner): void {
  if ((runner as Mocha.Runner & { isParallelMode(): boolean }).isParallelMode()) process.exit(EXIT.interrupted);
  runner.abort();
}

/** Mocha's event loop ran dry in the middle of a run: whatever it was, the run is not green. */
function unfinished(): void {
  if (process.exitCode === EXIT.interrupted) return;
  process.stderr.write('mktrouble: the run stopped before it was complete\n');
  process.exitCode = EXIT.defect;
}
