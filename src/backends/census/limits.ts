/** Resource limits: soft and hard. */
import type { Kind } from './kind.ts';

const COLUMNS = /^(.+?)\s{2,}(\S+)\s+(\S+)/;

export const limits: Kind = {
  of: 'process',
  changes: false,
  read: (process) =>
    Object.fromEntries(
      process
        .text('limits')
        .split('\n')
        .slice(1)
        .map((row) => COLUMNS.exec(row))
        .filter((row) => row !== null)
        .map(([, name, soft, hard]) => [`limit ${name}`, `${soft} ${hard}`]),
    ),
};
