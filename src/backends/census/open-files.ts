/** Open files: what each descriptor refers to, its position, and what /proc says of a special file; and their flags. */
import type { CriuFacts } from '../../record/criu.ts';
import type { Kind, ProcFolder } from './kind.ts';
import { Numbering } from './numbering.ts';
import { readSockets } from './sockets.ts';

/** Lines of fdinfo that name what is new after each restore: mount and inode numbers, the time that is left of a timer. */
const NEW_AFTER_RESTORE = /^(mnt_id|ino|eventfd-id|it_value|ticks|scm_fds|Pid|NSpid|inotify|fanotify|tfd|lock)\b/;
const O_CLOEXEC = 0o2000000;
/** It means nothing on a 64-bit machine. */
const O_LARGEFILE = 0o100000;
/** Only says how a file was made. */
const TMPFILE = 0o20000000;
const O_TMPFILE = TMPFILE | 0o200000;

/** `numbering`: of the whole tree, so that what processes share is seen. */
export function openFiles(numbering: Numbering = new Numbering()): Kind {
  return {
    of: 'process',
    changes: true,
    read(process) {
      const descriptors = process.list('fd').toSorted((a, b) => Number(a) - Number(b));
      const links = descriptors.map((fd) => process.link(`fd/${fd}`));
      const sockets = links.some((link) => link.startsWith('socket:'))
        ? readSockets(process)
        : new Map<string, string>();
      return Object.fromEntries(
        descriptors.map((fd) => [`open file ${fd}`, describe(process, fd, numbering, sockets)]),
      ) satisfies CriuFacts;
    },
  };
}

function describe(process: ProcFolder, fd: string, numbering: Numbering, sockets: ReadonlyMap<string, string>): string {
  const target = process.link(`fd/${fd}`);
  const [, kind, inode] = /^(pipe|socket):\[(\d+)\]$/.exec(target) ?? [];
  const what = kind === undefined ? target : `${numbering.name(kind, inode!)}${details(sockets.get(inode!))}`;
  const lines = process.text(`fdinfo/${fd}`).split('\n');
  // The order of watched files is the kernel's own.
  const rest = lines.flatMap((line) => special(line) ?? []).sort();
  const position = /^pos:\s*(\d+)/.exec(lines[0] ?? '')?.[1];
  return [what, ...(position === undefined || position === '0' ? [] : [`position ${position}`]), ...rest].join(', ');
}

/**
 * The flags of each open file, by what it is and its number: they change seldom, so a program can be compared by them at any time.
 * A dump itself changes those of terminals while it holds them.
 */
export const fileFlags: Kind = {
  of: 'process',
  changes: false,
  read: (process) =>
    Object.fromEntries(
      process.list('fd').map((fd) => {
        const [, octal = '0'] = /^flags:\s*(\d+)/m.exec(process.text(`fdinfo/${fd}`)) ?? [];
        const flags = meaningful(Number.parseInt(octal, 8));
        const onExec = flags & O_CLOEXEC ? ', closed on exec' : '';
        const target = process.link(`fd/${fd}`).replace(/:\[\d+\]$/, '');
        return [`flags of ${target} ${fd}`, `0${(flags & ~O_CLOEXEC).toString(8)}${onExec}`];
      }),
    ),
};

function meaningful(flags: number): number {
  return flags & ~(flags & TMPFILE ? O_TMPFILE : 0) & ~O_LARGEFILE;
}

function details(socket: string | undefined): string {
  return socket === undefined ? '' : ` (${socket})`;
}

/** What a line of fdinfo says of a special file, without numbers that are new after a restore; undefined: nothing. */
function special(line: string): string | undefined {
  const text = line.replace(/\s+/g, ' ').trim();
  if (text === '' || /^(pos|flags):/.test(text)) return undefined;
  const watch = /^inotify wd:(\S+) .*?\bmask:(\S+)/.exec(text);
  if (watch) return `inotify watch ${watch[1]} of ${watch[2]}`;
  const polled = /^tfd: *(\S+) events: *(\S+) data: *(\S+)/.exec(text);
  if (polled) return `epoll of ${polled[1]} for ${polled[2]}, data ${polled[3]}`;
  const lock = /^lock: *\d+: (\S+) *(\S+) *(\S+) \S+ \S+ (\S+ \S+)$/.exec(text);
  if (lock) return `${lock[1]} lock ${lock[3]} ${lock[4]}`;
  const timer = /^it_value: \((\d+), (\d+)\)/.exec(text);
  if (timer) return timer[1] === '0' && timer[2] === '0' ? 'not armed' : 'armed';
  return NEW_AFTER_RESTORE.test(text) ? undefined : text;
}
