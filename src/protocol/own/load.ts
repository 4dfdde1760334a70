/** Protocol files from the disk, and their mistakes as a text. */
import { CannotRead, readOwnText } from '../../boundary/read-file.ts';
import type { OwnProtocol, ProtocolMistake } from './protocol.ts';
import { MAX_PROTOCOL_BYTES, readProtocol } from './read.ts';

interface Known {
  readonly text: string;
  readonly read: OwnProtocol | readonly ProtocolMistake[];
}

const known = new Map<string, Known>();

/** The protocol in a file, by its path from the working folder; or its mistakes. Throws CannotRead. */
export function loadProtocol(file: string): OwnProtocol | readonly ProtocolMistake[] {
  // A search reads it once for each machine; a file that has changed is another protocol.
  const text = readOwnText(file, MAX_PROTOCOL_BYTES);
  const before = known.get(file);
  if (before?.text === text) return before.read;
  const read = readProtocol(text, file);
  known.set(file, { text, read });
  return read;
}

/** Mistakes as `file:line:column: message`, a line for each. */
export function describeMistakes(file: string, mistakes: readonly ProtocolMistake[]): string {
  return mistakes
    .map(
      ({ line, column, message, hint }) =>
        `${file}:${line}:${column}: ${message}${hint === undefined ? '' : ` (${hint})`}`,
    )
    .join('\n');
}

/** The protocol in a file that was found to be right. Throws an error that says what is wrong with it by now. */
export function requireProtocol(file: string): OwnProtocol {
  const found = loadProtocol(file);
  if ('name' in found) return found;
  throw new CannotRead(file, `it is no protocol: ${describeMistakes(file, found)}`);
}
