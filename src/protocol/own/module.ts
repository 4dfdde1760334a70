/** The declarations of a protocol file: imports, constants, words, functions, and what it exports. */
import type {
  CallExpression,
  Expression,
  FunctionDeclaration,
  FunctionExpression,
  ImportDeclaration,
  Node,
  ObjectExpression,
  Program,
  Property,
  VariableDeclaration,
} from 'acorn';
import type { ProtocolMistake, WordDeclaration } from './protocol.ts';
import { nameOfPiece, Refusal, unwrap } from './syntax.ts';

/** The calls of a protocol file that are steps. */
export const STEPS = ['load', 'store', 'add', 'compareExchange', 'wait', 'kill', 'attempt', 'work'] as const;

/** The names that a protocol file may import. */
export const VOCABULARY = [
  'defineProtocol',
  'shared',
  'perProcess',
  ...STEPS,
  'peek',
  'stage',
  'self',
  'tasks',
  'count',
  'parent',
  'alive',
  'errno',
] as const;
export type VocabularyWord = (typeof VOCABULARY)[number];

export const MODULE = 'mktrouble/protocol';
/** Words of memory that a protocol may declare. */
const MAX_WORDS = 200;

type AnyFunction = FunctionDeclaration | FunctionExpression;

/** What a name at the top of the file stands for. */
export type Global =
  | { readonly kind: 'vocabulary'; readonly word: VocabularyWord }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'words'; readonly perProcess: boolean; readonly numbers: ReadonlyMap<string, number> }
  | { readonly kind: 'function'; readonly number: number; readonly isSteps: boolean };

/** A function of the file, by its number. */
export interface FileFunction {
  readonly name: string;
  readonly node: AnyFunction;
  readonly isSteps: boolean;
}

export interface Module {
  readonly globals: ReadonlyMap<string, Global>;
  readonly words: readonly WordDeclaration[];
  readonly functions: FileFunction[];
  /** The object that is exported; undefined where there is none. */
  readonly definition: ObjectExpression | undefined;
}

/** The declarations of a file; `mistakes` receives what is wrong with them. */
export function readModule(program: Program, mistakes: ProtocolMistake[]): Module {
  return new Reading(mistakes).read(program);
}

class Reading {
  private readonly globals = new Map<string, Global>();
  private readonly words: WordDeclaration[] = [];
  private readonly functions: FileFunction[] = [];
  private definition: ObjectExpression | undefined;
  private readonly mistakes: ProtocolMistake[];

  constructor(mistakes: ProtocolMistake[]) {
    this.mistakes = mistakes;
  }

  read(program: Program): Module {
    for (const statement of program.body) {
      try {
        this.declare(statement);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        this.mistakes.push(error.mistake);
      }
    }
    const { globals, words, functions, definition } = this;
    return { globals, words, functions, definition };
  }

  private declare(tree: Node): void {
    switch (tree.type as string) {
      case 'ImportDeclaration':
        return this.import(tree as ImportDeclaration);
      case 'VariableDeclaration':
        return this.variables(tree as VariableDeclaration);
      case 'FunctionDeclaration':
        return this.function(tree as FunctionDeclaration);
      case 'ExportNamedDeclaration': {
        const { declaration } = tree as Node & { declaration: Node | null };
        if (declaration) this.declare(declaration);
        return;
      }
      case 'ExportDefaultDeclaration':
        return this.export((tree as Node & { declaration: Expression }).declaration);
      case 'TSTypeAliasDeclaration':
      case 'TSInterfaceDeclaration':
      case 'EmptyStatement':
        return;
      case 'ExpressionStatement':
        // 'use strict'
        if ('directive' in tree) return;
    }
    throw new Refusal(tree, `${nameOfPiece(tree)} cannot stand at the top of a protocol file`, {
      hint: 'it has imports, constants, words, functions and one default export: it is read, and never executed',
    });
  }

  private import(tree: ImportDeclaration): void {
    if ((tree as { importKind?: string }).importKind === 'type') return;
    if (tree.source.value !== MODULE)
      throw new Refusal(tree.source, `a protocol file imports from ${MODULE} only`, {
        hint: 'it is read, and never executed; types may come from anywhere, by `import type`',
      });
    for (const specifier of tree.specifiers) {
      if ((specifier as { importKind?: string }).importKind === 'type') continue;
      if (specifier.type !== 'ImportSpecifier' || specifier.imported.type !== 'Identifier')
        throw new Refusal(specifier, `import what is used by its name: import { load } from '${MODULE}'`);
      const { name } = specifier.imported;
      const word = VOCABULARY.find((one) => one === name);
      if (word) this.name(specifier.local.name, specifier, { kind: 'vocabulary', word });
      else if (name !== 'PROTOCOL_VERSION')
        throw new Refusal(specifier, `${MODULE} has no ${name}`, { unknown: { word: name, known: VOCABULARY } });
    }
  }

