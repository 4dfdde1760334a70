import { readdirSync } from 'node:fs';
import { systemErrorCode } from '../boundary/system-error.ts';

/** The names in a folder; none when there is no folder. */
export function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
