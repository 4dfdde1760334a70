/** How many pids this machine has. */
import { existsSync, readFileSync } from 'node:fs';

const FILE = '/proc/sys/kernel/pid_max';
/** Of a 32-bit machine; the file can be read wherever there is a /proc. */
const LEAST = 32768;

/** Pids are below this number. */
export function pidMax(): number {
  return existsSync(FILE) ? Number(readFileSync(FILE, 'utf8')) : LEAST;
}
