/**
 * From the protocol's language (linux.ts) to plain functions over the machine's memory: types go, `ctx.nr_pids` becomes
 * `ctx, NR_PIDS` where it is an address and `m[ctx + NR_PIDS]` where it is a value, the running task is handed to every
 * function that has one, and the condition of a wait becomes a function of its own.
 */
import type { CallExpression, Expression, MemberExpression, Node } from 'acorn';
import { declaredNames, isNode, Rewriting } from './rewriting.ts';

export interface Translated {
  readonly name: string;
  readonly text: string;
  readonly hasSteps: boolean;
  /** The condition of a wait: its steps are those of the function that waits. */
  readonly isCondition: boolean;
}

/** What the translation has to know of the names in the source. */
export interface Names {
  /** Whether the function is handed the running task. */
  takesCurrent(name: string): boolean;
  /** Whether there is a field of this name in upper case. */
  isField(name: string): boolean;
}

const WAITS = new Set(['wait_event_interruptible', 'wait_event_killable']);
/** What the condition of a wait is asked about, at most. */
const CONDITION_VALUES = 2;

/** The function in plain JavaScript, and the conditions of its waits. `text`: without types. */
export function translate(name: string, text: string, names: Names): Translated[] {
  return new Translation(name, text, names).all();
}

class Translation extends Rewriting {
  private readonly name: string;
  private readonly names: Names;
  private readonly locals: ReadonlySet<string>;
  private readonly conditions: Translated[] = [];

  constructor(name: string, text: string, names: Names) {
    super(text);
    this.name = name;
    this.names = names;
    this.locals = declaredNames(this.node);
  }

  all(): Translated[] {
    const { node } = this;
    const open = this.text.indexOf('(') + 1;
    this.insert(open, node.params.length > 0 ? 'current, ' : 'current');
    this.visit(node.body);
    const text = this.edited(node);
    return [{ name: this.name, text, hasSteps: node.generator, isCondition: false }, ...this.conditions];
  }

  protected visitNode(tree: Node): void {
    const { type } = tree;
    if (type === 'CallExpression') return this.call(tree as CallExpression);
    if (type === 'AssignmentExpression') {
      const { left, right } = tree as unknown as { left: Expression; right: Expression };
      if (this.isField(left)) this.replace(left, this.word(left));
      else this.visit(left);
      return this.visit(right);
    }
    if (type === 'MemberExpression' && this.isField(tree)) {
      throw new Error(`${this.name}: ${this.source(tree)} is an address: peek(), load() or an argument`);
    }
    if (type === 'Identifier' && this.source(tree) === 'CONFIG_CHECKPOINT_DEBUG')
      return this.replace(tree, 'world.debug');
    this.visitParts(tree);
  }

  private call(call: CallExpression): void {
    const callee = this.source(call.callee);
    const [first] = call.arguments as Expression[];
    if (callee === 'peek') {
      if (!first || !this.isField(first)) throw new Error(`${this.name}: peek() of an expression that is no field`);
      return this.replace(call, this.word(first));
    }
    if (this.locals.has(callee) || this.names.takesCurrent(callee)) {
      this.insert(this.text.indexOf('(', call.callee.end) + 1, first ? 'current, ' : 'current');
    }
    const args = call.arguments as Expression[];
    args.forEach((argument, i) => {
      if (i === 1 && WAITS.has(callee)) this.condition(argument);
      else if (this.isField(argument)) this.replace(argument, this.address(argument));
      else this.visit(argument);
    });
  }

  /** The condition of a wait: a function of its own, in which each call is a step. */
  private condition(tree: Expression): void {
    const outer = this.edits;
    this.edits = [];
    const uses = new Set<string>();
    const calls = (part: unknown): void => {
      if (Array.isArray(part)) return part.forEach(calls);
      if (!isNode(part)) return;
      if (part.type === 'CallExpression') {
        this.insert(part.start, '(yield* ');
        this.call(part as CallExpression);
        this.insert(part.end, ')');
      }
      if (part.type === 'Identifier' && this.locals.has(this.source(part))) uses.add(this.source(part));
      for (const value of Object.values(part)) calls(value);
    };
    calls(tree);
    const values = [...uses];
    if (values.length > CONDITION_VALUES) throw new Error(`${this.name}: the condition of a wait asks about ${values}`);
    const name = `${this.name}__condition${this.conditions.length + 1}`;
    const text = `function* ${name}(${['current', ...values].join(', ')}) { return ${this.edited(tree)}; }`;
    this.conditions.push({ name, text, hasSteps: true, isCondition: true });
    this.edits = outer;
    while (values.length < CONDITION_VALUES) values.push('0');
    this.replace(tree, [name, ...values].join(', '));
  }

  private isField(tree: Node): tree is MemberExpression {
    if (tree.type !== 'MemberExpression') return false;
    const { computed, object } = tree as MemberExpression;
    return !computed && object.type === 'Identifier' && object.name !== 'world';
  }

  private address(tree: MemberExpression): string {
    const field = this.source(tree.property).toUpperCase();
    if (!this.names.isField(field)) throw new Error(`${this.name}: no field ${this.source(tree)}`);
    return `${this.source(tree.object)}, ${field}`;
  }

  private word(tree: MemberExpression): string {
    return `m[${this.address(tree).replace(', ', ' + ')}]`;
  }
}
