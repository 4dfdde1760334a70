/** Mocha's runner of parallel mode, which says of which file a worker was that ended before it reported. */
import { createRequire } from 'node:module';
import Mocha from 'mocha';
import { LostWorker } from './lost-worker.ts';
import { PORTION_EXTENSION, readPortion } from './portion.ts';
import { suiteTitle } from './suite.ts';
import { type FileResult, type Pool, WorkerPool } from './worker-pool.ts';

/** Mocha's own pool of workers, of which only the size is used. */
interface MochaPool extends Pool {
  readonly options: { readonly maxWorkers: number };
}

/** The parts of Mocha's ParallelBufferedRunner that are used here: the package does not declare them. */
interface ParallelRunner {
  _createFileRunner(pool: Pool, options: unknown): (file: string) => Promise<void>;
}

const Parallel = createRequire(import.meta.url)('mocha/lib/nodejs/parallel-buffered-runner.js') as new (
  ...args: unknown[]
) => ParallelRunner;

class NamingRunner extends Parallel {
  /** Mocha takes the end of a worker for an exception outside of all tests, begins to report anew, and names no file. */
  override _createFileRunner(
    { options: { maxWorkers } }: MochaPool,
    options: unknown,
  ): (file: string) => Promise<void> {
    const pool = new WorkerPool(maxWorkers);
    const named: Pool = {
      run: (file, given) =>
        pool.run(file, given).catch((error: unknown) => {
          const how = howWorkerEnded(error);
          if (how === undefined) throw error;
          return lostFile(file, how);
        }),
      terminate: (force) => pool.terminate(force),
    };
    return super._createFileRunner(named, options);
  }
}

/** Has a Mocha in parallel mode run by it. */
export function nameLostWorkers(mocha: Mocha): void {
  (mocha as unknown as { _runnerClass: unknown })._runnerClass = NamingRunner;
}

/** How a worker ended, from the error of workerpool; undefined for any other error. */
function howWorkerEnded(error: unknown): string | undefined {
  const text = error instanceof Error ? error.message : '';
  if (!/worker terminated unexpectedly/i.test(text)) return undefined;
  const [, signal] = /signalCode: `(SIG\w+)`/.exec(text) ?? [];
  const [, code] = /exitCode: `(\d+)`/.exec(text) ?? [];
  return signal ?? (code === undefined ? 'no reason is known' : `exit code ${code}`);
}

/** One failed test in place of all that the worker had. */
function lostFile(given: string, how: string): FileResult {
  const portion = given.endsWith(PORTION_EXTENSION) ? readPortion(given) : undefined;
  const file = portion?.file ?? given;
  const suite = new Mocha.Suite(suiteTitle(file));
  suite.file = file;
  const cases = portion ? `cases ${portion.tests[0]! + 1} to ${portion.tests.at(-1)! + 1}` : 'its cases';
  const test = new Mocha.Test(`${cases} were not reported`);
  test.file = file;
  suite.addTest(test);
  const events = [
    { eventName: Mocha.Runner.constants.EVENT_SUITE_BEGIN, data: suite },
    { eventName: Mocha.Runner.constants.EVENT_TEST_FAIL, data: test, error: new LostWorker(file, cases, how) },
    { eventName: Mocha.Runner.constants.EVENT_SUITE_END, data: suite },
  ];
  return { failureCount: 1, events };
}
