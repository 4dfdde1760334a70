/** The case runs commands, and the user has not allowed that. */
import { BadSurroundings } from '../backend.ts';
import { quoted } from './command.ts';

export class CommandsNotAllowed extends BadSurroundings {
  constructor(command: readonly string[]) {
    super(
      `the scenario runs a command, which is not allowed: ${quoted(command)}\n` +
        'Read the command, then allow it with --allow-commands (allowCommands in the options of the library and of Mocha).',
    );
  }
}