  private name(name: string, at: Node, global: Global): void {
    if (this.globals.has(name)) throw new Refusal(at, `${name} is declared twice`);
    this.globals.set(name, global);
  }

  private variables(tree: VariableDeclaration): void {
    if (tree.kind !== 'const')
      throw new Refusal(tree, 'only constants can be declared here', {
        hint: 'what changes is a word: const state = shared({ phase: 0 })',
      });
    for (const { id, init } of tree.declarations) {
      if (id.type !== 'Identifier' || !init) throw new Refusal(id, 'only plain names are declared');
      const value = unwrap(init);
      const words = value.type === 'CallExpression' ? this.wordsOf(value) : undefined;
      this.name(id.name, id, words ?? { kind: 'constant', value: this.constant(value) });
    }
  }

  private wordsOf(call: CallExpression): Global | undefined {
    const { callee } = call;
    const global = callee.type === 'Identifier' ? this.globals.get(callee.name) : undefined;
    if (global?.kind !== 'vocabulary' || !['shared', 'perProcess'].includes(global.word)) return undefined;
    const perProcess = global.word === 'perProcess';
    const [first] = call.arguments;
    const object = first && unwrap(first as Expression);
    if (object?.type !== 'ObjectExpression')
      throw new Refusal(call, `${global.word}() takes an object with the first values: { phase: 0 }`);
    const numbers = new Map<string, number>();
    for (const [key, value] of entries(object)) {
      if (numbers.has(key)) throw new Refusal(value, `the word ${key} is declared twice`);
      numbers.set(key, this.words.length);
      this.words.push({ name: key, perProcess, initial: this.constant(unwrap(value)) });
      if (this.words.length > MAX_WORDS) throw new Refusal(value, `more than ${MAX_WORDS} words`);
    }
    return { kind: 'words', perProcess, numbers };
  }

  /** The value of a constant: numbers, constants before it, and what they are computed to. */
  private constant(tree: Expression): number {
    const value = evaluate(tree, (name) => {
      const global = this.globals.get(name);
      return global?.kind === 'constant' ? global.value : undefined;
    });
    if (value === undefined)
      throw new Refusal(tree, 'a constant is a whole number of 32 bits, or is computed from constants before it');
    return value;
  }

  private function(tree: FunctionDeclaration): void {
    this.name(tree.id.name, tree.id, {
      kind: 'function',
      number: this.functions.length,
      isSteps: tree.generator,
    });
    this.functions.push({ name: tree.id.name, node: tree, isSteps: tree.generator });
  }

  private export(declaration: Expression): void {
    let tree = unwrap(declaration);
    if (tree.type === 'CallExpression' && tree.callee.type === 'Identifier') {
      const global = this.globals.get(tree.callee.name);
      const [first] = tree.arguments;
      if (global?.kind === 'vocabulary' && global.word === 'defineProtocol' && first)
        tree = unwrap(first as Expression);
    }
    if (tree.type !== 'ObjectExpression')
      throw new Refusal(tree, 'the default export is no protocol', { hint: EXPECTED });
    this.definition = tree;
  }
}

export const EXPECTED = "export default defineProtocol({ version: 1, name: 'mine', coordinator, task })";

/** The keys of an object with their values, in its order. */
export function entries(object: ObjectExpression): [key: string, value: Expression, property: Property][] {
  return object.properties.map((property) => {
    if (property.type !== 'Property' || property.computed || property.kind !== 'init')
      throw new Refusal(property, 'only plain keys with values can stand here');
    const { key } = property;
    const name = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : undefined;
    if (name === undefined) throw new Refusal(key, 'only plain keys with values can stand here');
    return [name, property.value, property];
  });
}

/** Whether a number is a whole one of 32 bits. */
function isWord(value: number): boolean {
  return (value | 0) === value;
}

function evaluate(tree: Expression, nameOf: (name: string) => number | undefined): number | undefined {
  const of = (inner: Expression): number | undefined => evaluate(unwrap(inner), nameOf);
  if (tree.type === 'Literal') {
    if (typeof tree.value === 'boolean') return Number(tree.value);
    return typeof tree.value === 'number' && isWord(tree.value) ? tree.value : undefined;
  }
  if (tree.type === 'Identifier') return nameOf(tree.name);
  if (tree.type === 'UnaryExpression' && (tree.operator === '-' || tree.operator === '~')) {
    const value = of(tree.argument);
    return value === undefined ? undefined : tree.operator === '-' ? -value | 0 : ~value;
  }
  if (tree.type !== 'BinaryExpression') return undefined;
  const left = of(tree.left as Expression);
  const right = of(tree.right);
  if (left === undefined || right === undefined) return undefined;
  const made = { '+': left + right, '-': left - right, '*': left * right, '|': left | right, '<<': left << right }[
    tree.operator as string
  ];
  return made !== undefined && isWord(made) ? made : undefined;
}
