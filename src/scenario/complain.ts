/** Mistakes as the checks of a document report them: by a path, which the loader converts to a position. */
import type { Mistake } from './source/diagnostic.ts';
import { didYouMean } from './source/nearest.ts';
import type { Part, Path } from './source/raw.ts';

/** A mistake at a path. */
export interface Complaint extends Omit<Mistake, 'span'> {
  readonly path: Path;
  /** What is marked: the value (the default) or its key. */
  readonly part?: Part;
}

export type Complain = (complaint: Complaint) => void;

/** More words than this are not listed in a message. */
const MAX_LISTED = 32;
/** More words are not compared: the hint would take longer than the check. */
const MAX_COMPARED = 1000;

/** An unknown word: the message, the known words, and the nearest of them. */
export function unknown(path: Path, what: string, word: string, known: () => readonly string[]): Complaint {
  return {
    path,
    message: `unknown ${what} ${word}`,
    expected: () => listed(known()),
    hint: () => didYouMean(word, known().slice(0, MAX_COMPARED)),
  };
}

/** Words for a message: all of them, or how many there are. */
export function listed(words: readonly string[]): string | undefined {
  if (words.length === 0) return undefined;
  if (words.length <= MAX_LISTED) return words.join(', ');
  return `one of ${words.length}, from ${words[0]} to ${words.at(-1)}`;
}
