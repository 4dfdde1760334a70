/** POSIX timers: by their ids, with what they do when they expire. */
import type { Kind, ProcFolder } from './kind.ts';

/** Ends a line `notify: signal/tid.101`: which process or thread is signalled, as it is called around its pid namespace. */
const TARGET = /^(notify: .*\/)(pid|tid)\.(\d+)$/;

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
          return [`POSIX timer ${id!.slice('ID: '.length)}`, rest.map((text) => nameTarget(text, process)).join(', ')];
        }),
    );
  },
};

/** The target as it is called in its own namespace: around it a restored one has another number. */
function nameTarget(text: string, process: ProcFolder): string {
  const [, start, kind, id] = TARGET.exec(text) ?? [];
  if (start === undefined) return text;
  const inner = /^NSpid:.*\s(\d+)$/m.exec(process.text(`task/${id}/status`))?.[1];
  return `${start}${kind}.${inner ?? id}`;
}
