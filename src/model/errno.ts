/** The errnos that a restart can end with, by the kernel's names and numbers (include/asm-generic/errno*.h; include/linux/errno.h for 512 and up). */

interface ErrnoFact {
  readonly number: number;
  /** What it means when a restart ends with it, and which step of the protocol says it. */
  readonly meaning: string;
}

export const ERRNOS = {
  EPERM: { number: 1, meaning: 'the caller may not restart, or may not attach to a descendant' },
  ENOENT: { number: 2, meaning: 'no such file' },
  ESRCH: { number: 3, meaning: 'a pid names no task: the root, a task of the image, or too few descendants' },
  EINTR: {
    number: 4,
    meaning: 'a signal interrupted the restart: restart(2) is not idempotent, so it never returns -ERESTART*',
  },
  EIO: { number: 5, meaning: 'the image could not be read' },
  EBADF: { number: 9, meaning: 'the image or the log file is not an open file' },
  ECHILD: { number: 10, meaning: 'no child processes' },
  EAGAIN: { number: 11, meaning: 'a task was woken for a restart that had ended already' },
  ENOMEM: { number: 12, meaning: 'an allocation failed' },
  EACCES: { number: 13, meaning: 'permission denied' },
  EFAULT: { number: 14, meaning: 'bad address' },
  EBUSY: { number: 16, meaning: 'a task is traced, or is in another restart already' },
  EEXIST: { number: 17, meaning: 'the pid is taken' },
  ENODEV: { number: 19, meaning: 'no freezer' },
  EINVAL: { number: 22, meaning: 'an unknown flag, or an image that is damaged' },
  ENOSPC: { number: 28, meaning: 'no space left' },
  EPIPE: { number: 32, meaning: 'the image ended early' },
  ENOSYS: { number: 38, meaning: 'not implemented' },
  ETIMEDOUT: { number: 110, meaning: 'timed out' },
  ERESTARTSYS: { number: 512, meaning: 'kernel-internal: a signal ended a wait; must reach user space as EINTR' },
  ERESTARTNOINTR: { number: 513, meaning: 'kernel-internal: restart always; must reach user space as EINTR' },
  ERESTARTNOHAND: {
    number: 514,
    meaning: 'kernel-internal: restart if there is no handler; must reach user space as EINTR',
  },
  ERESTART_RESTARTBLOCK: {
    number: 516,
    meaning: 'kernel-internal: restart by a function; must reach user space as EINTR',
  },
} as const satisfies Record<string, ErrnoFact>;

/** Further errnos of Linux: a system call may fail with them, a restart does not (include/uapi/asm-generic/errno-base.h, errno.h). */
const OF_SYSCALLS = {
  ENXIO: 6,
  E2BIG: 7,
  ENOEXEC: 8,
  ENOTBLK: 15,
  EXDEV: 18,
  ENOTDIR: 20,
  EISDIR: 21,
  ENFILE: 23,
  EMFILE: 24,
  ENOTTY: 25,
  ETXTBSY: 26,
  EFBIG: 27,
  ESPIPE: 29,
  EROFS: 30,
  EMLINK: 31,
  EDOM: 33,
  ERANGE: 34,
  EDEADLK: 35,
  ENAMETOOLONG: 36,
  ENOLCK: 37,
  ENOTEMPTY: 39,
  ELOOP: 40,
  ENODATA: 61,
  EPROTO: 71,
  EBADMSG: 74,
  EOVERFLOW: 75,
  EUSERS: 87,
  ENOTSOCK: 88,
  EDESTADDRREQ: 89,
  EMSGSIZE: 90,
  EPROTOTYPE: 91,
  ENOPROTOOPT: 92,
  EPROTONOSUPPORT: 93,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOBUFS: 105,
  EISCONN: 106,
  ENOTCONN: 107,
  ECONNREFUSED: 111,
  EHOSTUNREACH: 113,
  EALREADY: 114,
  EINPROGRESS: 115,
  ESTALE: 116,
  EREMOTEIO: 121,
  EDQUOT: 122,
} as const;

/** What a system call can fail with. */
export type SyscallErrno = Exclude<ErrnoName, `ERESTART${string}`> | keyof typeof OF_SYSCALLS;

export type ErrnoName = keyof typeof ERRNOS;

export const ERRNO_NAMES = Object.keys(ERRNOS) as ErrnoName[];

/** Those that a system call can fail with: none that only the kernel itself sees. */
export const SYSCALL_ERRNO_NAMES = [
  ...ERRNO_NAMES.filter((name): name is Exclude<ErrnoName, `ERESTART${string}`> => !name.startsWith('ERESTART')),
  ...(Object.keys(OF_SYSCALLS) as (keyof typeof OF_SYSCALLS)[]),
] as readonly SyscallErrno[];

const nameOfNumber = new Map<number, string>([
  ...ERRNO_NAMES.map((name) => [ERRNOS[name].number, name] as const),
  ...Object.entries(OF_SYSCALLS).map(([name, number]) => [number, name] as const),
]);

/** The positive number of an errno, 1 to 516. */
export function errnoNumber(name: ErrnoName | SyscallErrno): number {
  return name in OF_SYSCALLS ? OF_SYSCALLS[name as keyof typeof OF_SYSCALLS] : ERRNOS[name as ErrnoName].number;
}

/** The name of an errno number of either sign; `E<number>` for one that we do not know. */
export function errnoName(number: number): string {
  const n = Math.abs(number);
  return nameOfNumber.get(n) ?? `E${n}`;
}

/** Whether a result is one of the four -ERESTART* codes that must never leave the kernel (docs/protocol.md, "The call", 4). */
export function isRestartCode(result: number): boolean {
  return result === -512 || result === -513 || result === -514 || result === -516;
}
