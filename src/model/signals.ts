/** Signals by Linux's names and numbers (x86 and arm; signal(7)). */

export const SIGNALS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
} as const;

export type SignalName = keyof typeof SIGNALS;

export const SIGNAL_NAMES = Object.keys(SIGNALS) as SignalName[];

/**
 * The signals of a terminal by which a user ends a program (Ctrl-C and Ctrl-\\). The tasks of a tree leave them at their default
 * action, as mktree's do: the kernel makes such a signal a SIGKILL for the whole group (complete_signal()). All others that can be
 * caught are caught; the coordinator catches these two as well.
 */
const FROM_THE_TERMINAL: ReadonlySet<SignalName> = new Set(['SIGINT', 'SIGQUIT']);

/** Whether a task of the tree that is not traced dies of this signal, as it would of SIGKILL. */
export function isFatalToTasks(name: SignalName): boolean {
  return FROM_THE_TERMINAL.has(name);
}

const nameOfNumber = new Map<number, SignalName>(SIGNAL_NAMES.map((name) => [SIGNALS[name], name]));

/** The number of a signal, 1 to 31. */
export function signalNumber(name: SignalName): number {
  return SIGNALS[name];
}

/** The name of a signal number; `SIG<number>` for one that has none. */
export function signalName(number: number): string {
  return nameOfNumber.get(number) ?? `SIG${number}`;
}
