/** The functions of node:util that the writer of scenarios needs, for browsers. */

/** Whether two values that JSON can say are the same; of an object the order of keys does not count. */
export function isDeepStrictEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isDeepStrictEqual((a as never)[key], (b as never)[key]))
  );
}
