/**
 * A backend of a user's own: a module whose default export (or export `backend`) says which version of the contract it is
 * written for, what the backend is called, and how one is made. See docs/writing-a-backend.md.
 */
import type { Backend } from './backend.ts';

/** The version of the contract: of `Backend`, `Plan`, `Machine` and the record. Changes when a backend that fits it would fit no more. */
export const CONTRACT_VERSION = 1;

/** What the run decides about a backend. */
export interface CreateOptions {
  /** Whether the commands of scenarios (`subject`, `load`, `check`) may be run; default: no. */
  readonly allowCommands: boolean;
  /** `--criu` or `criu:` of the configuration: a version, or the path of a program. */
  readonly criu?: string;
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
