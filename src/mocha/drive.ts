/** Drives Mocha: the same suites as `npx mocha`, in this process or in workers, to an exit code. */
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Mocha from 'mocha';
import type { CaseResult } from '../../reporters/shared/result.ts';
import type { ShardReport } from '../../reporters/shared/shard.ts';
import type { FormerRun } from '../../reporters/shared/trend.ts';
import { sweepFolder, uniqueName } from '../backends/host/names.ts';
import { listChildren } from '../backends/host/stopped.ts';
import { EXIT, type ExitCode } from '../boundary/exit-code.ts';
import { flushStreams } from '../boundary/write-stream.ts';
import type { CaseOptions, Options } from '../config/index.ts';
import { writeForWorkers } from '../config/worker.ts';
import { removeUndecided } from '../injector/keep.ts';
import type { Verdict } from '../record/verdict.ts';
import type { Loaded } from '../scenario/index.ts';
import { readVerdict } from './attach.ts';
import { FailedTests } from './failed.ts';
import { countUnwritten } from './guard.ts';
import { hookScenarioFiles } from './hook.ts';
import { nameLostWorkers } from './parallel-runner.ts';
import { makePortions } from './portion.ts';
import type { MochaOptions, MochaRunner } from './reporter.ts';
import { type MochaTest, makeResult } from './result.ts';
import { DEADLINE_VARIABLE, RunLimits } from './run-limits.ts';
import { selectTests } from './select.ts';
import { Skipped } from './skipped.ts';
import { endWorkersOnExit } from './workers.ts';

export interface DriveRequest {
  /** By absolute path, in the order in which they are run. */
  readonly loaded: ReadonlyMap<string, Loaded>;
  readonly options: Options;
  /** How many tests there will be. */
  readonly total: number;
  /** Threads that a long exhaustive search may have, where there are no worker processes; 1 by default. */
  readonly threads?: number;
  /** Aborted: the run ends soon, with what it has done reported. */
  readonly signal: AbortSignal;
  /** Of each file the tests that are run, of those that the options select in it, counted from 0; by default all. */
  readonly chosen?: ReadonlyMap<string, readonly number[]>;
  /** The part of a larger run that this is, for reports. */
  readonly shard?: ShardReport;
  /** Former runs, for reports that show a trend; the oldest first. */
  readonly former?: readonly FormerRun[];
  /** Results of the same run from before it was interrupted: reported and judged as those that follow. */
  readonly earlier?: readonly CaseResult[];
  /** Called for each test that has ended. */
  readonly onResult?: (result: CaseResult) => void;
  /** Called for each verdict, with its scenario file. */
  readonly onVerdict?: (file: string, verdict: Verdict) => void;
}

