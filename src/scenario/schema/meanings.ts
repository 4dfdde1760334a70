/** What the words of a choice mean, for pages that show them one by one. */
import { ERRNOS } from '../../model/errno.ts';
import { VALUE_WORDS } from './words.ts';

const errnos = Object.fromEntries(Object.entries(ERRNOS).map(([name, { meaning }]) => [name, meaning]));
const TABLES: readonly Readonly<Record<string, string>>[] = [...VALUE_WORDS.map(({ words }) => words), errnos];

/** The meaning of each word of a choice; undefined when it is no choice that the format explains. */
export function findMeanings(words: readonly string[]): string[] | undefined {
  for (const table of [...TABLES, ...TABLES.map((one) => ({ ...errnos, ...one }))]) {
    if (words.every((word) => Object.hasOwn(table, word))) return words.map((word) => table[word]!);
  }
  return undefined;
}
