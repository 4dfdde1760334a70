/** Protocol files as syntax trees, and how mistakes in them are reported. */
import { createRequire } from 'node:module';
import type { Expression, Node, Program } from 'acorn';
import type { Place, ProtocolMistake } from './protocol.ts';

/** Thrown where a piece of the file is not of the language; the translation continues behind it. */
export class Refusal extends Error {
  readonly mistake: ProtocolMistake;

  constructor(at: Node | Place, message: string, more: Pick<ProtocolMistake, 'hint' | 'unknown'> = {}) {
    super(message);
    this.mistake = { message, ...placeOf(at), ...more };
  }
}

/** Where a node begins. */
export function placeOf(at: Node | Place): Place {
  if (!('type' in at)) return at;
  const { line, column } = at.loc!.start;
  return { line, column: column + 1 };
}

type Parser = { parse(text: string, options: object): Program };
let parser: Parser | undefined;

function typescriptParser(): Parser {
  if (parser) return parser;
  const require = createRequire(import.meta.url);
  const acorn = require('acorn') as typeof import('acorn');
  const { tsPlugin } = require('@sveltejs/acorn-typescript') as typeof import('@sveltejs/acorn-typescript');
  parser = acorn.Parser.extend(tsPlugin() as unknown as Parameters<typeof acorn.Parser.extend>[0]);
  return parser;
}

/** The tree of a module in TypeScript or JavaScript; throws a Refusal for a text that is neither. */
export function parseModule(text: string): Program {
  try {
    return typescriptParser().parse(text, { ecmaVersion: 2023, sourceType: 'module', locations: true });
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal({ line: 1, column: 1 }, 'it is nested too deeply');
    const { message, loc } = error as Error & { readonly loc?: Place };
    const { line = 1, column = 0 } = loc ?? {};
    throw new Refusal({ line, column: column + 1 }, message.replace(/ \(\d+:\d+\)$/, ''));
  }
}

const WRAPPERS: ReadonlySet<string> = new Set([
  'TSAsExpression',
  'TSNonNullExpression',
  'TSSatisfiesExpression',
  'ParenthesizedExpression',
]);

/** The expression without assertions of its type. */
export function unwrap(tree: Expression): Expression {
  let inner = tree;
  while (WRAPPERS.has(inner.type)) inner = (inner as unknown as { readonly expression: Expression }).expression;
  return inner;
}

const PIECES: Readonly<Record<string, string>> = {
  ObjectExpression: 'an object',
  ArrayExpression: 'a list',
  ArrowFunctionExpression: 'a function in a function',
  FunctionExpression: 'a function in a function',
  FunctionDeclaration: 'a function in a function',
  ClassDeclaration: 'a class',
  NewExpression: '`new`',
  AwaitExpression: '`await`',
  TemplateLiteral: 'a template text',
  TryStatement: '`try`',
  ThrowStatement: '`throw`',
  SwitchStatement: '`switch`',
  DoWhileStatement: '`do`',
  ForInStatement: '`for … in`',
  SequenceExpression: 'a comma between expressions',
  ThisExpression: '`this`',
};

/** What a piece of source is called in a message. */
export function nameOfPiece({ type }: Node): string {
  return PIECES[type] ?? type;
}
