/** Steps of a protocol file: each becomes a place (`Site`) at which the compiler ends a step, and a call of its own small function. */
import type { CallExpression, Expression, Node } from 'acorn';
import {
  isStep,
  type NamedWord,
  resolveWord,
  textArgument,
  translateArguments,
  translateExpression,
} from './expressions.ts';
import type { Site, StepKind } from './protocol.ts';
import type { DirectReads, FunctionScope } from './scope.ts';
import { nameOfPiece, placeOf, Refusal, unwrap } from './syntax.ts';

const MAX_LABEL = 100;
export const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** `yield* call`: a step, or a function with steps. */
export function translateStep(call: Expression, at: Node, scope: FunctionScope): string {
  if (!scope.isSteps) throw new Refusal(at, 'a function that takes steps is declared by function*');
  if (call.type !== 'CallExpression' || call.callee.type !== 'Identifier')
    throw new Refusal(call, `yield* is followed by a call, not by ${nameOfPiece(call)}`);
  const { name } = call.callee;
  const global = scope.gathered.module.globals.get(name);
  if (global?.kind === 'vocabulary') {
    if (isStep(global.word)) return primitive(global.word as StepKind, call, scope);
    throw new Refusal(call, `${name}() is no step: call it without yield*`);
  }
  if (global?.kind !== 'function')
    throw new Refusal(call.callee, `${name}() is not known`, { unknown: { word: name, known: scope.names } });
  if (!global.isSteps) throw new Refusal(call, `${name}() has no steps: call it without yield*`);
  const target = scope.gathered.module.functions[global.number]!;
  scope.delegate(target, call);
  const args = translateArguments(call, target.node.params.length, scope);
  return `(yield* gen${global.number}(${['current', ...args].join(', ')}))`;
}

/** How many arguments each kind of step takes, before its label. */
const ARITY: Readonly<Record<StepKind, number>> = {
  load: 1,
  store: 2,
  add: 2,
  compareExchange: 3,
  wait: 1,
  kill: 1,
  attempt: 1,
  work: 0,
};

function primitive(kind: StepKind, call: CallExpression, scope: FunctionScope): string {
  const given = call.arguments as Expression[];
  const arity = ARITY[kind];
  if (given.length < arity || given.length > arity + 1)
    throw new Refusal(call, `${kind}() takes ${arity} ${arity === 1 ? 'argument' : 'arguments'} and a label`);
  const label = given.length > arity ? labelOf(given[arity]!, call) : undefined;
  const [first, ...rest] = given.slice(0, arity);
  const values = (): string[] => rest.map((one) => translateExpression(one, scope));
  switch (kind) {
    case 'wait':
      return wait(unwrap(first!), label, call, scope);
    case 'kill':
      return site({ kind }, `kill`, label, [translateExpression(first!, scope)], call, scope);
    case 'attempt':
      return attempt(first!, label, call, scope);
    case 'work':
      return site({ kind }, 'work', label, [], call, scope);
    default: {
      const word = resolveWord(first!, scope);
      return site(wordOf(kind, word), `${kind} ${word.name}`, label, [...processOf(word), ...values()], call, scope);
    }
  }
}

function wordOf(kind: StepKind, { number, process }: NamedWord): Pick<Site, 'kind' | 'word' | 'own'> {
  return { kind, word: number, ...(process === 'own' && { own: true }) };
}

function processOf({ process }: NamedWord): string[] {
  return process === undefined || process === 'own' ? [] : [process];
}

function labelOf(tree: Expression, call: Node): string {
  const label = textArgument(tree, call, 'a label');
  if (label.length > MAX_LABEL || !/^[\p{L}\p{N}][\p{L}\p{N} ,.()'_-]*$/u.test(label))
    throw new Refusal(tree, `a label has letters, digits, spaces and , . ( ) ' _ -, at most ${MAX_LABEL}`);
  return label;
}

/** A new site, and the call of its function. */
function site(
  what: Pick<Site, 'kind' | 'word' | 'own' | 'call'>,
  verb: string,
  label: string | undefined,
  args: readonly string[],
  at: Node,
  scope: FunctionScope,
): string {
  const { sites } = scope.gathered;
  scope.ownSites++;
  const number =
    sites.push({ ...what, label: `${scope.name}: ${label ?? verb}`, isNamed: label !== undefined, ...placeOf(at) }) - 1;
  return `(yield* site${number}(${['current', ...args].join(', ')}))`;
}

function attempt(given: Expression, label: string | undefined, call: Node, scope: FunctionScope): string {
  const name = textArgument(given, call, 'the name of a call');
  if (!KEBAB.test(name)) throw new Refusal(given, 'a name is lower-case words joined by dashes');
  const { calls } = scope.gathered;
  if (!calls.includes(name)) calls.push(name);
  return site({ kind: 'attempt', call: calls.indexOf(name) }, `attempt ${name}`, label, [], call, scope);
}

/** The condition becomes a function of its own, over the locals that it names. */
function wait(until: Expression, label: string | undefined, call: Node, scope: FunctionScope): string {
  const { gathered } = scope;
  const reads: DirectReads = { any: new Set(), own: new Set(), life: false, calls: new Set() };
  const captured = new Set<string>();
  const text = scope.inCondition(reads, captured, () => condition(until, scope));
  const number = gathered.sites.length;
  const params = ['current', ...captured];
  gathered.plain.set(`guard${number}`, `function guard${number}(${params.join(', ')}) { return ${text} ? 1 : 0; }`);
  gathered.direct.set(`guard${number}`, reads);
  return site({ kind: 'wait' }, 'wait', label, [...captured], call, scope);
}

function condition(until: Expression, scope: FunctionScope): string {
  if (until.type === 'Identifier') {
    const global = scope.gathered.module.globals.get(until.name);
    if (global?.kind === 'function')
      return translateExpression({ ...until, type: 'CallExpression', callee: until, arguments: [] } as never, scope);
  }
  if (until.type !== 'ArrowFunctionExpression' || until.params.length > 0 || until.body.type === 'BlockStatement')
    throw new Refusal(until, 'wait() takes a condition: () => peek(state.phase) === 1, or the name of a function', {
      hint: 'a longer condition is a function without steps of its own',
    });
  return translateExpression(until.body, scope);
}
