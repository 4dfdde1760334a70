/** A YAML node as plain data with positions: aliases are written out but shared, duplicate keys and custom types are refused. */
import { isAlias, isCollection, isMap, isSeq, type Pair, type ParsedNode } from 'yaml';
import { MAX_NESTING } from '../limits.ts';
import type { Mistakes } from './diagnostic.ts';
import { type Entries, type Raw, type RawList, type RawMapping, show } from './raw.ts';
import type { Span } from './text.ts';

export const TOO_DEEP = `lists and mappings are nested more than ${MAX_NESTING} deep`;

/** The tags of YAML's plain data; any other tag would be a custom type. */
const PLAIN_TAGS = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
);

/** A value, how many values it is when aliases are written out, and how many levels it is high. */
interface Measured {
  readonly value: Raw;
  readonly size: number;
  readonly height: number;
}

const NOTHING: Measured = { value: null, size: 1, height: 0 };

export class Reader {
  readonly entries = new WeakMap<object, Entries>();
  readonly #mistakes: Mistakes;
  readonly #maxValues: number;
  /** By anchor; undefined while the anchor's own node is being read. */
  readonly #anchors = new Map<string, Measured | undefined>();
  #size = 0;
  #full = false;
  /** Whether all values could be read; keys that could not be are left out. */
  usable = true;

  constructor(mistakes: Mistakes, maxValues: number) {
    this.#mistakes = mistakes;
    this.#maxValues = maxValues;
  }

  read(node: ParsedNode, depth: number): Measured {
    const span = toSpan(node);
    if (isAlias(node)) return this.#alias(node.source, span, depth);
    if (depth > MAX_NESTING) return this.#refuse(span, TOO_DEEP);
    if (node.tag !== undefined && !PLAIN_TAGS.has(node.tag)) {
      return this.#refuse(
        span,
        `the tag ${show(node.tag)} is not known`,
        'plain YAML values, without tags of their own',
      );
    }
    if (++this.#size > this.#maxValues) return this.#tooLarge(span);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, undefined);
    const measured = isCollection(node) ? this.#collection(node, depth) : this.#scalar(node.value, node.source, span);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, measured);
    return measured;
  }

  #collection(node: ParsedNode, depth: number): Measured {
    if (isMap(node)) return this.#mapping(node.items as Pair<ParsedNode, ParsedNode | null>[], depth);
    return this.#list(isSeq(node) ? (node.items as ParsedNode[]) : [], depth);
  }

  #scalar(value: unknown, source: string | undefined, span: Span): Measured {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return { value, size: 1, height: 0 };
    if (typeof value === 'number' && Number.isFinite(value)) return { value, size: 1, height: 0 };
    return this.#refuse(span, `${show(source)} is not a finite number`);
  }

  #list(items: readonly (ParsedNode | Pair)[], depth: number): Measured {
    const value: RawList = [];
    const entries = new Map<number, { value: Span }>();
    let size = 1;
    let height = 0;
    for (const item of items) {
      const inner = this.read(item as ParsedNode, depth + 1);
      entries.set(value.length, { value: toSpan(item as ParsedNode) });
      value.push(inner.value);
      size += inner.size;
      height = Math.max(height, inner.height + 1);
    }
    this.entries.set(value, entries);
    return { value, size, height };
  }

  #mapping(pairs: readonly Pair<ParsedNode, ParsedNode | null>[], depth: number): Measured {
    const value: RawMapping = Object.create(null);
    const entries = new Map<string, { key: Span; value: Span }>();
    let size = 1;
    let height = 0;
    for (const pair of pairs) {
      const keySpan = toSpan(pair.key);
      const key = this.#key(pair.key, keySpan);
      if (key === undefined) continue;
      if (entries.has(key)) {
        this.#refuseKey(keySpan, `duplicate key ${show(key)}`, 'each key once');
        continue;
      }
      const inner = pair.value === null ? NOTHING : this.read(pair.value, depth + 1);
      entries.set(key, { key: keySpan, value: pair.value === null ? keySpan : valueSpan(pair.value, keySpan) });
      value[key] = inner.value;
      size += inner.size;
      height = Math.max(height, inner.height + 1);
    }
    this.entries.set(value, entries);
    return { value, size, height };
  }

  #key(node: ParsedNode | null, span: Span): string | undefined {
    const scalar = node === null || isCollection(node) ? undefined : this.read(node, 0).value;
    if (typeof scalar === 'object' || scalar === undefined)
      return this.#refuseKey(span, 'a key is a word or a number', 'key: value');
    const key = String(scalar);
    if (key === '__proto__') return this.#refuseKey(span, 'the key __proto__ cannot be used');
    if (key === '<<')
      return this.#refuseKey(span, 'merge keys (<<) are not read', undefined, 'write the keys out, or use a matrix');
    if (key.includes('${{'))
      return this.#refuseKey(
        span,
        'a key cannot be an expression of the matrix',
        undefined,
        'only values can be expressions',
      );
    return key;
  }

  #alias(name: string, span: Span, depth: number): Measured {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      const within = this.#anchors.has(name);
      return this.#refuse(
        span,
        within ? `the alias *${name} stands inside of what it names` : `no &${name} stands before this alias`,
      );
    }
    this.#size += target.size;
    if (this.#size > this.#maxValues) return this.#tooLarge(span);
    if (depth + target.height > MAX_NESTING) return this.#refuse(span, TOO_DEEP);
    return target;
  }

  /** Reported once: everything after it exceeds the limit as well. */
  #tooLarge(span: Span): Measured {
    this.#refuse(span, `the document has more than ${this.#maxValues} values once its aliases are written out`);
    this.#full = true;
    return NOTHING;
  }

  #refuse(span: Span, message: string, expected?: string): Measured {
    this.usable = false;
    if (!this.#full) this.#mistakes.add({ span, message, expected });
    return NOTHING;
  }

  #refuseKey(span: Span, message: string, expected?: string, hint?: string): undefined {
    if (!this.#full) this.#mistakes.add({ span, message, expected, hint });
  }
}

function toSpan(node: ParsedNode | null): Span {
  const [start, end] = node?.range ?? [0, 0];
  return { start, end };
}

/** The place of a value; a value that is left out (`key:`) is best shown at its key. */
function valueSpan(node: ParsedNode, key: Span): Span {
  const span = toSpan(node);
  return span.start === span.end ? key : span;
}
