/** How the command line says what is wrong, and with which exit code it ends. */
import { EXIT } from '../boundary/exit-code.ts';
import { harmless } from '../boundary/harmless.ts';
import { type FileError, isRefusedFile, systemErrorCode, systemReason } from '../boundary/system-error.ts';
import { suggestPath } from './nearest-path.ts';

export { EXIT, type ExitCode } from '../boundary/exit-code.ts';

/** Says what is wrong with the input, and how to put it right. */
export function complain(message: string, hint?: string): typeof EXIT.input {
  process.stderr.write(harmless(`mktrouble: ${message}\n${hint === undefined ? '' : `  ${hint}\n`}`, true));
  return EXIT.input;
}

/**
 * Says what an exception means, and gives its exit code: what the machine refuses (a full disk, no file handles, no
 * permission) is for the user to put right, anything else is a defect of ours, with its stack.
 */
export function explainException(error: unknown): typeof EXIT.input | typeof EXIT.defect {
  if (isRefusedFile(error)) return complain(error.message, suggestFile(error));
  if (systemErrorCode(error) !== undefined) {
    const { syscall, path } = error as NodeJS.ErrnoException;
    return complain(`${syscall}${path === undefined ? '' : ` ${path}`}: ${systemReason(error)}`);
  }
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(harmless(`mktrouble: a defect of mktrouble itself; please report it:\n${what}\n`, true));
  return EXIT.defect;
}

/** For a file that does not exist, the one that may be meant. */
export function suggestFile({ file, code }: FileError): string | undefined {
  return code === 'ENOENT' ? suggestPath(file) : undefined;
}

/** Prints a remark that changes nothing about what the command does. */
export function note(message: string): void {
  process.stderr.write(harmless(`mktrouble: note: ${message}\n`, true));
}

/** Prints text of the program that may have text of files in it. */
export function print(text: string): void {
  process.stdout.write(harmless(text, true));
}
