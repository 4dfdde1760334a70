/**
 * Text of files on its way to a terminal or a log. It may come from a stranger: a title, a path, a line of CRIU's log. It
 * must not move the cursor, change the direction of reading, hide itself, or be taken for a command by a CI service.
 * Runs in a browser too.
 */

/** Controls but tab and line feed, C1, directions and invisible marks, line separators, tags, halves of a pair. */
export const HOSTILE =
  /(?![\t\n])[\p{Control}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Surrogate}]/gu;
const LINE_BREAKS = /[\t\n]/g;

/** The text with hostile characters as `\uXXXX`, which JSON reads back; tabs and line feeds stay on request. */
export function harmless(text: string, keepLines = false): string {
  const escaped = text.replaceAll('\r\n', '\n').replace(HOSTILE, escapeUnits);
  return keepLines ? escaped : escaped.replace(LINE_BREAKS, escapeUnits);
}

function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, i) => escapeUnit(character.charCodeAt(i))).join('');
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

/** What picocolors writes; and what is written to redraw the last line, which counts at the start of a text only. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be found
const COLOR = /(\u001b\[(?:\d{1,3}(?:;\d{1,3})*)?m)/;
export const CLEAR_LINE = '\r\u001b[2K';

/**
 * Commands that CI services find in a log. GitHub Actions: `::` at the start of a line, and its older `##[` anywhere in it;
 * Azure Pipelines: `##vso[`; TeamCity: `##teamcity[`.
 */
const COMMAND_ANYWHERE = /#(?=#[a-z]*\[)/g;
const COMMAND_AT_START = /^([^\S\n]*):(?=:)/gm;

/**
 * The output boundary: what passes it has no hostile character but our own colours, and no line is a command. Where a line
 * goes on in the next text is remembered: one guard for each stream.
 */
export class LogGuard {
  /** The last line so far, when it is nothing but spaces: a `::` that follows would start it. */
  #blank = true;

  /** The text as it may be written. */
  pass(text: string): string {
    if (text === '') return '';
    const clears = text.startsWith(CLEAR_LINE);
    const parts = (clears ? text.slice(CLEAR_LINE.length) : text).split(COLOR);
    // Every second part is a colour.
    const plain = parts.map((part, i) => (i % 2 === 1 ? part : harmless(part, true))).join('');
    const quiet = plain.replace(COMMAND_ANYWHERE, escapeUnits);
    const atStart = this.#blank || clears;
    const safe = (atStart ? quiet : `x${quiet}`).replace(
      COMMAND_AT_START,
      (_, spaces: string) => spaces + escapeUnit(58),
    );
    const end = quiet.slice(quiet.lastIndexOf('\n') + 1);
    this.#blank = /^\s*$/.test(end) && (atStart || quiet.includes('\n'));
    return (clears ? CLEAR_LINE : '') + (atStart ? safe : safe.slice(1));
  }
}

interface Stream {
  write(...args: never[]): unknown;
}

/**
 * The stream's property with its write before it was guarded. In a clone the program guards its streams from the build, and
 * draws from the sources when they are newer: two copies of this module, and each must find what the other did.
 */
const UNGUARDED = Symbol.for('mktrouble.unguarded-write');

type Guarded = Stream & { [UNGUARDED]?: (text: string) => unknown };

/** From now on all text that is written to this stream, by any part of the program, passes a guard. */
export function guardStream(stream: NodeJS.WriteStream): void {
  if (isGuarded(stream)) return;
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  const guard = new LogGuard();
  (stream as Guarded)[UNGUARDED] = write;
  stream.write = (chunk: unknown, ...rest: unknown[]) =>
    write(typeof chunk === 'string' ? guard.pass(chunk) : chunk, ...rest);
}

/** Whether `guardStream` guards this stream. */
export function isGuarded(stream: Stream): boolean {
  return (stream as Guarded)[UNGUARDED] !== undefined;
}

/** Writes to a stream past its guard: for text that is a command, or draws a screen, and has been made harmless in parts. */
export function rawWriter(stream: Stream): (text: string) => unknown {
  return (stream as Guarded)[UNGUARDED] ?? ((text) => stream.write(text as never));
}
