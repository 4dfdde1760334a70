/** A program of the user's: its words as they are written in the file. */
import type { Subject } from '../../model/subject.ts';
import type { Checked } from '../check.ts';
import type { Path } from '../source/raw.ts';

/** The text of the file at a path. */
export type WrittenAt = (path: Path) => string;

/** The program of a case. */
export function resolveSubject({ command }: Checked<'subject'>, writtenAt: WrittenAt): Subject {
  return { command: resolveCommand(command, ['subject', 'command'], writtenAt) };
}

/** The words of a command. YAML reads `0755` as the number 755: the word is what is written. */
export function resolveCommand(words: readonly (string | number)[], path: Path, writtenAt: WrittenAt): string[] {
  return words.map((word, i) => textOf(word, writtenAt([...path, i])));
}

function textOf(value: string | number, written: string): string {
  if (typeof value === 'string') return value;
  // Not where the number is an alias, or comes from the matrix.
  return /^[-+.\w]+$/.test(written) ? written : String(value);
}
