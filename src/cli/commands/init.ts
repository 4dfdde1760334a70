/** `mktrouble init [dir]`: a first scenario, Mocha's configuration and a CI recipe. Never overwrites. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CannotWrite, writeFileAtomically } from '../../boundary/write-file.ts';
import type { AddCommand } from '../command.ts';
import { complain, EXIT, type ExitCode } from '../exit.ts';

/** Laid out as they will lie in the user's folder; a leading `_` stands for a dot. */
const TEMPLATES = path.join(import.meta.dirname, '../templates/init');

export const addInit: AddCommand = ({ program, action }) => {
  program
    .command('init')
    .summary('begin: a first scenario, .mocharc.json, a CI recipe')
    .description('Puts a first scenario, a .mocharc.json and a CI recipe into a folder. Never overwrites a file.')
    .argument('[dir]', 'where', '.')
    .action(action(init));
};

function init(folder: string): ExitCode {
  let made = 0;
  try {
    for (const template of templates()) made += copy(template, folder) ? 1 : 0;
  } catch (error) {
    if (error instanceof CannotWrite) return complain(error.message);
    throw error;
  }
  const run = folder === '.' ? 'npx mktrouble run' : `cd ${folder} && npx mktrouble run`;
  process.stdout.write(made > 0 ? `\nNext: ${run}\n` : '\nNothing to do.\n');
  return EXIT.ok;
}

/** The templates' paths from their folder. */
function templates(): string[] {
  return readdirSync(TEMPLATES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(TEMPLATES, path.join(entry.parentPath, entry.name)))
    .sort();
}

function copy(template: string, folder: string): boolean {
  const name = template.replace(/^_|(?<=\/)_/g, '.');
  const target = path.join(folder, name);
  try {
    writeFileAtomically(target, readFileSync(path.join(TEMPLATES, template)), { exclusive: true });
  } catch (error) {
    if (!(error instanceof CannotWrite) || error.code !== 'EEXIST') throw error;
    process.stdout.write(`kept     ${target} (it was there already)\n`);
    return false;
  }
  process.stdout.write(`created  ${target}\n`);
  return true;
}
