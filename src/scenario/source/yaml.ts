/** YAML text to documents of plain data with places. Bounded in time and memory whatever the text holds; never throws. */

import type { Pair, ParsedNode } from 'yaml';
import {
  Composer,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  type YAMLError,
} from 'yaml';
import { MAX_DOCUMENTS, MAX_NESTING, MAX_TOKENS, MAX_VALUES } from '../limits.ts';
import type { Mistakes } from './diagnostic.ts';
import { type Entries, type Raw, RawDocument, type RawList, type RawMapping, show } from './raw.ts';
import type { Span } from './text.ts';

type Cst = Parameters<Composer['compose']>[0] extends Iterable<infer T> ? T : never;

/** The tags that YAML itself gives plain data; anything else would be a type of its own. */
const PLAIN_TAGS = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
);

/** The documents of a text. One that has a mistake of syntax is left out, and the mistake is told. */
export function readYaml(text: string, mistakes: Mistakes): RawDocument[] {
  const tokens = parse(text, mistakes);
  if (tokens === undefined) return [];
  const documents = compose(tokens);
  if (documents.length === 0) {
    mistakes.add({
      span: { start: 0, end: 0 },
      message: 'the file is empty',
      expected: 'a scenario',
      hint: EMPTY_HINT,
    });
  }
  if (documents.length > MAX_DOCUMENTS) {
    const [start] = documents[MAX_DOCUMENTS]!.range;
    mistakes.add({
      span: { start, end: start },
      message: `the file has more than ${MAX_DOCUMENTS} documents`,
      hint: SPLIT_HINT,
    });
    return [];
  }
  const read: RawDocument[] = [];
  for (const document of documents) {
    const raw = readDocument(document, text, mistakes);
    if (raw !== undefined) read.push(raw);
  }
  return read;
}

const EMPTY_HINT = 'the smallest scenario is two lines: scenario: <name>, and tree: { pid: 100 }';

/** The concrete syntax of the whole text; undefined when it is too large or too deep to go on. */
function parse(text: string, mistakes: Mistakes): Cst[] | undefined {
  const parser = new Parser();
  const tokens: Cst[] = [];
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    const span = { start: parser.offset, end: parser.offset };
    if (++count > MAX_TOKENS) {
      mistakes.add({
        span,
        message: `the file has more than ${MAX_TOKENS} words`,
        hint: SPLIT_HINT,
      });
      return undefined;
    }
    // A level of nesting takes at most two places on the parser's stack; what is a little deeper is measured later.
    if (parser.stack.length > 2 * MAX_NESTING) {
      mistakes.add({ span, message: TOO_DEEP });
      return undefined;
    }
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

const SPLIT_HINT = 'split it into several files';
const TOO_DEEP = `lists and mappings are nested more than ${MAX_NESTING} deep`;

function compose(tokens: Cst[]): Document.Parsed[] {
  // A text can hold hundreds of thousands of mistakes, and each would record a stack that nobody reads.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const composer = new Composer({
      version: '1.2',
      schema: 'core',
      strict: true,
      merge: false,
      customTags: [],
      resolveKnownTags: false,
      prettyErrors: false,
      // Its own check compares each key with each other one; `readMapping` does it in one pass.
      uniqueKeys: false,
      logLevel: 'silent',
    });
    return [...composer.compose(tokens)] as Document.Parsed[];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function readDocument(document: Document.Parsed, text: string, mistakes: Mistakes): RawDocument | undefined {
  const before = mistakes.count;
  addSyntax([...document.errors, ...document.warnings], text, mistakes);
  const [start, end] = document.contents?.range ?? document.range;
  const span = { start, end };
  if (document.directives.yaml.explicit && document.directives.yaml.version !== '1.2') {
    mistakes.add({ span, message: `YAML ${document.directives.yaml.version} is not read`, expected: 'YAML 1.2' });
  }
  if (mistakes.count > before) return undefined;
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    mistakes.add({
      span: { start, end: start },
      message: 'this document is empty',
      expected: 'a scenario',
      hint: EMPTY_HINT,
    });
    return undefined;
  }
  const reader = new Reader(mistakes);
  const { value } = reader.read(document.contents, 0);
  return reader.usable ? new RawDocument(value, span, reader.entries) : undefined;
}

