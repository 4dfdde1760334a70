/**
 * Requests to an agent: lines of a word and fields (`kill pid=100 signal=9`), the first of which says what is asked. c/request.c
 * reads them.
 */

/** `true` is written as `yes`; a field that is false or undefined is left out. A text has no NUL. */
export type Fields = Readonly<Record<string, number | string | boolean | undefined>>;

const PLAIN = /^[\w./:=,+@-]*$/;

/** A line, without its end. */
export function line(word: string, fields: Fields = {}): string {
  let text = word;
  for (const key in fields) {
    const value = fields[key];
    if (value !== undefined && value !== false) text += ` ${key}=${encodeValue(value)}`;
  }
  return text;
}

/** Lines as they are sent: with their length in bytes before them. All that is no plain text is encoded in them. */
export function frame(lines: string): string {
  return `${lines.length + 1}\n${lines}\n`;
}

/** Each byte of UTF-8 that is no plain text as %XX. */
function encodeValue(value: number | string | true): string {
  if (typeof value === 'number') return String(value);
  if (value === true) return 'yes';
  if (PLAIN.test(value)) return value;
  let encoded = '';
  for (const byte of Buffer.from(value, 'utf8')) {
    const char = String.fromCharCode(byte);
    encoded += PLAIN.test(char) ? char : `%${byte.toString(16).padStart(2, '0')}`;
  }
  return encoded;
}
