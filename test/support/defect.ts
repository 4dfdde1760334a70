/** Exceptions of the language: what a program throws that did not look at what it was given. */
const OF_THE_LANGUAGE = [TypeError, RangeError, ReferenceError, SyntaxError];

export function isDefect(error: unknown): boolean {
  return OF_THE_LANGUAGE.some((kind) => error instanceof kind);
}
