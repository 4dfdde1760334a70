/** `mktrouble new <template> [file]`: a scenario to begin with, for each kind of trouble, or from a template of one's own. Never overwrites. */
import path from 'node:path';
import type { Command } from 'commander';
import { harmless } from '../../boundary/harmless.ts';
import { CannotWrite, writeFileAtomically } from '../../boundary/write-file.ts';
import type { Options } from '../../config/options.ts';
import { isModuleFile } from '../../model/case.ts';
import type { AddCommand } from '../command.ts';
import { complain, EXIT, type ExitCode, print } from '../exit.ts';
import { schemaLine, schemaSeenFrom } from '../schema-line.ts';
import type { OwnTemplate } from '../templates/own.ts';
import { shippedTemplate, templateNames } from '../templates/shipped.ts';

export const addNew: AddCommand = ({ program, action }) => {
  program
    .command('new')
    .summary('create a scenario from a template')
    .description(
      'Writes a scenario from a template (default file: scenarios/<template>.yaml); without a template, lists the templates, those of the configuration too. Never overwrites a file.',
    )
    .argument('[template]', `one of ${templateNames().join(', ')}, or the file of one of your own`)
    .argument('[file]', 'file to write; - is standard output')
    .action(action(create));
};

async function create(
  name: string | undefined,
  given: string | undefined,
  _flags: unknown,
  command: Command,
): Promise<ExitCode> {
  const { readTemplateModule } = await import('../templates/module.ts');
  const { isMistake } = await import('../../config/own-backend.ts');
  const { readOptions } = await import('../options.ts');
  const { KNOWN_SETTINGS } = await import('../../injector/known.ts');
  const known = { ...KNOWN_SETTINGS, readTemplate: readTemplateModule };
  const options = readOptions(command, [], [], known);
  if (typeof options === 'number') return options;
  if (name !== undefined && isModuleFile(name)) {
    const read = readTemplateModule(name);
    if (!isMistake(read)) return write(read, given, options);
    const { suggestPath } = await import('../nearest-path.ts');
    return complain(read.message, suggestPath(name) ?? read.hint);
  }
  const own = (options.templates ?? []).flatMap((file) => {
    const read = readTemplateModule(file);
    return isMistake(read) ? [] : [read];
  });
  const names = [...templateNames(), ...own.map((one) => one.name)];
  const find = (wanted: string) => own.find((one) => one.name === wanted) ?? shippedTemplate(wanted);
  if (name === undefined) {
    const widest = Math.max(...names.map((one) => one.length));
    for (const one of names) print(`${one.padEnd(widest)}  ${harmless(find(one).about)}\n`);
    return EXIT.ok;
  }
  if (names.includes(name)) return write(find(name), given, options);
  const { didYouMean } = await import('../../scenario/source/nearest.ts');
  return complain(`unknown template ${name}`, didYouMean(name, names) ?? `known are ${names.join(', ')}`);
}

/** Writes the scenario of a template, which is without mistakes. */
async function write(template: OwnTemplate, given: string | undefined, options: Options): Promise<ExitCode> {
  const file = given ?? path.join('scenarios', `${template.name}.yaml`);
  const made = makeText(template, file);
  if (typeof made === 'number') return made;
  const schema = schemaSeenFrom(file === '-' ? process.cwd() : path.dirname(path.resolve(file)));
  // Out of its reach an editor would only complain.
  const text = `${schema === undefined ? '' : schemaLine(schema)}${made}`;
  const { countMistakes } = await import('../templates/check.ts');
  if (countMistakes(text, file, options) > 0)
    return complain(`the template ${template.name} makes no valid scenario; nothing was written`);
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

/** What a template makes; or exit code 2 for one that throws, or makes no text. */
function makeText({ name, make }: OwnTemplate, file: string): string | typeof EXIT.input {
  let made: unknown;
  try {
    made = make({ file });
  } catch (error) {
    return complain(`the template ${name} broke: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof made !== 'string') return complain(`the template ${name} makes no text`);
  return made.endsWith('\n') ? made : `${made}\n`;
}
