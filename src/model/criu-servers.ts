/** A second CRIU that runs beside a call: the page server of a dump, the lazy-pages daemon of a restore; and what happens to it. */
import type { CriuCall, CriuStage, Optional } from './criu.ts';

/** The servers by the key of the `criu` section, which is the name of the command of CRIU too. */
export const SERVER_NAMES: Readonly<Record<CriuCall, 'page-server' | 'lazy-pages'>> = {
  dump: 'page-server',
  restore: 'lazy-pages',
};
export type ServerName = (typeof SERVER_NAMES)[CriuCall];

/** The same in sentences. */
export const SERVER_WORDS: Readonly<Record<ServerName, string>> = {
  'page-server': 'page server',
  'lazy-pages': 'lazy-pages daemon',
};

/** What can happen to a server. */
export const SERVER_FAULTS = {
  kill: 'it receives SIGKILL',
  stop: 'it receives SIGSTOP, and is never continued',
  cut: 'the connection is closed',
  delay:
    'after a stage: it is stopped for half a second; after a number of bytes: the connection carries nothing for as long',
} as const;
export type ServerFault = keyof typeof SERVER_FAULTS;
export const SERVER_FAULT_NAMES = Object.keys(SERVER_FAULTS) as ServerFault[];

/** Milliseconds of a delay, also of a second CRIU at work on the same tree. */
export const SERVER_DELAY = 500;

export interface CriuServerSetup extends Optional {
  /** Both, or none of them. */
  readonly fault?: ServerFault;
  /** So many bytes from CRIU, or a stage of the call. */
  readonly after?: number | CriuStage;
}

/** The stages after which something can happen to a server. It is started before its call; a page server has ended at post-dump. */
export const STAGES_OF_SERVER: Readonly<Record<CriuCall, readonly CriuStage[]>> = {
  dump: ['pre-dump'],
  restore: ['pre-restore', 'post-restore', 'pre-resume', 'post-resume'],
};

/** Why this cannot happen to the server of this call; undefined: it can. */
export function refuseServer(of: CriuCall, { fault, after }: CriuServerSetup): string | undefined {
  if (fault === undefined || after === undefined) return undefined;
  if (typeof after === 'number') {
    return of === 'restore' ? 'what goes to a lazy-pages daemon is not counted: after a stage' : undefined;
  }
  if (!STAGES_OF_SERVER[of].includes(after)) return `after ${after} there is no ${SERVER_NAMES[of]}`;
  if (fault === 'cut') return 'a connection is cut after a number of bytes';
  // A read of memory that it has not copied would wait for it, and mktrouble reads all.
  if (fault === 'stop' && of === 'restore')
    return 'a lazy-pages daemon that stays stopped stops all that reads its memory';
  return undefined;
}
