/** `mktrouble init [dir]`: a first scenario, Mocha's configuration and a CI recipe. Never overwrites. */
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
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
    return complain(`can't write to ${folder}: ${(error as Error).message}`);
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
  if (existsSync(target)) {
    process.stdout.write(`kept     ${target} (it was there already)\n`);
    return false;
  }
  mkdirSync(path.dirname(target), { recursive: true });
  cpSync(path.join(TEMPLATES, template), target, { errorOnExist: true, force: false });
  process.stdout.write(`created  ${target}\n`);
  return true;
}
