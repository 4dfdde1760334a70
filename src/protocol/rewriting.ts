/** Rewriting a function of the protocol's language: edits of its text, found by its syntax tree. */
import { createRequire } from 'node:module';
import type { FunctionExpression, Node, Pattern, VariableDeclarator } from 'acorn';

/** Loaded when it is needed: what was compiled ahead is not parsed. */
let parser: typeof import('acorn') | undefined;

/** The tree of a function; positions count in its text. */
export function parseFunction(text: string): FunctionExpression {
  parser ??= createRequire(import.meta.url)('acorn') as typeof import('acorn');
  return parser.parseExpressionAt(text, 0, { ecmaVersion: 2023 }) as FunctionExpression;
}

/** Its comment, `export`, `function` and name, parameters, result, and the brace that opens it. */
const SIGNATURE = /^((?:\/\*[\s\S]*?\*\/\s*|\/\/.*\n|\s)*)export (function\*? (\w+))\(([^)]*)\): ([^{]*?)\s*\{/;

export interface Signature {
  /** What stands above the function. */
  readonly comment: string;
  readonly name: string;
  readonly params: readonly { readonly name: string; readonly type: string }[];
  readonly result: string;
}

function match(text: string): RegExpExecArray {
  const found = SIGNATURE.exec(text);
  if (!found) throw new Error(`no function of the protocol's language: ${text.slice(0, 200)}`);
  return found;
}

export function readSignature(text: string): Signature {
  const [, comment, , name, params, result] = match(text);
  const pairs = params!.split(',').map((param) => /(\w+)\s*:\s*(.+)/.exec(param.trim()));
  return {
    comment: comment!,
    name: name!,
    params: pairs.flatMap((pair) => (pair ? [{ name: pair[1]!, type: pair[2]! }] : [])),
    result: result!,
  };
}

/** The function without its types and what stands above it. */
export function stripTypes(text: string): string {
  const [whole, , head] = match(text);
  const params = readSignature(text).params.map(({ name }) => name);
  return `${head}(${params.join(', ')}) {${text.slice(whole.length)}`.trimEnd();
}

export function isNode(tree: unknown): tree is Node {
  return tree !== null && typeof tree === 'object' && typeof (tree as Partial<Node>).type === 'string';
}

/** Parameters and locals, those of functions inside of it too. */
export function declaredNames(node: FunctionExpression): Set<string> {
  const names = new Set<string>();
  const declare = (pattern: Pattern): void => {
    if (pattern.type === 'Identifier') names.add(pattern.name);
    else if (pattern.type === 'ObjectPattern') {
      for (const one of pattern.properties) declare(one.type === 'Property' ? one.value : one.argument);
    }
  };
  const visit = (tree: unknown): void => {
    if (Array.isArray(tree)) return tree.forEach(visit);
    if (!isNode(tree)) return;
    if (tree.type === 'VariableDeclarator') declare((tree as VariableDeclarator).id);
    else if (/Function/.test(tree.type)) (tree as FunctionExpression).params.forEach(declare);
    Object.values(tree).forEach(visit);
  };
  visit(node);
  return names;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A function, and the edits of its text so far. */
export abstract class Rewriting {
  protected readonly text: string;
  protected readonly node: FunctionExpression;
  protected edits: Edit[] = [];

  /** `text`: without types; `node`: its tree, where it was parsed already. */
  constructor(text: string, node: FunctionExpression = parseFunction(text)) {
    this.text = text;
    this.node = node;
  }

  /** Looks at a node of the tree; `visitParts` goes on below it. */
  protected abstract visitNode(tree: Node): void;

  protected visit(tree: unknown): void {
    if (Array.isArray(tree)) for (const one of tree) this.visit(one);
    else if (isNode(tree)) this.visitNode(tree);
  }

  protected visitParts(tree: Node): void {
    for (const value of Object.values(tree)) this.visit(value);
  }

  protected source({ start, end }: Pick<Node, 'start' | 'end'>): string {
    return this.text.slice(start, end);
  }

  protected insert(place: number, text: string): void {
    this.edits.push({ start: place, end: place, text });
  }

  protected replace({ start, end }: Pick<Node, 'start' | 'end'>, text: string): void {
    this.edits.push({ start, end, text });
  }

  /** The text of a node with the edits in it. */
  protected edited({ start, end }: Pick<Node, 'start' | 'end'>): string {
    let text = '';
    let from = start;
    for (const edit of this.edits.toSorted((a, b) => a.start - b.start)) {
      text += this.text.slice(from, edit.start) + edit.text;
      from = edit.end;
    }
    return text + this.text.slice(from, end);
  }
}
