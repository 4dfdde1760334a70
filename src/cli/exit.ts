/** The exit codes of `mktrouble`, and how it speaks of mistakes that a user made. */
import { harmless } from '../boundary/harmless.ts';
import { isRefusedFile, systemErrorCode, systemReason } from '../boundary/system-error.ts';

export const EXIT = {
  /** Everything as expected. */
  ok: 0,
  /** A property or an expectation does not hold. */
  finding: 1,
  /** Bad input: nothing was run. */
  input: 2,
  /** A defect of mktrouble, or of a backend. */
  defect: 3,
  /** A search was stopped before it was complete, and nothing was found. */
  incomplete: 4,
  /** Ended by SIGINT or SIGTERM, after reporting what was done. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

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
  if (isRefusedFile(error)) return complain(error.message);
  if (systemErrorCode(error) !== undefined) {
    const { syscall, path } = error as NodeJS.ErrnoException;
    return complain(`${syscall}${path === undefined ? '' : ` ${path}`}: ${systemReason(error)}`);
  }
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(harmless(`mktrouble: a defect of mktrouble itself; please report it:\n${what}\n`, true));
  return EXIT.defect;
}

/** Prints a remark that changes nothing about what the command does. */
export function note(message: string): void {
  process.stderr.write(harmless(`mktrouble: note: ${message}\n`, true));
}

/** Prints text of the program that may have text of files in it. */
export function print(text: string): void {
  process.stdout.write(harmless(text, true));
}
