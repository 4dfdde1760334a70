/** Lines of a file that grows. */
import { closeSync, readSync } from 'node:fs';
import { openRegular } from './read-file.ts';

/** Bytes that are read at once. */
const CHUNK = 1 << 20;
/** Bytes of a line, at most. */
export const MAX_LINE_BYTES = 1 << 24;
const NEWLINE = 10;

/**
 * Reads the whole lines of a regular file from byte `from` on, which is the start of a line. Returns the byte after the last of them: what
 * follows it has no end yet, or is torn. A line of more than MAX_LINE_BYTES is left out. Throws CannotRead.
 */
export function readLines(file: string, from: number, onLine: (line: string) => void): number {
  const fd = openRegular(file);
  try {
    const chunk = Buffer.allocUnsafe(CHUNK);
    let start = from;
    let at = from;
    let pieces: Buffer[] = [];
    let length = 0;
    for (;;) {
      const read = readSync(fd, chunk, 0, CHUNK, at);
      if (read === 0) return start;
      let taken = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1 && end < read; end = chunk.indexOf(NEWLINE, taken)) {
        const last = chunk.subarray(taken, end);
        length += last.length;
        // Decoded as a whole: a character may lie across two chunks.
        if (length <= MAX_LINE_BYTES) onLine(Buffer.concat([...pieces, last]).toString('utf8'));
        [pieces, length, taken] = [[], 0, end + 1];
        start = at + taken;
      }
      length += read - taken;
      if (length <= MAX_LINE_BYTES) pieces.push(Buffer.from(chunk.subarray(taken, read)));
      else pieces = [];
      at += read;
    }
  } finally {
    closeSync(fd);
  }
}
