/** The matrix: its combinations, and the expressions that stand for their values. */
import type { Complain } from './complain.ts';
import { didYouMean } from './source/nearest.ts';
import { isMapping, type Path, type Raw, type RawList, type RawMapping, show } from './source/raw.ts';

export type MatrixValue = string | number | boolean;
export type Values = Readonly<Record<string, MatrixValue>>;

/** One choice of a value for each key. */
export interface Combination {
  readonly values: Values;
  readonly indices: readonly number[];
}

export class Matrix {
  readonly keys: readonly string[];
  readonly #lists: readonly (readonly MatrixValue[])[];

  constructor(matrix: Readonly<Record<string, readonly MatrixValue[]>>) {
    this.keys = Object.keys(matrix);
    this.#lists = Object.values(matrix);
  }

  /** How many combinations the values of these keys have. */
  count(keys: readonly string[] = this.keys): number {
    return keys.reduce((product, key) => product * this.#lists[this.keys.indexOf(key)]!.length, 1);
  }

  /** All combinations; the value of the last key changes fastest. Without a key: one, of nothing. */
  *combinations(): Generator<Combination> {
    const indices = this.keys.map(() => 0);
    const count = this.count();
    for (let n = 0; n < count; n++) {
      const values = Object.fromEntries(this.keys.map((key, k) => [key, this.#lists[k]![indices[k]!]!]));
      yield { values, indices: [...indices] };
      for (let k = indices.length - 1; k >= 0; k--) {
        indices[k]!++;
        if (indices[k]! < this.#lists[k]!.length) break;
        indices[k] = 0;
      }
    }
  }

  /** Computes a result once for each choice of values of the keys that it depends on. */
  memo<T>(keys: Iterable<string>, make: (combination: Combination) => T): (combination: Combination) => T {
    const used = [...new Set(keys)].map((key) => this.keys.indexOf(key));
    // Combinations are in order: a result that depends on all keys is never needed again after the next one.
    const keepsAll = used.length < this.keys.length;
    const made = new Map<number, T>();
    return ({ values, indices }) => {
      const id = used.reduce((sum, k) => sum * this.#lists[k]!.length + indices[k]!, 0);
      if (made.has(id)) return made.get(id) as T;
      if (!keepsAll) made.clear();
      const thing = make({ values, indices });
      made.set(id, thing);
      return thing;
    };
  }
}

/** The values of a combination as the end of a case's name: `bogus=999, target=coordinator`. */
export function describeValues(values: Values): string {
  return Object.entries(values)
    .map(
      ([key, value]) =>
        `${key}=${typeof value === 'string' && (!/^[A-Za-z][\w./:-]*$/.test(value) || /^(true|false)$/.test(value)) ? JSON.stringify(value) : value}`,
    )
    .join(', ');
}

const OPEN = '${{';
const CLOSE = '}}';
const REFERENCE = /^\s*matrix\.([\w-]+)\s*$/;

/** The parts of an expression: texts, and keys of the matrix between them. */
type Piece = string | { readonly key: string };

/** The pieces of a text; or a message with what is wrong in it. */
function parse(text: string): Piece[] | string {
  const pieces: Piece[] = [];
  let at = 0;
  for (let open = text.indexOf(OPEN); open !== -1; open = text.indexOf(OPEN, at)) {
    const close = text.indexOf(CLOSE, open);
    if (close === -1) return `an expression without its end ${CLOSE}`;
    const inner = text.slice(open + OPEN.length, close);
    const key = REFERENCE.exec(inner)?.[1];
    if (key === undefined) return `${show(inner.trim())} is not an expression`;
    if (open > at) pieces.push(text.slice(at, open));
    pieces.push({ key });
    at = close + CLOSE.length;
  }
  if (at < text.length) pieces.push(text.slice(at));
  return pieces;
}

/** A part of a document with the expressions in it. */
export interface Template {
  /** The keys of the matrix that it uses. */
  readonly uses: ReadonlySet<string>;
  /** How many values it has. */
  readonly size: number;
  fill(values: Values): Raw;
}

/** Finds the expressions of a part; reports those that no matrix can fill in, and leaves them unchanged. */
export function template(part: Raw, path: Path, known: readonly string[], complain: Complain): Template {
  const uses = new Set<string>();
  let size = 0;
  // Lists and mappings that have no expression in them are shared by all cases.
  const fixed = new WeakSet<object>();

  const scan = (value: Raw, at: Path): boolean => {
    size++;
    if (typeof value === 'string') return value.includes(OPEN) && scanText(value, at);
    if (value === null || typeof value !== 'object') return false;
    let varies = false;
    const steps = Array.isArray(value) ? value.entries() : Object.entries(value);
    for (const [step, inner] of steps) varies = scan(inner, [...at, step]) || varies;
    if (!varies) fixed.add(value);
    return varies;
  };

  const scanText = (text: string, at: Path): boolean => {
    const pieces = parse(text);
    if (typeof pieces === 'string') {
      complain({ path: at, message: pieces, expected: `\${{ matrix.<name> }}` });
      return false;
    }
    for (const piece of pieces) {
      if (typeof piece === 'string') continue;
      if (known.includes(piece.key)) uses.add(piece.key);
      else complain({ path: at, message: `unknown key of the matrix ${piece.key}`, ...knownKeys(piece.key, known) });
    }
    return true;
  };

  scan(part, path);
  return { uses, size, fill: (values) => (uses.size === 0 ? part : fill(part, values, fixed)) };
}

function knownKeys(key: string, known: readonly string[]) {
  if (known.length === 0) return { hint: 'the scenario has no matrix' };
  return { expected: known.join(', '), hint: () => didYouMean(key, known) };
}

function fill(value: Raw, values: Values, fixed: WeakSet<object>): Raw {
  if (typeof value === 'string') return value.includes(OPEN) ? fillText(value, values) : value;
  if (value === null || typeof value !== 'object' || fixed.has(value)) return value;
  if (!isMapping(value)) return (value as RawList).map((item) => fill(item, values, fixed));
  const filled: RawMapping = Object.create(null);
  for (const key of Object.keys(value)) filled[key] = fill(value[key]!, values, fixed);
  return filled;
}

/** A text that is one expression and nothing else becomes the value itself, of its own type. */
function fillText(text: string, values: Values): Raw {
  const pieces = parse(text);
  if (typeof pieces === 'string') return text;
  const whole = pieces.length === 1 ? pieces[0] : undefined;
  const filledIn = (piece: Piece) =>
    typeof piece === 'string' ? piece : Object.hasOwn(values, piece.key) ? values[piece.key]! : text;
  return whole === undefined ? pieces.map((piece) => String(filledIn(piece))).join('') : filledIn(whole);
}
