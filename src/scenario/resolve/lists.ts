/** Words that may have one value or a list of them. */

/** One or a list of them, or nothing, as a list. */
export function toList<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}

/** A list of one as that one. */
export function oneOrAll<T>(list: readonly T[]): T | T[] {
  return list.length === 1 ? list[0]! : [...list];
}
