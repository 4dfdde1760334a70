/**
 * Text for terminals: its width in columns, cutting and wrapping. Not by wrap-ansi and cli-truncate: the first normalises
 * characters, the second exceeds the columns at some grapheme clusters (the properties in the tests show both).
 */
import stringWidth from 'string-width';

/** Columns that a text takes on a terminal; colours take none, wide characters two. */
export function width(text: string): number {
  return stringWidth(text);
}

/** The text filled up with spaces to `columns`; longer text stays as it is. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

/** The text cut to at most `columns`, the cut shown by `ellipsis`. For text without colours. */
export function cut(text: string, columns: number, ellipsis: string): string {
  if (width(text) <= columns) return text;
  const room = columns - width(ellipsis);
  if (room <= 0) return ellipsis.slice(0, Math.max(0, columns));
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += width(segment);
    if (used > room) break;
    kept += segment;
  }
  return kept + ellipsis;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The text in lines of at most `columns` (at least 8), broken at spaces where there are any. For text without colours. */
export function wrap(text: string, columns: number): string[] {
  const room = Math.max(8, columns);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((w) => chop(w, room))) {
    if (line !== '' && width(line) + 1 + width(word) > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

function chop(word: string, room: number): string[] {
  if (width(word) <= room) return [word];
  const parts: string[] = [];
  let part = '';
  for (const { segment } of graphemes.segment(word)) {
    if (width(part + segment) > room) {
      parts.push(part);
      part = '';
    }
    part += segment;
  }
  return [...parts, part];
}

/** The first lines of a text, and how many were left out. */
export function head(text: string, lines: number): { readonly lines: string[]; readonly more: number } {
  const all = text.split('\n');
  return { lines: all.slice(0, lines), more: Math.max(0, all.length - lines) };
}
