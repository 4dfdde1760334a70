/** `mktrouble init [dir]`: a first scenario, Mocha's configuration and a CI recipe. Never overwrites. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CannotWrite, writeFileAtomically } from '../../boundary/write-file.ts';
import type { AddCommand } from '../command.ts';
import { complain, EXIT, type ExitCode, print } from '../exit.ts';
import { nearestWith, schemaLine, schemaToBeSeenFrom } from '../schema-line.ts';
import { workflow } from '../workflow.ts';

/** Laid out as they will lie in the user's folder; a leading `_` stands for a dot. */
const TEMPLATES = path.join(import.meta.dirname, '../templates/init');

export const addInit: AddCommand = ({ program, action }) => {
  program
    .command('init')
    .summary('create a first scenario, .mocharc.json and a CI workflow')
    .description(
      'Creates a first scenario, a .mocharc.json and a GitHub workflow for it (at the root of the repository). Never overwrites a file.',
    )
    .argument('[dir]', 'folder of the project', '.')
    .action(action(init));
};

function init(folder: string): ExitCode {
  const project = path.resolve(folder);
  let made = 0;
  try {
    for (const [file, text] of filesFor(project)) made += create(file, text) ? 1 : 0;
  } catch (error) {
    if (error instanceof CannotWrite) return complain(error.message);
    throw error;
  }
  const run = folder === '.' ? 'npx mktrouble run' : `cd ${folder} && npx mktrouble run`;
  print(made > 0 ? `\nNext: ${run}\n` : '\nNothing to do.\n');
  return EXIT.ok;
}

/** What is to be written, by the absolute paths of the files. */
function* filesFor(project: string): Generator<readonly [string, string]> {
  for (const template of templates()) {
    const file = path.join(project, template.replace(/^_|(?<=\/)_/g, '.'));
    const text = readFileSync(path.join(TEMPLATES, template), 'utf8');
    const schema = schemaToBeSeenFrom(path.dirname(file), project);
    yield [file, file.endsWith('.yaml') ? `${schemaLine(schema)}${text}` : text];
  }
  // GitHub runs only what is at the root of the repository.
  const repository = nearestWith(project, '.git') ?? project;
  const { name, text } = workflow(path.relative(repository, project).split(path.sep).join('/'));
  yield [path.join(repository, '.github/workflows', name), text];
}

/** The templates' paths from their folder. */
function templates(): string[] {
  return readdirSync(TEMPLATES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(TEMPLATES, path.join(entry.parentPath, entry.name)))
    .sort();
}

function create(file: string, text: string): boolean {
  const shown = path.relative(process.cwd(), file);
  try {
    writeFileAtomically(file, text, { exclusive: true });
  } catch (error) {
    if (!(error instanceof CannotWrite) || error.code !== 'EEXIST') throw error;
    print(`kept     ${shown} (it existed already)\n`);
    return false;
  }
  print(`created  ${shown}\n`);
  return true;
}
