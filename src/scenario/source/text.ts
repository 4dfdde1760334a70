/** A source text: its lines, the place of an offset, and the code frame that shows a place. */
import { HOSTILE } from '../../boundary/harmless.ts';

/** A range of offsets, the end not in it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Line and column from 1, in UTF-16 code units as editors count. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Columns of a code frame's line; a longer line is cut around the place. */
const FRAME_WIDTH = 100;
const CONTEXT_LINES = 2;

export class SourceText {
  readonly file: string;
  readonly text: string;
  readonly #lineStarts: number[] = [0];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  /** The place of an offset; one past the end is the end. */
  place(offset: number): Place {
    const clamped = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle]! <= clamped) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: clamped - this.#lineStarts[low]! + 1 };
  }

  /** The offset of a place. */
  offset({ line, column }: Place): number {
    return (this.#lineStarts[line - 1] ?? this.text.length) + column - 1;
  }

  /** The text of a line, counted from 1, without its line end and made safe for a terminal. */
  line(number: number): string {
    const start = this.#lineStarts[number - 1];
    if (start === undefined) return '';
    const end = this.#lineStarts[number] ?? this.text.length + 1;
    return printable(this.text.slice(start, end - 1).replace(/\r$/, ''));
  }

  /** The lines around a span, numbered, with a marker below what is meant. */
  frame(span: Span): string {
    const from = this.place(span.start);
    const to = this.place(Math.max(span.start, span.end));
    const last = Math.min(this.#lineStarts.length, from.line + CONTEXT_LINES);
    const digits = String(last).length;
    const cut = cutting(this.line(from.line), from.column);
    const out: string[] = [];
    for (let n = Math.max(1, from.line - CONTEXT_LINES); n <= last; n++) {
      const here = n === from.line;
      // The line after the last line end is no line of the file, unless the mistake is there.
      if (!here && n === this.#lineStarts.length && this.line(n) === '') continue;
      const row = `${here ? '>' : ' '} ${String(n).padStart(digits)} | ${cut(this.line(n))}`;
      out.push(row.trimEnd());
      if (!here) continue;
      const end = to.line === from.line ? to.column : this.line(n).length + 1;
      const lead = cut.lead(from.column);
      const width = Math.max(1, Math.min(end - from.column, FRAME_WIDTH - lead.length));
      out.push(`  ${' '.repeat(digits)} | ${lead}${'^'.repeat(width)}`);
    }
    return out.join('\n');
  }
}

interface Cut {
  (line: string): string;
  /** What stands before the marker, tabs kept so that it lines up. */
  lead(column: number): string;
}

/** Cuts lines that are too long to a window that shows `column` of the line `marked`. */
function cutting(marked: string, column: number): Cut {
  const from = column <= FRAME_WIDTH * 0.8 ? 0 : column - Math.floor(FRAME_WIDTH / 2);
  const cut = (line: string): string => line.slice(from, from + FRAME_WIDTH);
  return Object.assign(cut, {
    lead: (at: number) =>
      marked
        .slice(from, at - 1)
        .replace(WIDE, WIDE_SPACE)
        .replace(/[^\t\u3000]/g, ' ') + ' '.repeat(Math.max(0, at - 1 - marked.length)),
  });
}

/** Characters that are two columns wide on a terminal, and the space that is. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g;
const WIDE_SPACE = '\u3000';

/** A line without hostile characters: one mark for each, so that columns stay. */
function printable(line: string): string {
  return line.replace(HOSTILE, (character) => '\ufffd'.repeat(character.length));
}
