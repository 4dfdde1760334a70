/** POSIX timers: by their ids, with what they do when they expire. */
import type { Kind } from './kind.ts';

export const timers: Kind = {
  of: 'process',
  changes: true,
  read(process) {
    const timers = process.text('timers').split(/^(?=ID: )/m);
    return Object.fromEntries(
      timers
        .filter((timer) => timer.startsWith('ID: '))
        .map((timer) => {
          const [id, ...rest] = timer.trim().split('\n');
          // `notify` ends with the pid that is signalled, and the address in `signal` is the program's.
          return [`POSIX timer ${id!.slice('ID: '.length)}`, rest.join(', ')];
        }),
    );
  },
};
