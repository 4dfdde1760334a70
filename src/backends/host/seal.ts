/**
 * Sealed programs: compiled files that end with a checksum of all before it, so that one that was cut or damaged is found out
 * before it is started. Loaders ignore what follows the last section of an ELF file.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { appendFile, lstat, readFile } from 'node:fs/promises';
import { distrust } from './trust.ts';

const CHECKSUM_BYTES = 32;

/** Appends the checksum of a file to it. */
export async function seal(file: string): Promise<void> {
  await appendFile(file, checksum(await readFile(file)));
}

/** Whether a file can be started: sealed, undamaged, executable, and ours. False for one that does not exist. */
export async function isSound(file: string): Promise<boolean> {
  const stats = await lstat(file).catch(() => undefined);
  if (!stats?.isFile() || (stats.mode & constants.S_IXUSR) === 0 || distrust(file) !== undefined) return false;
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined || bytes.length <= CHECKSUM_BYTES) return false;
  const end = bytes.length - CHECKSUM_BYTES;
  return checksum(bytes.subarray(0, end)).equals(bytes.subarray(end));
}

function checksum(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
