/** Backends of a user's own, as the config room sees them: files that settings name, and what is read from them elsewhere. */

/** What is wrong with a module that a setting names. */
export interface Mistake {
  readonly message: string;
  readonly hint?: string;
}

/** Loads the module of a backend, which is code: its name, or what is wrong with it. Never throws. */
export type ReadBackend = (file: string) => { readonly name: string } | Mistake;

export function isMistake(read: { readonly name: string } | Mistake): read is Mistake {
  return 'message' in read;
}
