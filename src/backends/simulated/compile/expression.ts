/** Expressions: plain ones become text, those with a preemption point inside are taken apart in their order. */
import type {
  AssignmentExpression,
  CallExpression,
  Expression,
  Identifier,
  MemberExpression,
  YieldExpression,
} from 'acorn';
import type { Block, Code } from './ir.ts';
import type { Lowering } from './lower.ts';

const NO_USES: ReadonlySet<string> = new Set();

/** Whether evaluating the tree can stop at a preemption point. */
export function hasYield(tree: unknown): boolean {
  if (Array.isArray(tree)) return tree.some(hasYield);
  if (tree === null || typeof tree !== 'object') return false;
  if ((tree as { type?: string }).type === 'YieldExpression') return true;
  return Object.values(tree).some(hasYield);
}

export class Expressions {
  private readonly lowering: Lowering;

  constructor(lowering: Lowering) {
    this.lowering = lowering;
  }

  /** The name of a called function. */
  resolveCallee(call: CallExpression): string {
    return call.callee.type === 'Identifier'
      ? call.callee.name
      : this.lowering.defect('calls something without a name');
  }

  /** Evaluates, and discards the value. */
  evaluate(tree: Expression): void {
    const { lowering } = this;
    if (tree.type === 'YieldExpression') return this.stop(tree, undefined);
    if (!lowering.trace && tree.type === 'CallExpression' && this.isSilent(this.resolveCallee(tree))) return;
    if (tree.type === 'AssignmentExpression' && tree.left.type === 'Identifier') return this.assignLocal(tree);
    if (tree.type === 'UpdateExpression' && tree.argument.type === 'Identifier') {
      const local = this.resolveLocal(tree.argument);
      if (local) return lowering.emit({ text: `${local}${tree.operator}`, uses: new Set([local]) }, local);
    }
    lowering.emit(this.code(tree));
  }

  /** Whether a function only reports events, which a build without trace omits. */
  private isSilent(name: string): boolean {
    if (name === 'note') return true;
    const body = this.lowering.scope.plain.get(name)?.node.body;
    return (
      body?.type === 'BlockStatement' &&
      body.body.length > 0 &&
      body.body.every(
        (one) =>
          one.type === 'ExpressionStatement' &&
          one.expression.type === 'CallExpression' &&
          one.expression.callee.type === 'Identifier' &&
          one.expression.callee.name === 'note',
      )
    );
  }

  private assignLocal(tree: AssignmentExpression): void {
    const local = this.resolveLocal(tree.left as Identifier);
    if (!local) return this.lowering.defect(`assigns to ${(tree.left as Identifier).name}, which is no local`);
    if (tree.operator === '=') return this.into(local, tree.right);
    const right = this.code(tree.right);
    this.lowering.emit(
      { text: `${local} ${tree.operator} ${right.text}`, uses: new Set([...right.uses, local]) },
      local,
    );
  }

  private resolveLocal(id: Identifier): string | undefined {
    const meaning = this.lowering.resolveMeaning(id.name);
    return meaning?.kind === 'local' ? meaning.name : undefined;
  }

  /** Evaluates into a local. */
  into(local: string, tree: Expression): void {
    const { lowering } = this;
    if (tree.type === 'YieldExpression') return this.stop(tree, local);
    if (!hasYield(tree)) return lowering.assign(local, this.code(tree));
    if (tree.type === 'ConditionalExpression') {
      const known = lowering.constant(tree.test);
      if (known !== undefined) return this.into(local, known ? tree.consequent : tree.alternate);
      return this.fork(
        tree.test,
        () => this.into(local, tree.consequent),
        () => this.into(local, tree.alternate),
      );
    }
    if (tree.type === 'LogicalExpression' || (tree.type === 'UnaryExpression' && tree.operator === '!')) {
      const truth = { text: 'true', uses: NO_USES };
      return this.fork(
        tree,
        () => lowering.assign(local, truth),
        () => lowering.assign(local, { text: 'false', uses: NO_USES }),
      );
    }
    lowering.assign(local, this.code(tree));
  }

  private fork(test: Expression, yes: () => void, no: () => void): void {
    const { lowering } = this;
    const ways = lowering.branch(test);
    const join = lowering.newBlock();
    lowering.goOnIn(ways.yes);
    yes();
    lowering.close({ kind: 'goto', to: join }, ways.no);
    no();
    lowering.close({ kind: 'goto', to: join }, join);
  }

