/** Makes a Mocha reporter of a listener: the events of serial and parallel runs become results, every call is guarded. */

import type { Listener, ListenerFactory, ReporterOptions } from '../../reporters/shared/listener.ts';
import { fileOutput, type Output, terminalOutput } from '../../reporters/shared/output.ts';
import type { CaseResult } from '../../reporters/shared/result.ts';
import { Tally } from '../../reporters/shared/summary.ts';
import { readProgress } from './attach.ts';
import { Guard } from './guard.ts';
import { type MochaEnd, type MochaTest, makeResult } from './result.ts';

/** Mocha's runner, as far as it is used here. */
export interface MochaRunner {
  failures: number;
  readonly total?: number;
  readonly _abort?: boolean;
  on(event: string, handler: (...args: never[]) => void): unknown;
  getMaxListeners(): number;
  setMaxListeners(n: number): unknown;
}

/** The options that Mocha hands to a reporter. */
export interface MochaOptions {
  readonly reporterOptions?: Record<string, unknown> | undefined;
  readonly reporterOption?: Record<string, unknown> | undefined;
  readonly color?: boolean | undefined;
}

export type MochaReporter = new (runner: MochaRunner, options?: MochaOptions) => object;

/** The reporter class for a listener. `name` is what it is called when it breaks. */
export function mochaReporter(name: string, create: ListenerFactory): MochaReporter {
  return class {
    constructor(runner: MochaRunner, options: MochaOptions = {}) {
      const own = options.reporterOptions ?? options.reporterOption ?? {};
      listen(runner, name, create, own, (): Output => terminalOutput(process.stdout, process.env, options.color));
    }
  };
}

/** Connects one listener to a runner. `stdout` is asked for only when the options name no file; `earlier`: results that go before those of the runner. */
export function listen(
  runner: MochaRunner,
  name: string,
  create: ListenerFactory,
  options: ReporterOptions,
  stdout: () => Output,
  earlier: readonly CaseResult[] = [],
): Guard {
  const guard = new Guard(name, runner);
  guard.run(() => {
    const out = typeof options.output === 'string' ? fileOutput(options.output) : stdout();
    const total = typeof options['total'] === 'number' ? options['total'] : runner.total;
    const listener = create({ out, options, ...(total !== undefined && total > 0 && { total }) });
    connect(runner, guard, listener, out, earlier);
  });
  return guard;
}

function connect(
  runner: MochaRunner,
  guard: Guard,
  listener: Listener,
  out: Output,
  earlier: readonly CaseResult[],
): void {
  let tally = new Tally();
  let over = false;
  const end = (interrupted: boolean): void => {
    if (over) return;
    over = true;
    process.off('exit', cutShort);
    guard.run(() => listener.end(tally.summary(interrupted)));
    // A report that is not whole does not replace an older one.
    guard.run(() => (guard.first ? out.discard() : out.close()));
    guard.remind();
  };
  // A process that ends in the middle of a run still leaves whole documents behind.
  const cutShort = (): void => end(true);
  process.once('exit', cutShort);

  const report = (result: CaseResult): void => {
    tally.add(result);
    listener.result(result);
  };
  const result = (how: MochaEnd) =>
    guard.wrap((test: MochaTest, thrown?: unknown) => report(makeResult(test, how, thrown)));
  runner.on(
    'start',
    guard.wrap(() => {
      tally = new Tally();
      for (const one of earlier) report(one);
    }),
  );
  runner.on(
    'test',
    guard.wrap((test: MochaTest) => listener.begin?.(test.title, () => readProgress(test))),
  );
  runner.on('pass', result('pass'));
  runner.on('fail', result('fail'));
  runner.on('pending', result('pending'));
  runner.on('end', () => end(runner._abort === true));
}
