/**
 * The model's ordinary functions as a build needs them: constants inlined, the machine (`m`, `world`) as parameters, notes
 * omitted in a build without trace. Uncompiled, each would look its constants up at every call.
 */
import type { CallExpression, Expression, Identifier, Node, VariableDeclarator } from 'acorn';
import { declaredNames, Rewriting } from '../../../protocol/rewriting.ts';
import { type Constant, evaluateConstant } from './constant.ts';
import type { SourceFunction } from './source.ts';

/** What its names can stand for. */
export interface PlainScope {
  readonly constants: ReadonlyMap<string, number>;
  readonly plain: ReadonlyMap<string, SourceFunction>;
  /** Functions that are called as they are: they are about the machine, not of it. */
  readonly natives: ReadonlyMap<string, unknown>;
}

const MACHINE = new Set(['m', 'world']);
const GLOBALS = new Set(['undefined', 'Math', 'Set']);

/** The source of the function for a build. */
export function plainSource(
  name: string,
  scope: PlainScope,
  facts: Readonly<Record<string, Constant>>,
  trace: boolean,
): string {
  return new PlainBuild(name, scope, facts, trace).build();
}

class PlainBuild extends Rewriting {
  private readonly name: string;
  private readonly scope: PlainScope;
  private readonly facts: Readonly<Record<string, Constant>>;
  private readonly trace: boolean;
  private readonly locals: ReadonlySet<string>;

  constructor(name: string, scope: PlainScope, facts: Readonly<Record<string, Constant>>, trace: boolean) {
    const { text, node } = scope.plain.get(name)!;
    super(text, node);
    this.name = name;
    this.scope = scope;
    this.facts = facts;
    this.trace = trace;
    this.locals = declaredNames(node);
  }

  build(): string {
    const { params, body } = this.node;
    this.visit(body);
    const all = ['m', 'world', ...params.map((param) => this.source(param))];
    return `function ${this.name}(${all.join(', ')}) ${this.edited(body)}`;
  }

  protected visitNode(tree: Node): void {
    const expression = tree as Expression;
    const known = evaluateConstant(expression, (name) => this.constant(name), this.facts);
    if (known !== undefined && expression.type !== 'Literal') return this.replace(expression, `(${known})`);
    switch (expression.type) {
      case 'Identifier':
        return this.identifier(expression);
      case 'CallExpression':
        return this.call(expression);
      case 'MemberExpression':
        this.visit(expression.object);
        if (expression.computed) this.visit(expression.property);
        return;
      default:
        if (tree.type === 'VariableDeclarator') return this.visit((tree as VariableDeclarator).init);
        this.visitParts(tree);
    }
  }

  private constant(name: string): Constant | undefined {
    return this.locals.has(name) ? undefined : this.scope.constants.get(name);
  }

  private identifier(tree: Identifier): void {
    const { name } = tree;
    if (!MACHINE.has(name) && !GLOBALS.has(name) && !this.locals.has(name)) this.defect(name);
    this.replace(tree, name);
  }

  private call(tree: CallExpression): void {
    const { callee } = tree;
    const { plain, natives } = this.scope;
    if (callee.type !== 'Identifier') this.visit(callee);
    else if (callee.name === 'note' && !this.trace) return this.replace(tree, '0');
    else if (plain.has(callee.name)) {
      const open = this.text.indexOf('(', callee.end) + 1;
      const machine = tree.arguments.length > 0 ? 'm, world, ' : 'm, world';
      this.replace(callee, callee.name);
      this.insert(open, machine);
    } else if (natives.has(callee.name)) this.replace(callee, callee.name);
    else this.defect(callee.name);
    this.visit(tree.arguments);
  }

  private defect(name: string): never {
    throw new Error(`the model's source in ${this.name}: ${name} is not known; is it exported?`);
  }
}
