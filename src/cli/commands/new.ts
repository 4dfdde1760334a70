/** `mktrouble new <template> [file]`: a scenario to begin with, for each kind of trouble. Never overwrites. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CannotWrite, writeFileAtomically } from '../../boundary/write-file.ts';
import type { AddCommand } from '../command.ts';
import { complain, EXIT, type ExitCode, print } from '../exit.ts';
import { schemaLine, schemaSeenFrom } from '../schema-line.ts';

const TEMPLATES = path.join(import.meta.dirname, '../templates/new');

export const addNew: AddCommand = ({ program, action }) => {
  program
    .command('new')
    .summary('create a scenario from a template')
    .description(
      'Writes a scenario from a template (default file: scenarios/<template>.yaml); without a template, lists the templates. Never overwrites a file.',
    )
    .argument('[template]', `one of ${templateNames().join(', ')}`)
    .argument('[file]', 'file to write; - is standard output')
    .action(action(create));
};

/** What `mktrouble new` can write, by name. */
export function templateNames(): string[] {
  return readdirSync(TEMPLATES)
    .map((file) => path.basename(file, '.yaml'))
    .sort();
}

/** The text of a template, and what it is about: its first line. */
function readTemplate(name: string): { readonly about: string; readonly body: string } {
  const [first = '', ...rest] = readFileSync(path.join(TEMPLATES, `${name}.yaml`), 'utf8').split('\n');
  return { about: first.replace(/^# */, ''), body: rest.join('\n') };
}

async function create(name: string | undefined, given: string | undefined): Promise<ExitCode> {
  const names = templateNames();
  if (name === undefined) {
    const widest = Math.max(...names.map((one) => one.length));
    for (const one of names) print(`${one.padEnd(widest)}  ${readTemplate(one).about}\n`);
    return EXIT.ok;
  }
  if (!names.includes(name)) {
    const { didYouMean } = await import('../../scenario/source/nearest.ts');
    return complain(`unknown template ${name}`, didYouMean(name, names) ?? `known are ${names.join(', ')}`);
  }
  const file = given ?? path.join('scenarios', `${name}.yaml`);
  const schema = schemaSeenFrom(file === '-' ? process.cwd() : path.dirname(path.resolve(file)));
  // Out of its reach an editor would only complain.
  const text = `${schema === undefined ? '' : schemaLine(schema)}${readTemplate(name).body}`;
  if (file === '-') {
    print(text);
    return EXIT.ok;
  }
  try {
    writeFileAtomically(file, text, { exclusive: true });
  } catch (error) {
    if (!(error instanceof CannotWrite)) throw error;
    return complain(error.message, error.code === 'EEXIST' ? 'an existing file is never overwritten' : undefined);
  }
  print(`created  ${file}\n\nNext: npx mktrouble run ${file}\n`);
  return EXIT.ok;
}
