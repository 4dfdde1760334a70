/**
 * Several reporters at once: `reporterOptions.reporters: [{ name, output?, options? }]`. Each has its own guard and its
 * own file; all that write to the terminal share it, so that a progress line is out of the way when another writes.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import Mocha from 'mocha';
import { REPORTERS, type ReporterSpec } from '../../reporters/registry.ts';
import type { ListenerFactory, ReporterOptions } from '../../reporters/shared/listener.ts';
import { type Output, terminalOutput } from '../../reporters/shared/output.ts';
import type { CaseResult } from '../../reporters/shared/result.ts';
import { isMistake } from '../config/own-backend.ts';
import { isModuleFile } from '../model/case.ts';
import { Guard } from './guard.ts';
import { readReporterModule } from './own-reporter.ts';
import { listen, type MochaOptions, type MochaReporter, type MochaRunner } from './reporter.ts';

export class Multi {
  /** `earlier`: results that are reported before those of the runner. */
  constructor(runner: MochaRunner, options: MochaOptions = {}, earlier: readonly CaseResult[] = []) {
    const all = (options.reporterOptions ?? options.reporterOption ?? {}) as {
      reporters?: readonly ReporterSpec[];
      total?: number;
    };
    let terminal: Output | undefined;
    const stdout = (): Output => {
      terminal ??= terminalOutput(process.stdout, process.env, options.color);
      return terminal;
    };
    const reporters = all.reporters ?? [{ name: 'spec' }];
    // Each listens to the run and to the end of the process; that there are many is no leak.
    for (const emitter of [runner, process]) emitter.setMaxListeners(emitter.getMaxListeners() + reporters.length);
    for (const { name, output, options: own } of reporters) {
      const given = {
        ...(all.total !== undefined && { total: all.total }),
        ...own,
        ...(output !== undefined && { output }),
      };
      const shipped = Object.hasOwn(REPORTERS, name) ? REPORTERS[name] : undefined;
      if (shipped) listen(runner, name, shipped, given, stdout, earlier);
      else if (isModuleFile(name)) ownReporter(runner, name, given, stdout, options, earlier);
      else foreign(runner, name, { ...options, reporterOptions: given, reporterOption: given });
    }
  }
}

/** A reporter in a file of the user's: of mktrouble's contract, or a class of Mocha's. */
function ownReporter(
  runner: MochaRunner,
  file: string,
  given: ReporterOptions,
  stdout: () => Output,
  options: MochaOptions,
  earlier: readonly CaseResult[],
): void {
  const read = readReporterModule(file);
  if (typeof read === 'function')
    return foreign(runner, file, { ...options, reporterOptions: given, reporterOption: given }, read as never);
  listen(runner, file, isMistake(read) ? refuse(read.message) : read.create, given, stdout, earlier);
}

/** A reporter that breaks when it is made: the run is not green. */
function refuse(message: string): ListenerFactory {
  return () => {
    throw new Error(message);
  };
}

/** A reporter that is not ours, behind a guard of its own: whatever it throws in a handler fails the run. */
function foreign(runner: MochaRunner, name: string, options: MochaOptions, known?: MochaReporter): void {
  const guard = new Guard(name, runner);
  guard.run(() => {
    const Reporter = known ?? load(name);
    new Reporter(guarded(runner, guard), options);
  });
  runner.on('end', () => guard.remind());
}

function load(name: string): MochaReporter {
  const own = (Mocha.reporters as unknown as Record<string, MochaReporter>)[name];
  if (own) return own;
  const loaded: unknown = createRequire(join(process.cwd(), 'package.json'))(name);
  const reporter = typeof loaded === 'function' ? loaded : (loaded as { default?: unknown }).default;
  if (typeof reporter !== 'function') throw new Error(`${name} is not a Mocha reporter: it exports no class`);
  return reporter as MochaReporter;
}

const ADDERS = new Set<string | symbol>(['on', 'once', 'addListener', 'prependListener', 'prependOnceListener']);

/** The runner, with handlers wrapped by the guard as they are added. */
function guarded(runner: MochaRunner, guard: Guard): MochaRunner {
  return new Proxy(runner, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      if (!ADDERS.has(key)) return value.bind(target);
      return (event: string, handler: (...args: unknown[]) => void) => value.call(target, event, guard.wrap(handler));
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
}
