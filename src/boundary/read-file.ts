/**
 * Files that this program reads: regular ones, up to a limit. Anything else (a FIFO that never ends, a device, a file of
 * many gigabytes) is refused before it is read.
 */
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { explainRefusal, FileError } from './system-error.ts';

/** A file that cannot be read. */
export class CannotRead extends FileError {
  override readonly name = 'CannotRead';

  constructor(file: string, cause: unknown) {
    super('read', file, cause);
  }
}

/** The name that stands for standard input where a command reads one file. */
export const STANDARD_INPUT = '-';
const CHUNK = 1 << 16;

/** The bytes of a regular file of at most `limit` bytes. Throws CannotRead. */
export function readBytes(file: string, limit: number): Buffer {
  return attempt(file, () => {
    const fd = openRegular(file);
    try {
      const { size } = fstatSync(fd);
      if (size > limit) throw new CannotRead(file, tooLarge(limit));
      return readUpTo(fd, file, limit, size + 1);
    } finally {
      closeSync(fd);
    }
  });
}

/** Opens a regular file for reading; to close it is the caller's task. Throws CannotRead. */
export function openRegular(file: string): number {
  return attempt(file, () => {
    // Looked at before it is opened: opening some devices does something.
    if (!statSync(file).isFile()) throw new CannotRead(file, 'it is not a regular file');
    const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    if (fstatSync(fd).isFile()) return fd;
    closeSync(fd);
    throw new CannotRead(file, 'it is not a regular file');
  });
}

/** The text of a regular file, or of standard input for `-`, which must be UTF-8. Throws CannotRead. */
export function readText(file: string, limit: number): string {
  return decode(
    file,
    file === STANDARD_INPUT ? attempt(file, () => readUpTo(0, file, limit, CHUNK)) : readBytes(file, limit),
  );
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CannotRead(file, 'it is not UTF-8');
  }
}

/**
 * As `readBytes`, for a file that may come with a repository: one below the working folder that leads out of it by a link is
 * refused. Lines of it are printed where they have a mistake, and it may be a file that the author of the link cannot read.
 */
export function readOwnBytes(file: string, limit: number): Buffer {
  return attempt(file, () => {
    const working = realpathSync('.');
    const isBelow = (one: string): boolean => !/^\.\.($|\/)/.test(path.relative(working, one));
    const folder = realpathSync(path.dirname(path.resolve(file)));
    const given = isBelow(path.resolve(file)) || isBelow(folder);
    if (given && !isBelow(realpathSync(file)))
      throw new CannotRead(file, 'it is a link that leads out of the working folder');
    return readBytes(file, limit);
  });
}

/** As `readText`, with the same rule. */
export function readOwnText(file: string, limit: number): string {
  return decode(file, readOwnBytes(file, limit));
}

/** What is in a folder. Throws CannotRead. */
export function listFolder(folder: string): Dirent[] {
  return attempt(folder, () => readdirSync(folder, { withFileTypes: true }));
}

/** `first`: how much is read at first; a file of /proc says that it has no bytes. */
function readUpTo(fd: number, file: string, limit: number, first: number): Buffer {
  const pieces: Buffer[] = [];
  let length = 0;
  for (let size = Math.max(1, first); ; size = CHUNK) {
    const piece = Buffer.allocUnsafe(size);
    const read = readSomething(fd, piece);
    if (read === 0) return Buffer.concat(pieces, length);
    pieces.push(piece.subarray(0, read));
    length += read;
    if (length > limit) throw new CannotRead(file, tooLarge(limit));
  }
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

function readSomething(fd: number, piece: Buffer): number {
  for (;;) {
    try {
      return readSync(fd, piece, 0, piece.length, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // The end of a terminal; and standard input that another program has made non-blocking.
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(sleeper, 0, 0, 5);
    }
  }
}

function tooLarge(limit: number): string {
  return `it has more than ${limit.toLocaleString('en')} bytes`;
}

function attempt<T>(file: string, body: () => T): T {
  return explainRefusal(file, CannotRead, body);
}
