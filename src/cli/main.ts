/** The command line: parses it, hands it to a command, and turns how that ended into an exit code. */
import { Command, CommanderError, Help, type Option } from 'commander';
import { hasLateVerb } from '../backends/own-faults.ts';
import { packageVersion } from '../boundary/package.ts';
import { flushStreams } from '../boundary/write-stream.ts';
import { didYouMean } from '../scenario/source/nearest.ts';
import { COMMANDS } from './commands/index.ts';
import { EXIT, type ExitCode, explainException } from './exit.ts';

/** Runs the program with these arguments (as `process.argv`) and says how it ended. Never rejects. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  let exit: ExitCode = EXIT.ok;
  const program = new Command('mktrouble')
    .description(
      'Injects faults into the checkpoint and restart of process trees, and checks that no process hangs, survives or is lost.',
    )
    .version(packageVersion())
    .option('--no-config', 'do not read mktrouble.config.*')
    .configureHelp({ optionDescription })
    .showHelpAfterError('(see mktrouble --help or mktrouble help <command>)')
    .exitOverride();
  for (const add of COMMANDS) {
    add({
      program,
      action:
        (body) =>
        async (...args) => {
          exit = await body(...args);
        },
    });
  }
  try {
    await program.parseAsync(argv);
    const lost = await flushStreams();
    const code = exit === EXIT.ok && lost > 0 ? EXIT.input : exit;
    // What a fault verb of the user's own still waits for is not waited for.
    if (hasLateVerb()) process.exit(code);
    return code;
  } catch (error) {
    suggestCommand(program, argv.slice(2));
    return toExitCode(error);
  }
}

/** A flag that is off and a list that is empty are no defaults worth a line of help. */
function optionDescription(this: Help, option: Option): string {
  const { defaultValue: value } = option;
  const isNothing = value === false || (Array.isArray(value) && value.length === 0);
  const shown = isNothing ? Object.create(option, { defaultValue: { value: undefined } }) : option;
  return Help.prototype.optionDescription.call(this, shown);
}

/** `help rnu` prints all commands; the one that was meant is named. */
function suggestCommand(program: Command, [first, ...words]: readonly string[]): void {
  if (first !== 'help') return;
  let command: Command = program;
  for (const word of words) {
    const names = command.commands.map((one) => one.name());
    const inner = command.commands.find((one) => one.name() === word);
    const hint = inner || names.length === 0 ? undefined : didYouMean(word, names);
    if (hint !== undefined) process.stderr.write(`unknown command ${word}: ${hint}\n`);
    if (!inner) return;
    command = inner;
  }
}

/** Commander has said what is wrong with the command line. */
function toExitCode(error: unknown): ExitCode {
  if (error instanceof CommanderError) {
    suggestChoice(error);
    return error.exitCode === 0 ? EXIT.ok : EXIT.input;
  }
  return explainException(error);
}

/** Of a choice that does not exist commander lists the others; the nearest is named, as for every other name. */
function suggestChoice({ code, message }: CommanderError): void {
  if (code !== 'commander.invalidArgument') return;
  const [, given, listed] =
    /(?:argument|value) '([^']*)' is invalid(?: for argument '[^']*')?\. Allowed choices are (.*)\.$/s.exec(message) ??
    [];
  const hint = given === undefined || listed === undefined ? undefined : didYouMean(given, listed.split(', '));
  if (hint !== undefined) process.stderr.write(`  ${hint}\n`);
}
