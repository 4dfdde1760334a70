/** Errors of the operating system in words: what stands behind them is the machine or its user, not a defect of this program. */

/** What the errnos mean that a full disk, a missing permission, a limit or a closed terminal gives. */
const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EAGAIN: 'the system has no room for another process',
  EBUSY: 'it is in use',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'it exists already',
  EFBIG: 'the file is larger than this process may write',
  EINVAL: 'the system does not support this',
  EIO: 'input/output error',
  EISDIR: 'it is a folder',
  ELOOP: 'there are too many symbolic links',
  EMFILE: 'this process has no file handles left (ulimit -n)',
  ENAMETOOLONG: 'the name is too long',
  ENFILE: 'the system has no file handles left',
  ENODEV: 'there is no such device',
  ENOENT: 'no such file or folder',
  ENOMEM: 'out of memory',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'a part of the path is not a folder',
  ENXIO: 'no process reads it',
  EPERM: 'operation not permitted',
  EPIPE: 'its reader is gone',
  EROFS: 'the file system is read-only',
  ETXTBSY: 'the program is being written',
};

/** The errno of an error of the operating system; undefined for any other value. */
export function systemErrorCode(error: unknown): string | undefined {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return typeof code === 'string' && typeof syscall === 'string' && code in MEANINGS ? code : undefined;
}

/** A file that cannot be read or written, with the reason in words. The cause is the path or the machine, not this program. */
export abstract class FileError extends Error {
  readonly file: string;
  readonly reason: string;
  /** The errno, where the operating system refused. */
  readonly code: string | undefined;

  constructor(verb: 'read' | 'write', file: string, cause: unknown) {
    const reason = typeof cause === 'string' ? cause : systemReason(cause);
    super(`cannot ${verb} ${file}: ${reason}`, typeof cause === 'string' ? {} : { cause });
    this.file = file;
    this.reason = reason;
    this.code = systemErrorCode(cause);
  }
}

/** Runs `body`; what the operating system refuses in it is thrown as this error of the file. */
export function explainRefusal<T>(
  file: string,
  Refused: new (file: string, cause: unknown) => FileError,
  body: () => T,
): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof Refused || systemErrorCode(error) === undefined) throw error;
    throw new Refused(file, error);
  }
}

/** Whether an error is a file that cannot be read or written; by its name, since a program may load a module twice. */
export function isRefusedFile(error: unknown): error is FileError {
  return error instanceof Error && (error.name === 'CannotRead' || error.name === 'CannotWrite');
}

/** Whether a write failed because the reader of a pipe, or the terminal, is gone: that is no mistake. */
export function isReaderGone(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return code === 'EPIPE' || code === 'EIO';
}

/** An error in words: `no space left on the device (ENOSPC)`; of any other error its message. */
export function systemReason(error: unknown): string {
  const code = systemErrorCode(error);
  if (code !== undefined) return `${MEANINGS[code]} (${code})`;
  return error instanceof Error ? error.message : String(error);
}
