/** The protocol's and the kernel's functions as syntax trees, and the constants that they name. */
import { createRequire } from 'node:module';
import type { Expression, FunctionDeclaration, FunctionExpression } from 'acorn';
import * as access from '../kernel/access.ts';
import * as exit from '../kernel/exit.ts';
import * as fork from '../kernel/fork.ts';
import * as layout from '../kernel/layout.ts';
import * as lock from '../kernel/lock.ts';
import * as memory from '../kernel/memory.ts';
import * as seen from '../kernel/seen.ts';
import * as signal from '../kernel/signal.ts';
import * as slab from '../kernel/slab.ts';
import * as task from '../kernel/task.ts';
import * as wait from '../kernel/wait.ts';
import * as world from '../kernel/world.ts';
import * as context from '../restart/context.ts';
import * as coordinator from '../restart/coordinator.ts';
import * as debug from '../restart/debug.ts';
import * as errno from '../restart/errno.ts';
import * as restartExit from '../restart/exit.ts';
import * as image from '../restart/image.ts';
import * as restore from '../restart/restore.ts';
import * as sync from '../restart/sync.ts';
import * as sys from '../restart/sys.ts';
import * as turn from '../restart/turn.ts';
import * as user from '../restart/user.ts';

export type FunctionNode = FunctionDeclaration | FunctionExpression;

const GeneratorFunction = Object.getPrototypeOf(function* () {}).constructor as { new (): unknown };

/** Modules whose functions are kernel primitives: a step in one of them is named after the function that called it. */
const PRIMITIVES = [access, lock, wait, slab, signal];

/** A function as it was loaded. */
export interface ModelFunction {
  readonly text: string;
  /** Its tree; positions count in `text`. */
  readonly node: FunctionNode;
}

/** Everything that the model's source can name. */
export interface Scope {
  /** Numbers: fields, flags, errnos. */
  readonly constants: ReadonlyMap<string, number>;
  /** Generator functions: those with steps in them. */
  readonly steps: ReadonlyMap<string, ModelFunction>;
  /** Ordinary functions of the model. */
  readonly plain: ReadonlyMap<string, ModelFunction>;
  /** Functions of the machine itself, called as they are. */
  readonly natives: ReadonlyMap<string, unknown>;
  readonly primitives: ReadonlySet<string>;
}

/** A function of the model with another text: how mutants are made. */
export interface Change {
  readonly function: string;
  readonly text: string;
}

/**
 * A loader that makes CommonJS of the source writes `(0, import_x.f)(…)` for `f(…)` and `import_x.m` for `m`: undone here.
 * What a name was made of stays its place in the text.
 */
function plainNames(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(plainNames);
  if (tree === null || typeof tree !== 'object') return tree;
  const node = tree as Expression;
  const { start, end } = node;
  if (node.type === 'SequenceExpression') return { ...(plainNames(node.expressions.at(-1)) as Expression), start, end };
  if (node.type === 'MemberExpression' && node.object.type === 'Identifier' && /^import_/.test(node.object.name)) {
    return { ...node.property, start, end };
  }
  for (const [key, value] of Object.entries(tree)) (tree as Record<string, unknown>)[key] = plainNames(value);
  return tree;
}

/** Loaded when it is needed: what was compiled ahead is not parsed. */
let parser: typeof import('acorn') | undefined;

/** The tree of a function; positions count in its text. */
export function parseFunction(text: string): FunctionNode {
  parser ??= createRequire(import.meta.url)('acorn') as typeof import('acorn');
  const tree = parser.parseExpressionAt(text, 0, { ecmaVersion: 2023 });
  return (text.includes('import_') ? plainNames(tree) : tree) as FunctionNode;
}

/** Parsed when it is looked at: no build needs them all. */
function functionOf(text: string): ModelFunction {
  let node: FunctionNode | undefined;
  return {
    text,
    get node() {
      node ??= parseFunction(text);
      return node;
    },
  };
}

/** The scope with one function changed. */
export function changedScope(scope: Scope, { function: name, text }: Change): Scope {
  const where = scope.steps.has(name) ? 'steps' : 'plain';
  return { ...scope, [where]: new Map(scope[where]).set(name, functionOf(text)) };
}

let parsed: Scope | undefined;

/** The model's source as it was loaded. Parsed once. */
export function modelScope(): Scope {
  if (parsed) return parsed;
  const constants = new Map<string, number>();
  const steps = new Map<string, ModelFunction>();
  const plain = new Map<string, ModelFunction>();
  const natives = new Map<string, unknown>();
  const primitives = new Set<string>();
  const rooms = [
    access,
    exit,
    fork,
    layout,
    lock,
    memory,
    seen,
    signal,
    slab,
    task,
    wait,
    world,
    debug,
    errno,
    context,
    coordinator,
    restartExit,
    image,
    restore,
    sync,
    turn,
    sys,
    user,
  ];
  for (const room of rooms) {
    for (const [name, value] of Object.entries(room)) {
      if (typeof value === 'number') constants.set(name, value);
      else if (value instanceof (GeneratorFunction as unknown as typeof Function)) {
        steps.set(name, functionOf(String(value)));
        if ((PRIMITIVES as unknown[]).includes(room)) primitives.add(name);
      } else if (typeof value === 'function') {
        if (value === access.touch || value === access.gone) continue; /* the compiler's own words */
        if (room === memory) natives.set(name, value);
        else plain.set(name, functionOf(String(value)));
      }
    }
  }
  parsed = { constants, steps, plain, natives, primitives };
  return parsed;
}
