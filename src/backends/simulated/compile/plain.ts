/**
 * The model's ordinary functions as a build needs them: constants inlined, the machine (`m`, `world`) as parameters, notes
 * omitted in a build without trace. Uncompiled, each would look its constants up at every call.
 */
import type { CallExpression, Expression, Identifier, Node, Pattern, VariableDeclarator } from 'acorn';
import { type Constant, evaluateConstant } from './constant.ts';
import type { FunctionNode, SourceFunction } from './source.ts';

/** What its names can stand for. */
export interface PlainScope {
  readonly constants: ReadonlyMap<string, number>;
  readonly plain: ReadonlyMap<string, SourceFunction>;
  /** Functions that are called as they are: they are about the machine, not of it. */
  readonly natives: ReadonlyMap<string, unknown>;
}

const MACHINE = new Set(['m', 'world']);
const GLOBALS = new Set(['undefined', 'Math', 'Set']);

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The source of the function for a build. */
export function plainSource(
  name: string,
  scope: PlainScope,
  facts: Readonly<Record<string, Constant>>,
  trace: boolean,
): string {
  return new PlainBuild(name, scope, facts, trace).source();
}

class PlainBuild {
  private readonly name: string;
  private readonly function: SourceFunction;
  private readonly scope: PlainScope;
  private readonly facts: Readonly<Record<string, Constant>>;
  private readonly trace: boolean;
  private readonly locals: ReadonlySet<string>;
  private readonly edits: Edit[] = [];

  constructor(name: string, scope: PlainScope, facts: Readonly<Record<string, Constant>>, trace: boolean) {
    this.name = name;
    this.function = scope.plain.get(name)!;
    this.scope = scope;
    this.facts = facts;
    this.trace = trace;
    this.locals = declaredNames(this.function.node);
  }

  source(): string {
    const { text, node } = this.function;
    this.visit(node.body);
    const params = ['m', 'world', ...node.params.map((param) => text.slice(param.start, param.end))];
    let body = text.slice(node.body.start, node.body.end);
    for (const { start, end, text: by } of this.edits.sort((a, b) => b.start - a.start || b.end - a.end)) {
      body = body.slice(0, start - node.body.start) + by + body.slice(end - node.body.start);
    }
    return `function ${this.name}(${params.join(', ')}) ${body}`;
  }

  private visit(tree: unknown): void {
    if (Array.isArray(tree)) {
      for (const one of tree) this.visit(one);
      return;
    }
    if (!isNode(tree)) return;
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
        for (const value of Object.values(tree)) this.visit(value);
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
      const open = this.function.text.indexOf('(', callee.end) + 1;
      const machine = tree.arguments.length > 0 ? 'm, world, ' : 'm, world';
      this.replace(callee, callee.name);
      this.replace({ start: open, end: open }, machine);
    } else if (natives.has(callee.name)) this.replace(callee, callee.name);
    else this.defect(callee.name);
    this.visit(tree.arguments);
  }

  private replace({ start, end }: Pick<Node, 'start' | 'end'>, text: string): void {
    this.edits.push({ start, end, text });
  }

  private defect(name: string): never {
    throw new Error(`the model's source in ${this.name}: ${name} is not known; is it exported?`);
  }
}

function isNode(tree: unknown): tree is Node {
  return tree !== null && typeof tree === 'object' && typeof (tree as Partial<Node>).type === 'string';
}

/** Parameters and locals, those of functions inside of it too. */
function declaredNames(node: FunctionNode): Set<string> {
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
    else if (/Function/.test(tree.type)) (tree as FunctionNode).params.forEach(declare);
    Object.values(tree).forEach(visit);
  };
  visit(node);
  return names;
}
