/** A program of the user's that is dumped and restored in place of a tree. */

export interface Subject {
  /** A program and its arguments. No word has a NUL. */
  readonly command: readonly string[];
}
