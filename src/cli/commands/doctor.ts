/** `mktrouble doctor`: what each backend can do on this machine, and why not. */
import type { Command } from 'commander';
import { isBadSurroundings } from '../../backends/backend.ts';
import type { Options } from '../../config/index.ts';
import type { AddCommand } from '../command.ts';
import { criuOption } from '../engine-options.ts';
import { EXIT, type ExitCode, print } from '../exit.ts';
import { interruptible } from '../interrupt.ts';

export const addDoctor: AddCommand = ({ program, action }) => {
  program
    .command('doctor')
    .summary('show which backends work on this machine')
    .description('Prints for each backend what it supports on this machine, and why it does not support the rest.')
    .addOption(criuOption())
    .option('--json', 'print one JSON object', false)
    .action(action(doctor));
};

/** A backend that is unavailable is a result, not an error: only a backend that fails to answer is one. */
async function doctor({ json }: { readonly json: boolean }, command: Command): Promise<ExitCode> {
  const { readOptions } = await import('../options.ts');
  const options = readOptions(command, [], ['criu']);
  if (typeof options === 'number') return options;
  // Backends start processes to find out.
  return interruptible((signal) => examine(json, options, signal));
}

async function examine(json: boolean, options: Options, signal: AbortSignal): Promise<ExitCode> {
  const { KNOWN_BACKENDS, openBackend } = await import('../../injector/backends.ts');
  const answers: Record<string, readonly { name: string; available: boolean; detail: string }[]> = {};
  const { projects, ...engine } = options;
  const own = projects.flatMap(({ module }) => module ?? []);
  for (const name of new Set([...KNOWN_BACKENDS, ...own])) {
    if (signal.aborted) return EXIT.interrupted;
    const backend = await openBackend(name, engine);
    try {
      answers[backend.name] = await backend.capabilities();
    } catch (error) {
      if (!isBadSurroundings(error)) throw error;
      answers[backend.name] = [{ name: backend.name, available: false, detail: error.message }];
    } finally {
      await backend.dispose();
    }
  }
  if (json) {
    print(`${JSON.stringify(answers, undefined, 2)}\n`);
    return EXIT.ok;
  }
  const widest = Math.max(...Object.values(answers).flatMap((list) => list.map(({ name }) => name.length)));
  for (const [backend, capabilities] of Object.entries(answers)) {
    print(`${backend}\n`);
    for (const { name, available, detail } of capabilities) {
      print(`  ${available ? 'yes' : 'no '}  ${name.padEnd(widest)}  ${detail}\n`);
    }
  }
  return EXIT.ok;
}
