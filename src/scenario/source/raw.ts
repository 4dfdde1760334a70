/** A YAML document as plain data whose every key and value knows its place in the text. */
import type { Span } from './text.ts';

export type Scalar = string | number | boolean | null;
export type Raw = Scalar | RawList | RawMapping;
export type RawList = Raw[];
/** Has no prototype, so that a key such as `__proto__` is a key like any other. */
export type RawMapping = { [key: string]: Raw };

/** The way from the document to a value: keys of mappings and indices of lists. */
export type Path = readonly (string | number)[];

/** What is meant at the end of a path: the key, or its value. */
export type Part = 'key' | 'value';

interface Entry {
  readonly key?: Span;
  readonly value: Span;
}

/** The places inside one list or mapping. */
export type Entries = ReadonlyMap<string | number, Entry>;

export class RawDocument {
  readonly value: Raw;
  /** The document as a whole. */
  readonly span: Span;
  readonly #entries: WeakMap<object, Entries>;

  constructor(value: Raw, span: Span, entries: WeakMap<object, Entries>) {
    this.value = value;
    this.span = span;
    this.#entries = entries;
  }

  /** A value of this document, as a document of its own with its places. */
  inner(key: string): RawDocument | undefined {
    const value = isMapping(this.value) ? this.value[key] : undefined;
    return value === undefined ? undefined : new RawDocument(value, this.locate([key], 'value'), this.#entries);
  }

  /** The place of what is at the end of a path, or of the nearest thing above it that is there. */
  locate(path: Path, part: Part): Span {
    let value: Raw | undefined = this.value;
    let span = this.span;
    for (const [depth, step] of path.entries()) {
      if (value === null || typeof value !== 'object') break;
      const entry: Entry | undefined = this.#entries.get(value)?.get(step);
      if (entry === undefined) break;
      const last = depth === path.length - 1;
      span = (last && part === 'value') || entry.key === undefined ? entry.value : entry.key;
      value = (value as Record<string | number, Raw>)[step];
    }
    return span;
  }
}

/** Whether a value is a mapping. */
export function isMapping(value: unknown): value is RawMapping {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** A value as a message shows it: short, on one line. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (isMapping(value)) return 'a mapping';
  if (value === null || value === undefined) return 'nothing';
  const text = String(value);
  const quoted = typeof value === 'string' && !/^[\w./+-]+$/.test(text) ? JSON.stringify(text) : text;
  return quoted.length > 60 ? `${quoted.slice(0, 57)}…` : quoted;
}