/** Runs the suites. Reporters have written all that they have to say when this resolves. */
export async function drive(request: DriveRequest): Promise<ExitCode> {
  const { Multi } = await import('./multi.ts');
  const { options, total, shard, former, earlier = [] } = request;
  // Not among the reporter's options, which Mocha sends to each worker.
  class Reporter extends Multi {
    constructor(runner: MochaRunner, given: MochaOptions) {
      super(runner, given, earlier);
    }
  }
  const { bail, keep, parallel: jobs = 1, reporters, records } = options;
  const parallel = jobs > 1;
  const mocha = new Mocha({
    bail,
    parallel,
    jobs,
    reporter: Reporter as unknown as Mocha.ReporterConstructor,
    reporterOptions: {
      reporters: reporters.map((one) => ({
        ...one,
        options: { ...one.options, records, ...(shard && { shard }), ...(former && { former }) },
      })),
      total: total + earlier.length,
    },
    ...(parallel && { require: workerRequires() }),
  } as Mocha.MochaOptions);
  const folder = parallel ? prepareWorkers(mocha, request, jobs) : undefined;
  if (!parallel) await loadHere(mocha, request);
  // After the workers have been ended.
  if (keep !== undefined)
    process.once('exit', () => removeUndecided(keep, [process.pid, ...listChildren(process.pid)]));
  // Not only at the exit: a signal may end the program between the run and its exit.
  return new Promise<ExitCode>((resolve) => run(mocha, request, resolve)).finally(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
}

function loadHere(
  mocha: Mocha,
  { loaded, options, signal, chosen, threads = 1, earlier = [] }: DriveRequest,
): Promise<void> {
  // Node calls a module by where it really is, links followed.
  const byRealPath = new Map([...loaded].map(([file, one]) => [realpathSync(file), one]));
  const limits = new RunLimits(options);
  for (const { verdict } of earlier) if (verdict) limits.add(verdict);
  const choice = new Map([...(chosen ?? [])].map(([file, tests]) => [realpathSync(file), tests]));
  const choose = chosen && { choose: (file: string) => choice.get(file) ?? [] };
  hookScenarioFiles(() => ({ options, signal, limits, threads, load: (file) => byRealPath.get(file)!, ...choose }));
  mocha.files = [...loaded.keys()];
  // A file that was run before is read again.
  const { cache } = createRequire(import.meta.url);
  for (const file of byRealPath.keys()) delete cache[file];
  return mocha.loadFilesAsync();
}

/** Workers search at the same time: the states and the memory of a run are for all of them. */
function shareLimits(options: Options, jobs: number): Options {
  const share = <T extends CaseOptions>(one: T): T => ({
    ...one,
    ...(one.maxStates !== undefined && { maxStates: Math.ceil(one.maxStates / jobs) }),
    ...(one.maxMemory !== undefined && { maxMemory: Math.max(1, Math.floor(one.maxMemory / jobs)) }),
  });
  return { ...share(options), projects: options.projects.map(share) };
}

/** Portions of the whole run that each worker gets, about. */
const PORTIONS_PER_WORKER = 4;

/** Workers load their files themselves; they receive the paths and the options. Returns the folder of what they load. */
function prepareWorkers(mocha: Mocha, { loaded, options, chosen, total }: DriveRequest, jobs: number): string {
  const [variable, value] = writeForWorkers(shareLimits(options, jobs));
  process.env[variable] = value;
  const { deadline } = new RunLimits(options);
  if (deadline === undefined) delete process.env[DEADLINE_VARIABLE];
  else process.env[DEADLINE_VARIABLE] = deadline;
  const folder = temporaryFolder();
  endWorkersOnExit();
  nameLostWorkers(mocha);
  mocha.files = [...loaded].flatMap(([file, { cases }], i) =>
    makePortions({
      file,
      total: selectTests(options, cases).length,
      folder: path.join(folder, String(i)),
      // A few for each worker: none waits long for the last one.
      size: Math.ceil(total / (jobs * PORTIONS_PER_WORKER)),
      ...(chosen && { chosen: chosen.get(file) ?? [] }),
    }),
  );
  return folder;
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
  const { onVerdict, onResult, signal, earlier = [] } = request;
  const { reporters, failOnSkip } = request.options;
  const printed = reporters.some(({ name, output }) => name === 'spec' && output === undefined);
  const skipped = new Skipped({ failOnSkip, printed });
  const failed = new FailedTests(request.options);
  const failedEarlier = earlier.filter(({ kind }) => kind !== 'pass' && kind !== 'skip');
  for (const { verdict } of failedEarlier) failed.add(verdict);
  for (const { kind, verdict } of earlier) {
    if (kind === 'skip') skipped.skip(verdict?.reason);
    else skipped.ran();
  }
  const runner = mocha.run((failures) => {
    process.off('exit', unfinished);
    void flushStreams(signal).then((lost) => {
      const exit = failed.chooseExitCode(failures + failedEarlier.length + lost, countUnwritten() + lost);
      done(signal.aborted ? EXIT.interrupted : exit === EXIT.ok ? skipped.judge() : exit);
    });
  });
  runner.on('fail', (test) => failed.add(readVerdict(test)));
  runner.on('pass', () => skipped.ran()).on('fail', () => skipped.ran());
  runner.on('pending', (test) => skipped.skip(readVerdict(test)?.reason));
  if (onResult) {
    for (const end of ['pass', 'fail', 'pending'] as const)
      runner.on(end, (test: MochaTest, thrown?: unknown) => onResult(makeResult(test, end, thrown)));
  }
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
