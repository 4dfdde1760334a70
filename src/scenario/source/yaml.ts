/** YAML text to documents of plain data with places. Bounded in time and memory whatever the text holds; never throws. */
import { Composer, type Document, isScalar, Lexer, Parser, type YAMLError } from 'yaml';
import { MAX_DOCUMENTS, MAX_NESTING, MAX_TOKENS, MAX_VALUES } from '../limits.ts';
import type { Mistakes } from './diagnostic.ts';
import { RawDocument } from './raw.ts';
import { Reader, TOO_DEEP } from './reader.ts';

type Cst = Parameters<Composer['compose']>[0] extends Iterable<infer T> ? T : never;

/** How much YAML may be in a text. */
export interface YamlLimits {
  readonly tokens: number;
  readonly values: number;
}

const SCENARIO_LIMITS: YamlLimits = { tokens: MAX_TOKENS, values: MAX_VALUES };

/** The documents of a text. One with a syntax error is left out, and the error is reported. */
export function readYaml(text: string, mistakes: Mistakes, limits: YamlLimits = SCENARIO_LIMITS): RawDocument[] {
  const tokens = parse(text, mistakes, limits.tokens);
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
    const raw = readDocument(document, text, mistakes, limits.values);
    if (raw !== undefined) read.push(raw);
  }
  return read;
}

const EMPTY_HINT = 'the smallest scenario is two lines: scenario: <name>, and tree: { pid: 100 }';

/** The concrete syntax of the whole text; undefined when it is too large or too deep to go on. */
function parse(text: string, mistakes: Mistakes, maxTokens: number): Cst[] | undefined {
  const parser = new Parser();
  const tokens: Cst[] = [];
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    const span = { start: parser.offset, end: parser.offset };
    if (++count > maxTokens) {
      mistakes.add({
        span,
        message: `the file has more than ${maxTokens} words`,
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

function compose(tokens: Cst[]): Document.Parsed[] {
  // A text can hold hundreds of thousands of mistakes, and each would record a stack that is never read.
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
      // Its own check compares each key with each other one; `Reader` does it in one pass.
      uniqueKeys: false,
      logLevel: 'silent',
    });
    return [...composer.compose(tokens)] as Document.Parsed[];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function readDocument(
  document: Document.Parsed,
  text: string,
  mistakes: Mistakes,
  maxValues: number,
): RawDocument | undefined {
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
  const reader = new Reader(mistakes, maxValues);
  const { value } = reader.read(document.contents, 0);
  return reader.usable ? new RawDocument(value, span, reader.entries) : undefined;
}

/** One syntax error causes others: the first of a line is reported, and none once the structure is lost. */
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
