/** Systematic changes of the protocol's source: what a kernel developer can get wrong, one at a time. */
import type { Node } from 'acorn';

/** A change of one function: what stood from `start` up to `end` of its text becomes `by`. */
export interface Edit {
  readonly operator: Operator;
  readonly start: number;
  readonly end: number;
  readonly by: string;
  /** What the change is called, where that is not its two texts. */
  readonly parts?: readonly [string, string];
}

/** The operators, and what each does. */
export const OPERATORS = {
  'drop-call': 'a call is left out: a wake-up, a lock, a reference, a line of the log',
  'drop-assignment': 'a field keeps its value',
  'drop-check': 'an `if` without an `else` is removed, with its body',
  'ignore-condition': 'the body of an `if` runs whatever the condition',
  'negate-condition': 'an `if` asks for the contrary',
  'one-side': 'of `a || b` and `a && b` only one side counts',
  'ignore-result': 'the result of a call is lost; the variable keeps its value',
  'swap-statements': 'two statements in a row change places',
  'off-by-one': 'a boundary, or a number that is counted, is one off',
  'other-errno': 'a failure is reported as another',
  'other-return': 'a function returns 0, or 1 instead of 0',
} as const;
export type Operator = keyof typeof OPERATORS;

/** Functions that only report events; the protocol does not depend on them. */
const OBSERVERS = /^(at|trace_\w+)$/;
/** A lock is released in the step before, so its place among others makes no difference. */
const NOT_MOVED = /lock(_tasklist)?\(|^ret ?= ?\d/;

type Tree = Node & Record<string, unknown>;

/** All changes of a function, given as its text and its tree. */
export function proposeEdits(text: string, node: Node): Edit[] {
  const edits: Edit[] = [];
  const source = ({ start, end }: Node): string => text.slice(start, end);
  /* a loader may have left out what separates words and statements */
  const replace = (operator: Operator, { start, end }: Node, by: string): void => {
    edits.push({ operator, start, end, by: ` (${by})` });
  };
  const rewrite = (operator: Operator, { start, end }: Node, by: string): void => {
    edits.push({ operator, start, end, by });
  };
  const ended = (statement: Node): string => source(statement).replace(/(?<![;}])$/, ';');

  const visit = (tree: unknown): void => {
    if (Array.isArray(tree)) return tree.forEach(visit);
    if (!isTree(tree)) return;
    if (tree.type === 'CallExpression' && isObserver(tree)) return;
    change(tree);
    for (const value of Object.values(tree)) visit(value);
  };

  const change = (tree: Tree): void => {
    switch (tree.type) {
      case 'BlockStatement':
        return swaps(tree['body'] as Tree[]);
      case 'ExpressionStatement':
        return statement(tree, tree['expression'] as Tree);
      case 'IfStatement':
        return branch(tree);
      case 'LogicalExpression':
        return sides(tree);
      case 'ConditionalExpression':
        return question(tree['test'] as Tree);
      case 'BinaryExpression':
        return boundary(tree);
      case 'UnaryExpression':
        return errno(tree);
      case 'CallExpression':
        return counted(tree);
      case 'ReturnStatement':
        return result(tree);
    }
  };

  const swaps = (statements: Tree[]): void => {
    const moved = statements.filter((one) => !isObservation(one));
    moved.slice(1).forEach((second, i) => {
      const first = moved[i]!;
      if (!isMovable(first) || !isMovable(second) || [first, second].some((one) => NOT_MOVED.test(source(one)))) return;
      const between = text.slice(first.end, second.start);
      edits.push({
        operator: 'swap-statements',
        start: first.start,
        end: second.end,
        by: `${ended(second)}${between}${ended(first)}`,
        parts: [source(first), source(second)],
      });
    });
  };

  const statement = (tree: Tree, expression: Tree): void => {
    if (isObservation(tree)) return;
    if (expression.type === 'AssignmentExpression') {
      const right = expression['right'] as Tree;
      if (right.type === 'YieldExpression' || right.type === 'CallExpression') {
        rewrite('ignore-result', tree, `${source(right)};`);
      }
      return rewrite('drop-assignment', tree, '{}');
    }
    if (expression.type === 'UpdateExpression') return rewrite('drop-assignment', tree, '{}');
    if (expression.type === 'YieldExpression' && !expression['delegate']) return; /* the preemption point itself */
    rewrite('drop-call', tree, '{}');
  };

  const branch = (tree: Tree): void => {
    const test = tree['test'] as Tree;
    question(test);
    if (!tree['alternate']) rewrite('drop-check', tree, '{}');
    replace('ignore-condition', test, 'true');
  };

  const question = (test: Tree): void => {
    replace('negate-condition', test, `!(${source(test)})`);
  };

  const sides = (tree: Tree): void => {
    for (const side of ['left', 'right'] as const) {
      replace('one-side', tree, source(tree[side] as Tree));
    }
  };

  const boundary = (tree: Tree): void => {
    const other = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' }[tree['operator'] as string];
    const [left, right] = [tree['left'] as Tree, tree['right'] as Tree];
    if (other) replace('off-by-one', tree, `(${source(left)}) ${other} (${source(right)})`);
    if (tree['operator'] === '+' && source(right) === '1') replace('off-by-one', tree, source(left));
  };

  const errno = (tree: Tree): void => {
    const name = source(tree['argument'] as Tree).replace(/^.*\./, '');
    if (tree['operator'] !== '-' || !/^E[A-Z]+$/.test(name)) return;
    replace('other-errno', tree, '-5');
  };

  /** active_pid, nr_total and the like: one more than was meant. */
  const counted = (tree: Tree): void => {
    const callee = source(tree['callee'] as Tree);
    const value = (tree['arguments'] as Tree[]).at(-1);
    if (/^(store|atomic_add)$/.test(callee) && value && !isLiteral(value) && !/^(NULL|ctx)$/.test(source(value))) {
      replace('off-by-one', value, `(${source(value)}) + 1`);
    }
  };

  const result = (tree: Tree): void => {
    const value = tree['argument'] as Tree | null;
    if (!value) return;
    if (value.type === 'YieldExpression') rewrite('other-return', tree, `{ ${source(value)}; return 0; }`);
    else if (value.type === 'Identifier' || value.type === 'UnaryExpression') replace('other-return', value, '0');
    else if (isLiteral(value)) {
      replace('other-return', value, { '0': '1', '1': '0', true: 'false', false: 'true' }[source(value)] ?? '0');
    }
  };

  visit((node as Tree)['body']);
  return edits.filter(({ start, end, by }) => text.slice(start, end) !== by);
}

function isTree(tree: unknown): tree is Tree {
  return tree !== null && typeof tree === 'object' && typeof (tree as Node).type === 'string';
}

function isLiteral(tree: Tree): boolean {
  return tree.type === 'Literal';
}

/** A declaration moved behind its use is no program; what leaves the block is no statement in a row. */
function isMovable({ type }: Tree): boolean {
  return type === 'ExpressionStatement' || type === 'IfStatement';
}

function isObserver(tree: Tree): boolean {
  const callee = tree['callee'] as Tree;
  return callee.type === 'Identifier' && OBSERVERS.test(String(callee['name']));
}

function isObservation(tree: Tree): boolean {
  const expression = tree['expression'] as Tree | undefined;
  if (!expression) return false;
  const call = expression.type === 'YieldExpression' ? (expression['argument'] as Tree | null) : expression;
  return call?.type === 'CallExpression' && isObserver(call);
}
