/** The protocol's and the kernel's functions as syntax trees, and the constants that they name. */
import type { Expression, FunctionExpression } from 'acorn';
import * as types from '../../../protocol/checkpoint_types.ts';
import * as image from '../../../protocol/image.ts';
import * as points from '../../../protocol/points.ts';
import * as program from '../../../protocol/program.ts';
import { parseFunction, stripTypes } from '../../../protocol/rewriting.ts';
import type { Protocol } from '../../../protocol/stacks.ts';
import * as trace from '../../../protocol/trace.ts';
import { translate } from '../../../protocol/translate.ts';
import * as restartWorld from '../../../protocol/world.ts';
import * as access from '../kernel/access.ts';
import * as err from '../kernel/err.ts';
import * as exit from '../kernel/exit.ts';
import * as fork from '../kernel/fork.ts';
import * as layout from '../kernel/layout.ts';
import * as lock from '../kernel/lock.ts';
import * as memory from '../kernel/memory.ts';
import * as signal from '../kernel/signal.ts';
import * as slab from '../kernel/slab.ts';
import * as task from '../kernel/task.ts';
import * as wait from '../kernel/wait.ts';
import * as walk from '../kernel/walk.ts';
import * as world from '../kernel/world.ts';

const GeneratorFunction = Object.getPrototypeOf(function* () {}).constructor as { new (): unknown };

/** Modules whose functions are kernel primitives: a step in one of them is named after the function that called it. */
const PRIMITIVES: readonly unknown[] = [access, lock, wait, slab, signal, walk, image];
/** Functions of the protocol that are lines of the kernel's, and named so. */
const HOOKS: ReadonlySet<string> = new Set(['exit_hook', 'fork_hook', 'late_fork_hook', 'inherit_checkpoint_ctx']);

/** A function as it was loaded. */
export interface SourceFunction {
  readonly text: string;
  /** Its tree; positions count in `text`. */
  readonly node: FunctionExpression;
}

/** Everything that the model's source can name. */
export interface Scope {
  /** Numbers: fields, flags, errnos. */
  readonly constants: ReadonlyMap<string, number>;
  /** Generator functions: those with steps in them. */
  readonly steps: ReadonlyMap<string, SourceFunction>;
  /** Ordinary functions of the model. */
  readonly plain: ReadonlyMap<string, SourceFunction>;
  /** Functions of the machine itself, called as they are. */
  readonly natives: ReadonlyMap<string, unknown>;
  readonly primitives: ReadonlySet<string>;
}

/** A function of a protocol with another text, without types: how mutants are made. */
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

/** The tree of a function as a loader has it; positions count in its text. */
function parseLoaded(text: string): FunctionExpression {
  const tree = parseFunction(text);
  return (text.includes('import_') ? plainNames(tree) : tree) as FunctionExpression;
}

/** Parsed when it is looked at: no build needs them all. */
function functionOf(text: string): SourceFunction {
  let node: FunctionExpression | undefined;
  return {
    text,
    get node() {
      node ??= parseLoaded(text);
      return node;
    },
  };
}

interface Kernel extends Scope {
  /** Functions whose first parameter is the running task. */
  readonly takeCurrent: ReadonlySet<string>;
}

const KERNEL = [access, err, exit, fork, layout, lock, memory, signal, slab, task, wait, walk, world];
const BESIDE_PROTOCOL = [types, points, restartWorld, trace, image, program];

let kernel: Kernel | undefined;

/** What is the same for every protocol: the kernel, and what observes. Parsed once. */
function kernelScope(): Kernel {
  if (kernel) return kernel;
  const constants = new Map<string, number>();
  const steps = new Map<string, SourceFunction>();
  const plain = new Map<string, SourceFunction>();
  const natives = new Map<string, unknown>();
  const primitives = new Set<string>(HOOKS);
  const takeCurrent = new Set<string>();
  for (const room of [...KERNEL, ...BESIDE_PROTOCOL]) {
    for (const [name, value] of Object.entries(room)) {
      if (typeof value === 'number') constants.set(name, value);
      if (typeof value !== 'function') continue;
      const text = String(value);
      if (/^function\*? ?\w+\(current\b/.test(text)) takeCurrent.add(name);
      if (value instanceof (GeneratorFunction as unknown as typeof Function)) {
        steps.set(name, functionOf(text));
        if (PRIMITIVES.includes(room)) primitives.add(name);
      } else if ((value as unknown) === access.touch || (value as unknown) === access.gone) {
      } else if (room === memory) natives.set(name, value);
      else plain.set(name, functionOf(text));
    }
  }
  kernel = { constants, steps, plain, natives, primitives, takeCurrent };
  return kernel;
}

/** The functions of a protocol without types, by name, in their order. */
export function collectFunctions(protocol: Protocol): Map<string, string> {
  const functions = protocol.files().flatMap(({ functions }) => functions);
  return new Map(functions.map(({ name, text }) => [name, stripTypes(text)]));
}

/** The functions of a protocol in plain JavaScript, and the kernel's that they may call, as they were loaded. */
export function protocolText(protocol: Protocol): {
  readonly functions: readonly string[];
  readonly kernel: ReadonlyMap<string, unknown>;
} {
  const { steps, plain } = buildScope(protocol);
  const known = kernelScope();
  const own = [...steps, ...plain].filter(([name]) => !known.steps.has(name) && !known.plain.has(name));
  const loaded = [...KERNEL, ...BESIDE_PROTOCOL].flatMap((room) => Object.entries(room) as [string, unknown][]);
  return {
    functions: own.map(([, { text }]) => text),
    kernel: new Map(loaded.filter(([, value]) => typeof value === 'function')),
  };
}

const scopes = new Map<string, Scope>();

/** Everything that the source of a protocol can name; parsed once for each. */
export function buildScope(protocol: Protocol): Scope {
  let scope = scopes.get(protocol.name);
  if (!scope) {
    scope = makeScope(collectFunctions(protocol));
    scopes.set(protocol.name, scope);
  }
  return scope;
}

/** The scope with one function changed. */
export function changedScope(protocol: Protocol, { function: name, text }: Change): Scope {
  return makeScope(collectFunctions(protocol).set(name, text), buildScope(protocol), name);
}

/** `base`: a scope that differs in one function. */
function makeScope(functions: ReadonlyMap<string, string>, base: Scope = kernelScope(), only?: string): Scope {
  const { constants, natives, takeCurrent } = kernelScope();
  const steps = new Map(base.steps);
  const plain = new Map(base.plain);
  const primitives = new Set(base.primitives);
  const names = {
    takesCurrent: (name: string) => functions.has(name) || takeCurrent.has(name),
    isField: (name: string) => constants.has(name),
  };
  for (const [name, text] of functions) {
    if (only !== undefined && name !== only) continue;
    for (const one of translate(name, text, names)) {
      (one.hasSteps ? steps : plain).set(one.name, functionOf(one.text));
      if (one.isCondition) primitives.add(one.name);
    }
  }
  return { constants, steps, plain, natives, primitives };
}
