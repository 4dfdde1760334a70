/**
 * Expressions of a protocol file in the language that the compiler takes (src/backends/simulated/compile). Values are whole numbers
 * of 32 bits; a truth value is 0 or 1. Only what is known here can be written: no file can reach anything but its own words.
 */
import type { BinaryExpression, CallExpression, Expression, Identifier, Node, UnaryExpression } from 'acorn';
import { ERRNO_NAMES, type ErrnoName, errnoNumber } from '../../model/errno.ts';
import { STEPS, type VocabularyWord } from './module.ts';
import type { FunctionScope } from './scope.ts';
import { translateStep } from './steps.ts';
import { nameOfPiece, Refusal, unwrap } from './syntax.ts';

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '/', '%', '>>>']);
const BITS: ReadonlySet<string> = new Set(['&', '|', '^', '<<', '>>']);
const COMPARISONS: ReadonlySet<string> = new Set(['===', '!==', '<', '>', '<=', '>=']);

export function isStep(word: VocabularyWord): boolean {
  return (STEPS as readonly string[]).includes(word);
}

/** The text of an expression. */
export function translateExpression(given: Expression, scope: FunctionScope): string {
  const tree = unwrap(given);
  const of = (inner: Expression): string => translateExpression(inner, scope);
  switch (tree.type) {
    case 'Literal':
      return literal(tree.value, tree);
    case 'Identifier':
      return identifier(tree, scope);
    case 'UnaryExpression':
      return unary(tree, of);
    case 'BinaryExpression':
      return binary(tree, of);
    case 'LogicalExpression':
      if (tree.operator === '??') throw new Refusal(tree, '`??` is not part of the language: no value is missing');
      return `((${of(tree.left)} ${tree.operator} ${of(tree.right)}) ? 1 : 0)`;
    case 'ConditionalExpression':
      return `(${of(tree.test)} ? ${of(tree.consequent)} : ${of(tree.alternate)})`;
    case 'CallExpression':
      return call(tree, scope);
    case 'YieldExpression':
      if (!tree.delegate || !tree.argument)
        throw new Refusal(tree, 'a step is taken by `yield*`: yield* load(state.phase)');
      return translateStep(unwrap(tree.argument), tree, scope);
    case 'AssignmentExpression':
    case 'UpdateExpression':
      throw new Refusal(tree, 'an assignment is a statement of its own');
    case 'MemberExpression':
      throw new Refusal(tree, 'a word is read by peek() or by a step: yield* load(state.phase)');
    default:
      throw new Refusal(tree, `${nameOfPiece(tree)} is not part of the language of protocols`);
  }
}

function literal(value: unknown, at: Node): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number' && (value | 0) === value) return String(value);
  throw new Refusal(at, 'values are whole numbers of 32 bits, true and false');
}

function identifier(tree: Identifier, scope: FunctionScope): string {
  const local = scope.local(tree.name);
  if (local) {
    scope.captured?.add(local.name);
    return local.name;
  }
  const global = scope.gathered.module.globals.get(tree.name);
  if (global?.kind === 'constant') return `(${global.value})`;
  if (global?.kind === 'function' || global?.kind === 'vocabulary')
    throw new Refusal(tree, `${tree.name} is a function: call it`);
  if (global?.kind === 'words') throw new Refusal(tree, `${tree.name} has words: peek(${tree.name}.…) reads one`);
  throw new Refusal(tree, `${tree.name} is not known`, { unknown: { word: tree.name, known: scope.names } });
}

function unary(tree: UnaryExpression, of: (inner: Expression) => string): string {
  const text = of(tree.argument);
  if (tree.operator === '!') return `(${text} ? 0 : 1)`;
  if (tree.operator === '-') return `((0 - ${text}) | 0)`;
  if (tree.operator === '~') return `(~${text})`;
  if (tree.operator === '+') return text;
  throw new Refusal(tree, `\`${tree.operator}\` is not part of the language of protocols`);
}

function binary(tree: BinaryExpression, of: (inner: Expression) => string): string {
  const { operator } = tree;
  const left = tree.left as Expression;
  // What stands before a step must have been read before it.
  if (hasStep(tree.right) && readsMemory(left))
    throw new Refusal(tree, 'what stands left of a step in an expression must not read words', {
      hint: 'put it into a constant before: const x = peek(…)',
    });
  if (ARITHMETIC.has(operator)) return `((${of(left)} ${operator} ${of(tree.right)}) | 0)`;
  if (BITS.has(operator)) return `(${of(left)} ${operator} ${of(tree.right)})`;
  if (operator === '*') return `multiply(${of(left)}, ${of(tree.right)})`;
  if (COMPARISONS.has(operator)) return `((${of(left)} ${operator} ${of(tree.right)}) ? 1 : 0)`;
  const hint = operator === '==' || operator === '!=' ? { hint: `write ${operator}=` } : {};
  throw new Refusal(tree, `\`${operator}\` is not part of the language of protocols`, hint);
}

function some(tree: unknown, test: (node: Node) => boolean): boolean {
  if (Array.isArray(tree)) return tree.some((one) => some(one, test));
  if (tree === null || typeof tree !== 'object' || !('type' in tree)) return false;
  return test(tree as Node) || Object.values(tree).some((one) => some(one, test));
}

export function hasStep(tree: unknown): boolean {
  return some(tree, ({ type }) => type === 'YieldExpression');
}

function readsMemory(tree: unknown): boolean {
  return some(tree, ({ type }) => type === 'CallExpression') && !hasStep(tree);
}

