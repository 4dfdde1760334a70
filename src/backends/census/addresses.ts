/** Where the parts of a program lie in its memory, and its command line and environment: what prctl(PR_SET_MM) sets. */
import { crc32 } from 'node:zlib';
import type { Kind } from './kind.ts';

/** Fields of proc_pid_stat(5). */
const FIELDS = {
  'start of code': 26,
  'end of code': 27,
  'start of stack': 28,
  'start of data': 45,
  'end of data': 46,
  'start of heap': 47,
  'start of arguments': 48,
  'end of arguments': 49,
  'start of environment': 50,
  'end of environment': 51,
} as const;

export const addresses: Kind = {
  of: 'process',
  changes: true,
  read: (process) => ({
    ...Object.fromEntries(Object.entries(FIELDS).map(([name, field]) => [name, hexadecimal(process.stat(field))])),
    'auxiliary vector': crc32(Buffer.from(process.text('auxv'), 'latin1')).toString(16),
  }),
};

function hexadecimal(decimal: string): string {
  return /^\d+$/.test(decimal) ? `0x${BigInt(decimal).toString(16)}` : decimal;
}
