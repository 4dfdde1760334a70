/** Drives Mocha: the same suites as `npx mocha`, in this process or in workers, to an exit code. */
import { createRequire } from 'node:module';
import path from 'node:path';
import Mocha from 'mocha';
import { hookScenarioFiles } from '../../mocha/hook.ts';
import { OPTIONS_VARIABLE, type SuiteOptions } from '../../mocha/options.ts';
import { verdictOf } from '../../record/attach.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { LoadedFiles } from '../files.ts';
import { onInterrupt } from './interrupt.ts';
import type { ReporterSpec } from './request.ts';

export interface DriveRequest {
  readonly loaded: LoadedFiles;
  readonly options: SuiteOptions;
  readonly reporters: readonly ReporterSpec[];
  readonly bail: boolean;
  /** Worker processes; 1: none, everything runs here. */
  readonly jobs: number;
  /** How many tests there will be. */
  readonly total: number;
}

/** Runs the suites. Reporters have written all that they have to say when this resolves. */
export async function drive(request: DriveRequest): Promise<ExitCode> {
  const { default: reporter } = await import('../../../reporters/multi.ts');
  const { bail, jobs, reporters, total } = request;
  const parallel = jobs > 1;
  const mocha = new Mocha({
    bail,
    parallel,
    jobs,
    reporter: reporter as unknown as Mocha.ReporterConstructor,
    reporterOptions: { reporters, total },
    ...(parallel && { require: workerRequires() }),
  } as Mocha.MochaOptions);
  mocha.files = [...request.loaded.keys()];
  const interrupt = onInterrupt();
  try {
    if (parallel) process.env[OPTIONS_VARIABLE] = JSON.stringify(request.options);
    else await loadHere(mocha, request, interrupt.signal);
    return await new Promise((resolve) => run(mocha, interrupt.signal, resolve));
  } finally {
    interrupt.release();
  }
}

function loadHere(mocha: Mocha, { loaded, options }: DriveRequest, signal: AbortSignal): Promise<void> {
  hookScenarioFiles(() => ({ options, signal, load: (file) => loaded.get(file)! }));
  return mocha.loadFilesAsync();
}

/** What a worker requires before it loads a scenario file; from the sources it first has to learn TypeScript. */
function workerRequires(): string[] {
  const extension = path.extname(import.meta.filename);
  const register = path.join(import.meta.dirname, `../../mocha/register${extension}`);
  return extension === '.ts' ? [createRequire(import.meta.url).resolve('tsx'), register] : [register];
}

function run(mocha: Mocha, signal: AbortSignal, done: (exit: ExitCode) => void): void {
  let exit: ExitCode = EXIT.ok;
  const runner = mocha.run((failures) => {
    process.off('exit', unfinished);
    // A failure that no test had: a reporter broke.
    if (failures > 0 && exit === EXIT.ok) exit = EXIT.defect;
    done(signal.aborted ? EXIT.interrupted : exit);
  });
  runner.on('fail', (test) => {
    const finding = verdictOf(test)?.status === 'fail';
    if (exit !== EXIT.defect) exit = finding ? EXIT.finding : EXIT.defect;
  });
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
  process.stderr.write('mktrouble: the run did not come to its end\n');
  process.exitCode = EXIT.defect;
}
