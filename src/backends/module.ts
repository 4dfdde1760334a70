/**
 * A backend of a user's own: a module whose default export (or export `backend`) says which version of the contract it is
 * written for, what the backend is called, and how one is made. See docs/writing-a-backend.md.
 */
import type { Backend } from './backend.ts';
import type { OwnFault } from './own-fault.ts';

/** The version of the contract: of `Backend`, `Plan`, `Machine` and the record. Changes when a backend that fits it would fit no more. */
export const CONTRACT_VERSION = 1;

/** A CRIU that can be started. */
export interface FoundCriu {
  /** How it is started: a program and its first arguments. */
  readonly command: readonly string[];
  /** As it says itself, for example `4.1.1`. */
  readonly version: string;
  /** The program itself, not the loader that starts it. */
  readonly path: string;
}

/** A program that `mktrouble setup` has unpacked beside the system. */
export interface Unpacked {
  readonly version: string;
  /** The root of a file system with the program and all that it needs. */
  readonly folder: string;
}

/** What the run decides about a backend. */
export interface CreateOptions {
  /** Whether the commands of scenarios (`subject`, `load`, `check`) may be run; default: no. */
  readonly allowCommands: boolean;
  /** `--criu` or `criu:` of the configuration: a version, or the path of a program. */
  readonly criu?: string;
  /** `--runtime` or `runtime:` of the configuration: a container runtime, with a version or without (`runc@1.1.15`), or the path of a program. */
  readonly runtime?: string;
  /** The fault verbs of the user's own that the command line and the configuration name; see OwnFaults. */
  readonly faults: readonly OwnFault[];
  /** The CRIU to use: `criu`, else what mktrouble's own backend uses; or the one of this version. A text says why there is none. */
  findCriu(version?: string): Promise<FoundCriu | string>;
  /** What `mktrouble setup <program>` has unpacked, the newest first. */
  findUnpacked(program: string): Promise<readonly Unpacked[]>;
}

export interface BackendModule {
  readonly contract: typeof CONTRACT_VERSION;
  /** Lower-case words joined by dashes; none of the names of mktrouble's own backends. `Backend.name` is the same. */
  readonly name: string;
  /** A new backend, whose caller disposes of it. Called once for each scenario file that it runs. */
  create(options: CreateOptions): Backend | Promise<Backend>;
}

/** Gives a module its type: `export default defineBackend({ contract: 1, name: 'mine', create: () => … })`. */
export function defineBackend(module: BackendModule): BackendModule {
  return module;
}