  /** Branches to one of two blocks. */
  condition(tree: Expression, yes: Block, no: Block): void {
    const { lowering } = this;
    const known = lowering.constant(tree);
    if (known !== undefined) {
      lowering.close({ kind: 'goto', to: known ? yes : no }, yes);
      return;
    }
    if (tree.type === 'UnaryExpression' && tree.operator === '!') return this.condition(tree.argument, no, yes);
    if (tree.type === 'LogicalExpression' && tree.operator !== '??') {
      const middle = lowering.newBlock();
      if (tree.operator === '&&') this.condition(tree.left, middle, no);
      else this.condition(tree.left, yes, middle);
      lowering.goOnIn(middle);
      return this.condition(tree.right, yes, no);
    }
    const condition = this.code(tree);
    lowering.close({ kind: 'branch', condition, yes, no }, yes);
  }

  /** A stop: a preemption point, or a helper with some. */
  private stop(tree: YieldExpression, result: string | undefined): void {
    if (!tree.delegate) return this.lowering.yield(tree);
    this.lowering.inline(tree.argument as CallExpression, result);
  }

  /** The text of an expression; stops inside it are emitted before it, in their order. */
  code(tree: Expression): Code {
    const uses = new Set<string>();
    return { text: this.text(tree, uses), uses };
  }

  private text(tree: Expression, uses: Set<string>): string {
    const { lowering } = this;
    const known = lowering.constant(tree);
    if (known !== undefined) return Number(known) < 0 ? `(${known})` : String(known);
    const of = (t: Expression): string => this.text(t, uses);
    switch (tree.type) {
      case 'Literal':
        return tree.raw!;
      case 'Identifier':
        return this.identifier(tree.name, uses);
      case 'MemberExpression':
        return this.member(tree, uses);
      case 'CallExpression':
        return this.call(tree, of);
      case 'UnaryExpression':
        return `${tree.operator}(${of(tree.argument)})`;
      case 'UpdateExpression':
        return tree.prefix ? `${tree.operator}${of(tree.argument)}` : `${of(tree.argument)}${tree.operator}`;
      case 'AssignmentExpression':
        if (tree.left.type === 'Identifier') return lowering.defect('assigns inside of an expression');
        return `${of(tree.left as Expression)} ${tree.operator} ${of(tree.right)}`;
      case 'BinaryExpression':
      case 'LogicalExpression':
        return `(${of(tree.left as Expression)} ${tree.operator} ${of(tree.right)})`;
      case 'ConditionalExpression':
        if (hasYield(tree)) return this.spill(tree, uses);
        return `(${of(tree.test)} ? ${of(tree.consequent)} : ${of(tree.alternate)})`;
      case 'YieldExpression':
        return this.spill(tree, uses);
      default:
        return lowering.defect(`${tree.type} is outside of the model's language`);
    }
  }

  private spill(tree: Expression, uses: Set<string>): string {
    const local = this.lowering.newLocal('t');
    this.into(local, tree);
    uses.add(local);
    return local;
  }

  private identifier(name: string, uses: Set<string>): string {
    const meaning = this.lowering.resolveMeaning(name);
    if (meaning?.kind === 'local') {
      if (meaning.name !== 'current') uses.add(meaning.name);
      return meaning.name;
    }
    if (name === 'm' || name === 'world' || name === 'undefined') return name;
    return this.lowering.defect(`${name}: not known`);
  }

  private member(tree: MemberExpression, uses: Set<string>): string {
    const object = this.text(tree.object as Expression, uses);
    if (tree.computed) return `${object}[${this.text(tree.property as Expression, uses)}]`;
    return `${object}.${(tree.property as Identifier).name}`;
  }

  /** A call of an ordinary function; those of the model are handed the machine. */
  private call(tree: CallExpression, of: (tree: Expression) => string): string {
    const name = this.resolveCallee(tree);
    const { plain, natives } = this.lowering.scope;
    const args = tree.arguments.map((argument) => of(argument as Expression));
    if (plain.has(name)) return `${name}(${['m', 'world', ...args].join(', ')})`;
    if (natives.has(name)) return `${name}(${args.join(', ')})`;
    return this.lowering.defect(`calls ${name}, which the model does not have`);
  }
}
