/**
 * Files that this program writes. Text goes to a temporary file in the same folder, created exclusively, and takes its
 * name by rename(2) when it is whole: a reader sees the old file or the new one, a killed run leaves the old one, two runs
 * never mix, and a symbolic link with that name is replaced, never followed. A folder below the working folder that is a
 * symbolic link is refused: it may come from the repository under test, and lead anywhere.
 */
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { isRunning } from './processes.ts';
import { explainRefusal, FileError, systemErrorCode } from './system-error.ts';
import { TextStream } from './write-stream.ts';

/** A file that cannot be written. */
export class CannotWrite extends FileError {
  override readonly name = 'CannotWrite';

  constructor(file: string, cause: unknown) {
    super('write', file, cause);
  }
}

/** A file that is written piece by piece. */
export interface PendingFile {
  /** Throws CannotWrite. */
  write(text: string): void;
  /** The file takes its name: from now on it is there, and whole; a stream is whole after `flushStreams`. Throws CannotWrite. */
  commit(): void;
  /** Nothing is left of it. Does nothing after commit. */
  discard(): void;
}

export interface WriteOptions {
  /** A file that exists is an error (EEXIST), not replaced. */
  readonly exclusive?: boolean;
}

/** Writes a file and its missing folders in one step. Throws CannotWrite. */
export function writeFileAtomically(file: string, text: string | Uint8Array, options: WriteOptions = {}): void {
  attempt(file, () => {
    const target = prepare(file);
    const { name, fd } = createTemporary(target);
    try {
      try {
        writeAll(fd, toBytes(text));
      } finally {
        closeSync(fd);
      }
      takeName(name, target, options);
    } catch (error) {
      rmSync(name, { force: true });
      throw error;
    }
  });
}

/**
 * Begins a file, and makes its missing folders. A device or FIFO that the path names is written to directly.
 * Until `commit` the text is in a file without a name, so that a killed process leaves nothing. Throws CannotWrite.
 */
export function beginFile(file: string): PendingFile {
  return attempt(file, () => (isStream(file) ? beginStream(file) : beginSpool(file)));
}

/** Throws CannotWrite where `beginFile` would; makes missing folders, and leaves an existing file as it is. */
export function checkWritable(file: string): void {
  // A FIFO is not opened: its reader would take the close for the end of the text.
  attempt(file, () => (isStream(file) ? accessSync(file, constants.W_OK) : beginSpool(file).discard()));
}

/** Throws CannotWrite for a folder that is, or lies behind, a symbolic link below the working folder. Makes nothing. */
export function checkFolder(folder: string): void {
  attempt(folder, () => refuseLinks(folder));
}

/** What one of these checks throws, so that a caller can say it; undefined when it throws nothing. */
export function whyNotWritable(check: () => void): CannotWrite | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof CannotWrite) return error;
    throw error;
  }
}

/** Makes a folder with all that are missing above it. Throws CannotWrite, also for a symbolic link below the working folder. */
export function makeFolder(folder: string): void {
  attempt(folder, () => {
    refuseLinks(folder);
    mkdirSync(folder, { recursive: true });
  });
}

/** Appends to a file in one write, for files that are logs by their nature. Throws CannotWrite. */
export function appendToFile(file: string, text: string): void {
  attempt(file, () => {
    if (!isStream(file)) {
      refuseLinks(path.dirname(file));
      if (isInWorkingFolder(path.dirname(file)) && isLink(file)) throw new CannotWrite(file, 'it is a symbolic link');
    }
    const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK, O_NOCTTY } = constants;
    const fd = openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY, 0o666);
    try {
      writeAll(fd, toBytes(text));
    } finally {
      closeSync(fd);
    }
  });
}

/** The name of a temporary file contains the pid of its process, so that the file of a killed process can be recognised. */
const TEMPORARY = /^\.mktrouble-(\d+)-[0-9a-f]{16}\.tmp$/;
/** Milliseconds after which the temporary file of a process that is gone is removed. A commit takes far less. */
const STALE = 60_000;
const CHUNK = 1 << 20;
/** Milliseconds that a pipe which is a log may take nothing before writing to it fails. */
const PATIENCE = 500;

function attempt<T>(file: string, body: () => T): T {
  return explainRefusal(file, CannotWrite, body);
}

/** Checks and makes the folder of a file; the path under which it is to appear. */
function prepare(file: string): string {
  makeFolder(path.dirname(file));
  const target = finalPath(file);
  const stats = lstatSync(target, { throwIfNoEntry: false });
  if (stats?.isDirectory()) throw new CannotWrite(file, 'it is a folder');
  removeStale(path.dirname(target));
  return target;
}

/** Where a file is: a link outside of the working folder belongs to the machine, and is followed; one inside is replaced. */
function finalPath(file: string): string {
  if (isInWorkingFolder(path.dirname(file)) || !isLink(file)) return file;
  return realpathSync(file);
}

function beginSpool(file: string): PendingFile {
  const target = prepare(file);
  const { name, fd: spool } = createTemporary(target);
  rmSync(name);
  let open = true;
  const close = (): void => {
    if (open) closeSync(spool);
    open = false;
  };
  return {
    write: (text) => attempt(file, () => writeAll(spool, toBytes(text))),
    commit() {
      if (!open) return;
      attempt(file, () => {
        try {
          const named = createTemporary(target);
          try {
            try {
              copy(spool, named.fd);
            } finally {
              closeSync(named.fd);
            }
            takeName(named.name, target, {});
          } catch (error) {
            rmSync(named.name, { force: true });
            throw error;
          }
        } finally {
          close();
        }
      });
    },
    discard: close,
  };
}

