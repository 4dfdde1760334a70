/** `mktrouble config`: each setting that has a value, and where it comes from. */
import type { Command } from 'commander';
import { describeSetting, SETTING_NAMES } from '../../config/schema.ts';
import type { AddCommand } from '../command.ts';
import { EXIT, type ExitCode, print } from '../exit.ts';
import { withRunOptions } from './run.ts';

export const addConfig: AddCommand = ({ program, action }) => {
  withRunOptions(
    program
      .command('config')
      .summary('show the settings of a run')
      .description(
        'Prints each setting that has a value and where it comes from. The command line goes before the environment, the environment before mktrouble.config.*, that before the defaults.',
      )
      .argument('[paths...]', 'scenario files or folders'),
  )
    .option('--json', 'print one JSON object', false)
    .action(action(config));
};

async function config(
  paths: readonly string[],
  { json }: { readonly json: boolean },
  command: Command,
): Promise<ExitCode> {
  const { readSources } = await import('../options.ts');
  const { formatDiagnostic } = await import('../../scenario/index.ts');
  const { options, origins, diagnostics, file } = readSources(command, paths);
  for (const one of diagnostics) process.stderr.write(`${formatDiagnostic(one)}\n\n`);
  const { refuseMissing } = await import('../files.ts');
  const missing = refuseMissing(paths);
  if (!options || missing !== undefined) return EXIT.input;
  const defaults = listDefaults(origins);
  if (json) {
    const settings = Object.fromEntries(origins);
    print(`${JSON.stringify({ version: 1, file: file ?? null, settings, defaults, options }, undefined, 2)}\n`);
    return EXIT.ok;
  }
  print(file === undefined ? 'no configuration file\n\n' : `configuration file: ${file}\n\n`);
  const rows = [
    ...[...origins].map(([name, { value, from }]) => [name, JSON.stringify(value), from] as const),
    ...Object.entries(defaults).map(([name, value]) => [name, value, 'default'] as const),
  ];
  const [first, second] = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)));
  for (const [name, value, from] of rows)
    print(`${name.padEnd(first!)}  ${value.padEnd(Math.min(second!, 40))}  ${from}\n`);
  return EXIT.ok;
}

/** What holds of the settings that nothing sets: their descriptions say it. */
function listDefaults(origins: ReadonlyMap<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    SETTING_NAMES.filter((name) => !origins.has(name)).flatMap((name) => {
      const [, value] = /Default: (.+?)\.(?:\s|$)/s.exec(describeSetting(name)) ?? [];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
