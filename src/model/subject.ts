/** A program of the user's that is dumped and restored in place of a tree, and the command that checks what came back. */

export interface Subject {
  /** A program and its arguments. No word has a NUL. */
  readonly command: readonly string[];
  /** Variables of its environment, beside PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** Files that are written before it starts. */
  readonly files: readonly SubjectFile[];
  /** Its working folder: absolute, or relative to the folder of the case. `.`: that folder. */
  readonly cwd: string;
  /** What is waited for before the dump; without it until the program looks idle. */
  readonly ready?: Ready;
  /** What keeps it busy while it is dumped and restored. */
  readonly load?: Load;
  /** The exit status with which it ends by itself after a restore; without it it is expected to run on. */
  readonly exitCode?: number;
}

export interface SubjectFile {
  /** Relative to the folder of the case, without `..`. */
  readonly path: string;
  readonly text: string;
  /** Permission bits. */
  readonly mode: number;
}

export const DEFAULT_MODE = 0o644;

/** What shows that a program is ready; a relative path is relative to its working folder. */
export type ReadySign =
  /** A file that exists. */
  | { readonly kind: 'file'; readonly path: string }
  /** A text in what it wrote to standard output or standard error. */
  | { readonly kind: 'output'; readonly text: string }
  /** A TCP port that listens, or a UDP port that is bound. */
  | { readonly kind: 'port' | 'udp-port'; readonly port: number }
  /** A unix socket that accepts connections, or datagrams; `@name`: an abstract one. */
  | { readonly kind: 'socket'; readonly path: string };

export interface Ready {
  readonly sign: ReadySign;
  /** Milliseconds after which the run is given up. */
  readonly timeout: number;
}

/** A client of the subject: a program beside the tree that runs from before the dump until after the check. It is not dumped. */
export interface Load {
  readonly command: readonly string[];
  /** What shows that it is at work: the dump waits for it. */
  readonly ready: Ready;
}

export const DEFAULT_READY_TIMEOUT = 10_000;

/** A ready sign in words: `TCP port 80 to listen`. */
export function signText(sign: ReadySign): string {
  switch (sign.kind) {
    case 'file':
      return `the file ${sign.path}`;
    case 'output':
      return `${JSON.stringify(sign.text)} in its output`;
    case 'port':
      return `TCP port ${sign.port} to listen`;
    case 'udp-port':
      return `UDP port ${sign.port} to be bound`;
    case 'socket':
      return `the unix socket ${sign.path} to accept`;
  }
}
