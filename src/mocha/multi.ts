/**
 * Several reporters at once: `reporterOptions.reporters: [{ name, output?, options? }]`. Each has its own guard and its
 * own file; all that write to the terminal share it, so that a progress line is out of the way when another writes.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import Mocha from 'mocha';
import { REPORTERS, type ReporterSpec } from '../../reporters/registry.ts';
import { type Output, terminalOutput } from '../../reporters/shared/output.ts';
import { Guard } from './guard.ts';
import { listen, type MochaOptions, type MochaReporter, type MochaRunner } from './reporter.ts';

export class Multi {
  constructor(runner: MochaRunner, options: MochaOptions = {}) {
    const all = (options.reporterOptions ?? options.reporterOption ?? {}) as {
      reporters?: readonly ReporterSpec[];
      total?: number;
    };
    let terminal: Output | undefined;
    const stdout = (): Output => {
      terminal ??= terminalOutput(process.stdout, process.env, options.color);
      return terminal;
    };
    for (const { name, output, options: own } of all.reporters ?? [{ name: 'spec' }]) {
      const given = {
        ...(all.total !== undefined && { total: all.total }),
        ...own,
        ...(output !== undefined && { output }),
      };
      const shipped = Object.hasOwn(REPORTERS, name) ? REPORTERS[name] : undefined;
      if (shipped) listen(runner, name, shipped, given, stdout);
      else foreign(runner, name, { ...options, reporterOptions: given, reporterOption: given });
    }
  }
}

/** A reporter that is not ours, behind a guard of its own: whatever it throws in a handler fails the run. */
function foreign(runner: MochaRunner, name: string, options: MochaOptions): void {
  const guard = new Guard(name, runner);
  guard.run(() => {
    const Reporter = load(name);
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
