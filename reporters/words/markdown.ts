/** Text of a user in Markdown. */
import { harmless } from '../../src/boundary/harmless.ts';

/** Our own Markdown in a cell of a table: only the signs that end a cell or begin a tag are escaped. */
export function markdownCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

/** The text on one line, without markup, as it may stand in a cell of a table; longer than `most` characters it is cut. */
export function markdownText(text: string, most = Number.POSITIVE_INFINITY): string {
  const flat = harmless(text, true).replace(/\s+/g, ' ').trim();
  const short = flat.length > most ? `${flat.slice(0, most)}…` : flat;
  return short
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_{}[\]#|~@]/g, '\\$&');
}
