/** The words of a request to the agent, as agent/words.c reads them. */

const PLAIN = /^[\w./:=,+@-]$/;

/** Words for a request: one space between two, and each byte of UTF-8 that is not plain text as %XX. A word has no NUL. */
export function encodeWords(words: readonly (string | number)[]): string {
  return words.map((word) => encodeWord(String(word))).join(' ');
}

function encodeWord(word: string): string {
  let encoded = '';
  for (const byte of Buffer.from(word, 'utf8')) {
    const char = String.fromCharCode(byte);
    encoded += PLAIN.test(char) ? char : `%${byte.toString(16).padStart(2, '0')}`;
  }
  return encoded;
}