/** One mistake of syntax makes many that follow from it: the first of a line is told, and none once the structure is lost. */
function addSyntax(errors: readonly YAMLError[], text: string, mistakes: Mistakes): void {
  let lineEnd = -1;
  for (const error of errors) {
    const [start] = error.pos;
    if (start <= lineEnd) continue;
    const next = text.indexOf('\n', start);
    lineEnd = next === -1 ? text.length : next;
    addOne(error, text.slice(text.lastIndexOf('\n', start - 1) + 1, lineEnd), mistakes);
    if (error.message.includes('in YAML stream')) return;
  }
}

function addOne(error: YAMLError, line: string, mistakes: Mistakes): void {
  const [start, end] = error.pos;
  let hint: string | undefined;
  if (line.includes('${{')) hint = `write "\${{ matrix.x }}" in quotes`;
  else if (error.code === 'TAB_AS_INDENT') hint = 'indent with spaces';
  mistakes.add({ span: { start, end }, message: `not valid YAML: ${error.message.split('\n')[0]}`, hint });
}

/** A value, how many values it is when aliases are written out, and how many levels it is high. */
interface Measured {
  readonly value: Raw;
  readonly size: number;
  readonly height: number;
}

const NOTHING: Measured = { value: null, size: 1, height: 0 };

class Reader {
  readonly entries = new WeakMap<object, Entries>();
  readonly #mistakes: Mistakes;
  /** By anchor; undefined while the anchor's own node is being read. */
  readonly #anchors = new Map<string, Measured | undefined>();
  #size = 0;
  #full = false;
  /** Whether all values could be read; keys that could not be are left out. */
  usable = true;

  constructor(mistakes: Mistakes) {
    this.#mistakes = mistakes;
  }

  read(node: ParsedNode, depth: number): Measured {
    const span = spanOf(node);
    if (isAlias(node)) return this.#alias(node.source, span, depth);
    if (depth > MAX_NESTING) return this.#refuse(span, TOO_DEEP);
    if (node.tag !== undefined && !PLAIN_TAGS.has(node.tag)) {
      return this.#refuse(
        span,
        `the tag ${show(node.tag)} is not known`,
        'plain YAML values, without tags of their own',
      );
    }
    if (++this.#size > MAX_VALUES) return this.#tooLarge(span);
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
      entries.set(value.length, { value: spanOf(item as ParsedNode) });
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
      const keySpan = spanOf(pair.key);
      const key = this.#key(pair.key, keySpan);
      if (key === undefined) continue;
      if (entries.has(key)) {
        this.#refuseKey(keySpan, `the key ${show(key)} is there twice`, 'each key once');
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
    if (key === '__proto__') return this.#refuseKey(span, 'the key __proto__ can not be used');
    if (key === '<<')
      return this.#refuseKey(span, 'merge keys (<<) are not read', undefined, 'write the keys out, or use a matrix');
    if (key.includes('${{'))
      return this.#refuseKey(
        span,
        'a key can not come from the matrix',
        undefined,
        'expressions stand for values only',
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
    if (this.#size > MAX_VALUES) return this.#tooLarge(span);
    if (depth + target.height > MAX_NESTING) return this.#refuse(span, TOO_DEEP);
    return target;
  }

  /** Said once: all that comes after is too much as well. */
  #tooLarge(span: Span): Measured {
    this.#refuse(span, TOO_LARGE);
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

const TOO_LARGE = `the document has more than ${MAX_VALUES} values once its aliases are written out`;

function spanOf(node: ParsedNode | null): Span {
  const [start, end] = node?.range ?? [0, 0];
  return { start, end };
}

/** The place of a value; a value that is left out (`key:`) is best shown at its key. */
function valueSpan(node: ParsedNode, key: Span): Span {
  const span = spanOf(node);
  return span.start === span.end ? key : span;
}
