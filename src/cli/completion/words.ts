/** What a shell can complete: the commands with their options and the words that each may be followed by. */
import type { Argument, Command, Option } from 'commander';
import { REPORTER_NAMES } from '../../config/values.ts';
import { KNOWN_BACKENDS } from '../../injector/backends.ts';
import { KNOWN_NAMES } from '../../injector/known.ts';
import { glossary } from '../glossary.ts';

export interface CompletedOption {
  /** `--seed`, and `-s` where there is one. */
  readonly flags: readonly string[];
  readonly description: string;
  /** What may follow it: nothing, one of these words, or a file (also: anything). */
  readonly value: 'none' | 'file' | readonly string[];
}

export interface CompletedCommand {
  /** The words that name it: `run`, or `report merge`. */
  readonly path: readonly string[];
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** Words that may stand as its argument, beside files. */
  readonly words: readonly string[];
  readonly files: boolean;
}

/** Words by the names of options and arguments that take them. */
function knownWords(): Readonly<Record<string, readonly string[]>> {
  return {
    backend: [...KNOWN_BACKENDS, 'all'],
    protocol: KNOWN_NAMES.protocols,
    reporter: REPORTER_NAMES,
    word: [...new Set(glossary().map(({ word }) => word))],
    shell: ['bash', 'zsh', 'fish'],
  };
}

/** Every command below this one, in the order of --help. `words`: more words, by the name of an argument. */
export function completedCommands(
  program: Command,
  words: Readonly<Record<string, readonly string[]>> = {},
): CompletedCommand[] {
  const known = { ...knownWords(), ...words };
  const visit = (command: Command, path: readonly string[]): CompletedCommand[] => {
    const below = command.commands.flatMap((inner) => visit(inner, [...path, inner.name()]));
    return path.length === 0 ? below : [{ path, ...completed(command, known) }, ...below];
  };
  return visit(program, []);
}

function completed(
  command: Command,
  known: Readonly<Record<string, readonly string[]>>,
): Omit<CompletedCommand, 'path'> {
  const listWords = (one: Argument | Option): readonly string[] | undefined => one.argChoices ?? known[one.name()];
  const args: readonly Argument[] = command.registeredArguments;
  return {
    description: command.summary() || command.description(),
    options: command.options.map((option: Option) => ({
      flags: [option.long, option.short].filter((flag) => typeof flag === 'string'),
      description: option.description,
      value: option.required || option.optional ? (listWords(option) ?? 'file') : 'none',
    })),
    words: [...command.commands.map((inner) => inner.name()), ...args.flatMap((arg) => listWords(arg) ?? [])],
    files: args.some((arg) => listWords(arg) === undefined),
  };
}
