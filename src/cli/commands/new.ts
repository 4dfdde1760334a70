/** `mktrouble new <template> [file]`: a scenario to begin with, for each kind of trouble. Never overwrites. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CannotWrite, writeFileAtomically } from '../../boundary/write-file.ts';
import type { AddCommand } from '../command.ts';
import { complain, EXIT, type ExitCode } from '../exit.ts';
import { packageRoot } from '../package.ts';

const TEMPLATES = path.join(import.meta.dirname, '../templates/new');

export const addNew: AddCommand = ({ program, action }) => {
  program
    .command('new')
    .summary('a scenario to begin with')
    .description(
      'Writes a scenario of some kind of trouble into a file (default: scenarios/<template>.yaml), or lists the kinds. Never overwrites a file.',
    )
    .argument('[template]', `one of ${templateNames().join(', ')}`)
    .argument('[file]', 'where to; - is standard output')
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
    for (const one of names) process.stdout.write(`${one.padEnd(widest)}  ${readTemplate(one).about}\n`);
    return EXIT.ok;
  }
  if (!names.includes(name)) {
    const { didYouMean } = await import('../../scenario/source/nearest.ts');
    return complain(`there is no template ${name}`, didYouMean(name, names) ?? `known are ${names.join(', ')}`);
  }
  const file = given ?? path.join('scenarios', `${name}.yaml`);
  const text = `${schemaLine(file)}${readTemplate(name).body}`;
  if (file === '-') {
    process.stdout.write(text);
    return EXIT.ok;
  }
  try {
    writeFileAtomically(file, text, { exclusive: true });
  } catch (error) {
    if (!(error instanceof CannotWrite)) throw error;
    return complain(error.message, error.code === 'EEXIST' ? 'an existing file is never overwritten' : undefined);
  }
  process.stdout.write(`created  ${file}\n\nNext: npx mktrouble run ${file}\n`);
  return EXIT.ok;
}

/** The line by which an editor finds the schema; none where the file will lie out of its reach. */
function schemaLine(file: string): string {
  const folder = file === '-' ? process.cwd() : path.dirname(path.resolve(file));
  const schema = path.join(packageRoot(), 'schema/scenario.schema.json');
  const installed = path.join(nearestWith(folder, 'node_modules/mktrouble') ?? '/', 'node_modules/mktrouble');
  const inside = !path.relative(packageRoot(), folder).startsWith('..');
  if (!inside && !existsSync(installed)) return '';
  const target = inside ? schema : path.join(installed, 'schema/scenario.schema.json');
  return `# yaml-language-server: $schema=${path.relative(folder, target).split(path.sep).join('/')}\n`;
}

/** The nearest folder above that has this in it. */
function nearestWith(folder: string, name: string): string | undefined {
  if (existsSync(path.join(folder, name))) return folder;
  const above = path.dirname(folder);
  return above === folder ? undefined : nearestWith(above, name);
}
