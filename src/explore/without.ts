/** Lists and groups of words with one less, the last of a list first. */

export function* withoutOne<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let i = list.length - 1; i >= 0; i--) yield list.filter((_, j) => i !== j);
}

export function* withoutKey<T extends object>(words: T): Generator<T> {
  for (const key of Object.keys(words)) {
    const { [key as keyof T]: _, ...rest } = words;
    yield rest as T;
  }
}
