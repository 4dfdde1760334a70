/** Which signals a process handles and ignores. */
import type { Kind } from './kind.ts';

export const signals: Kind = {
  of: 'process',
  changes: false,
  read: (process) => ({
    'ignored signals': process.status('SigIgn'),
    'handled signals': process.status('SigCgt'),
  }),
};