function call(tree: CallExpression, scope: FunctionScope): string {
  const { callee } = tree;
  if (callee.type !== 'Identifier')
    throw new Refusal(tree, 'only functions of the file and of the vocabulary are called');
  if (scope.local(callee.name)) throw new Refusal(callee, `${callee.name} is a number, not a function`);
  const global = scope.gathered.module.globals.get(callee.name);
  if (global?.kind === 'vocabulary') return vocabulary(global.word, tree, scope);
  if (global?.kind !== 'function') {
    const unknown = { word: callee.name, known: scope.names };
    throw new Refusal(callee, `${callee.name}() is not known`, { unknown });
  }
  const target = scope.gathered.module.functions[global.number]!;
  if (global.isSteps) throw new Refusal(tree, `${callee.name}() has steps: call it by yield* ${callee.name}(…)`);
  scope.calls.set(target, tree);
  scope.reads.calls.add(`fun${global.number}`);
  return `fun${global.number}(${['current', ...translateArguments(tree, target.node.params.length, scope)].join(', ')})`;
}

/** The arguments of a call, of which there must be so many. */
export function translateArguments(tree: CallExpression, expected: number, scope: FunctionScope): string[] {
  if (tree.arguments.length !== expected)
    throw new Refusal(
      tree,
      `it takes ${expected} ${expected === 1 ? 'argument' : 'arguments'}, and gets ${tree.arguments.length}`,
    );
  return tree.arguments.map((argument) => translateExpression(argument as Expression, scope));
}

function vocabulary(word: VocabularyWord, tree: CallExpression, scope: FunctionScope): string {
  const args = (n: number): string[] => translateArguments(tree, n, scope);
  switch (word) {
    case 'peek': {
      const [first] = tree.arguments;
      if (!first || tree.arguments.length > 1) throw new Refusal(tree, 'peek() takes a word: peek(state.phase)');
      return peek(first as Expression, scope);
    }
    case 'self':
      args(0);
      return 'self_number(current)';
    case 'count':
      args(0);
      return '(world.nrTasks - 1)';
    case 'parent':
      return `parent_of(${args(1)[0]})`;
    case 'alive':
      scope.reads.life = true;
      return `is_alive(${args(1)[0]})`;
    case 'errno':
      return String(errnoNumber(errnoArgument(tree)));
    case 'tasks':
      throw new Refusal(tree, 'tasks() stands in a loop: for (const p of tasks()) …');
    default:
      throw new Refusal(tree, isStep(word) ? `${word}() is a step: yield* ${word}(…)` : `${word}() has no value`);
  }
}

function errnoArgument(tree: CallExpression): ErrnoName {
  const name = textArgument(tree.arguments[0] as Expression | undefined, tree, 'the name of an errno');
  const known = ERRNO_NAMES.find((one) => one === name);
  if (known) return known;
  throw new Refusal(tree, `unknown errno ${name}`, { unknown: { word: name, known: ERRNO_NAMES } });
}

/** An argument that is a text in quotes. */
export function textArgument(given: Expression | undefined, call: Node, what: string): string {
  const tree = given && unwrap(given);
  if (tree?.type === 'Literal' && typeof tree.value === 'string') return tree.value;
  throw new Refusal(tree ?? call, `expected ${what} in quotes`);
}

/** A word as an argument of peek() or of a step. */
export interface NamedWord {
  readonly number: number;
  readonly name: string;
  /** Of which process: the text of its number; undefined for a shared word, `own` for that of the running process. */
  readonly process: string | 'own' | undefined;
}

/** `state.phase`, `own.vote()`, `own.vote(p)`. */
export function resolveWord(given: Expression, scope: FunctionScope): NamedWord {
  const tree = unwrap(given);
  const member = tree.type === 'CallExpression' ? tree.callee : tree;
  if (member.type !== 'MemberExpression' || member.computed || member.object.type !== 'Identifier')
    throw new Refusal(tree, 'expected a word: state.phase, or own.vote(p) of a process');
  const group = scope.gathered.module.globals.get(member.object.name);
  if (group?.kind !== 'words')
    throw new Refusal(member.object, `${member.object.name} was not made by shared() or perProcess()`, {
      unknown: { word: member.object.name, known: scope.names },
    });
  const { name } = member.property as Identifier;
  const number = group.numbers.get(name);
  if (number === undefined)
    throw new Refusal(member.property, `${member.object.name} has no word ${name}`, {
      unknown: { word: name, known: [...group.numbers.keys()] },
    });
  if (!group.perProcess) {
    if (tree.type === 'CallExpression')
      throw new Refusal(tree, `${name} is shared: write ${member.object.name}.${name}`);
    return { number, name, process: undefined };
  }
  if (tree.type !== 'CallExpression')
    throw new Refusal(tree, `each process has one: write ${member.object.name}.${name}(), or name the process in ( )`);
  const [process] = tree.arguments;
  if (tree.arguments.length > 1) throw new Refusal(tree, 'a word is of one process');
  const text = process === undefined ? 'self_number(current)' : translateExpression(process as Expression, scope);
  return { number, name, process: text === 'self_number(current)' ? 'own' : text };
}

function peek(given: Expression, scope: FunctionScope): string {
  const { number, process } = resolveWord(given, scope);
  if (process === 'own') {
    scope.reads.own.add(number);
    return `own${number}(current)`;
  }
  scope.reads.any.add(number);
  return process === undefined ? `read${number}()` : `any${number}(${process})`;
}
