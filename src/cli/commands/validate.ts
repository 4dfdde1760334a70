/** `mktrouble validate [paths…]`: loads scenario files and prints every error. */
import type { Command } from 'commander';
import type { AddCommand } from '../command.ts';
import { EXIT, type ExitCode, print } from '../exit.ts';

export const addValidate: AddCommand = ({ program, action }) => {
  program
    .command('validate')
    .summary('check scenario files')
    .description('Checks the scenario files under these paths (default: scenarios) and prints every error.')
    .argument('[paths...]', 'scenario files or folders')
    .action(action(validate));
};

async function validate(paths: readonly string[], _flags: object, command: Command): Promise<ExitCode> {
  const { loadArguments } = await import('../files.ts');
  const loaded = loadArguments(command, paths);
  if (typeof loaded === 'number') return loaded;
  let cases = 0;
  for (const file of loaded.values()) cases += file.cases.length;
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  print(`${count(loaded.size, 'file')}, ${count(cases, 'case')}: no errors\n`);
  return EXIT.ok;
}