function beginStream(file: string): PendingFile {
  const stream = new TextStream(file);
  return {
    write: (text) => attempt(file, () => stream.write(text)),
    commit: () => attempt(file, () => stream.close()),
    discard: () => stream.drop(),
  };
}

/**
 * Whether writing to this path is writing to a stream: a device, a FIFO, or what the kernel shows of an open file
 * (`/dev/stdout`, `/dev/fd/63`). A link below the working folder never is: it may come from the repository.
 */
function isStream(file: string): boolean {
  const own = lstatSync(file, { throwIfNoEntry: false });
  if (!own) return false;
  if (!own.isSymbolicLink()) return isStreamFile(own, file);
  const folder = path.dirname(file);
  if (isInWorkingFolder(folder)) return false;
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats !== undefined && (isStreamFile(stats, file) || /^\/(proc|dev)(\/|$)/.test(realpathSync(folder)));
}

function isStreamFile(stats: Stats, file: string): boolean {
  if (stats.isBlockDevice()) throw new CannotWrite(file, 'it is a block device');
  if (stats.isSocket()) throw new CannotWrite(file, 'it is a socket');
  return stats.isCharacterDevice() || stats.isFIFO();
}

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** Throws for a folder on this path that is a symbolic link and lies below the working folder. */
function refuseLinks(folder: string): void {
  let real = path.parse(path.resolve(folder)).root;
  for (const part of path.resolve(folder).split(path.sep).filter(Boolean)) {
    const next = path.join(real, part);
    const stats = lstatSync(next, { throwIfNoEntry: false });
    if (!stats) return;
    if (!stats.isSymbolicLink()) real = next;
    else if (isBelow(real, workingFolder(folder)))
      throw new CannotWrite(
        folder,
        `${path.relative(process.cwd(), next)} is a symbolic link; output is written to real folders only`,
      );
    else real = realpathSync(next);
  }
}

/** Whether a folder that exists, or will be made, is the working folder or below it, wherever links lead. */
function isInWorkingFolder(folder: string): boolean {
  const given = path.resolve(folder);
  const real = realpathOrUndefined(given) ?? given;
  const working = workingFolder(folder);
  return isBelow(real, working) || isBelow(given, working);
}

/** From the root of the file system only what was named without a leading slash counts as below: the rest is the machine's. */
function workingFolder(given: string): string | undefined {
  const working = realpathSync('.');
  return working === path.parse(working).root && path.isAbsolute(given) ? undefined : working;
}

function isBelow(folder: string, above: string | undefined): boolean {
  if (above === undefined) return false;
  const relative = path.relative(above, folder);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

function realpathOrUndefined(folder: string): string | undefined {
  try {
    return realpathSync(folder);
  } catch {
    return undefined;
  }
}

/** A new file beside the target, readable and writable, with the mode that the target has or will have. */
function createTemporary(target: string): { readonly name: string; readonly fd: number } {
  const name = path.join(path.dirname(target), `.mktrouble-${process.pid}-${randomBytes(8).toString('hex')}.tmp`);
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const fd = openSync(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666);
  const before = lstatSync(target, { throwIfNoEntry: false });
  if (before?.isFile()) fchmodSync(fd, before.mode & 0o777);
  return { name, fd };
}

/** The whole temporary file appears under the target's name. */
function takeName(temporary: string, target: string, { exclusive = false }: WriteOptions): void {
  if (!exclusive) {
    renameSync(temporary, target);
    return;
  }
  // rename(2) replaces; link(2) fails where the name is taken, also by a dangling link.
  try {
    linkSync(temporary, target);
    rmSync(temporary);
  } catch (error) {
    // A file system without hard links.
    if (systemErrorCode(error) !== 'EPERM' || lstatSync(target, { throwIfNoEntry: false })) throw error;
    renameSync(temporary, target);
  }
}

const swept = new Set<string>();

/** Removes what processes that were killed while they wrote into this folder left there; looked for once a folder. */
function removeStale(folder: string): void {
  const real = realpathSync(folder);
  if (swept.has(real)) return;
  swept.add(real);
  try {
    for (const name of readdirSync(real)) {
      const pid = TEMPORARY.exec(name)?.[1];
      if (pid === undefined || isRunning(Number(pid))) continue;
      const file = path.join(real, name);
      const stats = lstatSync(file, { throwIfNoEntry: false });
      if (stats?.isFile() && Date.now() - stats.mtimeMs > STALE) rmSync(file, { force: true });
    }
  } catch (error) {
    // What cannot be listed or removed does no harm where it is.
    if (systemErrorCode(error) === undefined) throw error;
  }
}

function copy(from: number, to: number): void {
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (let at = 0, read = -1; read !== 0; at += read) {
    read = readSync(from, buffer, 0, CHUNK, at);
    writeAll(to, buffer.subarray(0, read));
  }
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

function writeAll(fd: number, bytes: Uint8Array): void {
  let last = performance.now();
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
      last = performance.now();
    } catch (error) {
      // A pipe that is full: its reader is slower than we are.
      if (systemErrorCode(error) !== 'EAGAIN' || performance.now() - last > PATIENCE) throw error;
      Atomics.wait(sleeper, 0, 0, 5);
    }
  }
}

function toBytes(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
}
