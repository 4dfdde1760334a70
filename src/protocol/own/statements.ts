/** Statements and functions of a protocol file in the language that the compiler takes. */
import type {
  AssignmentExpression,
  BlockStatement,
  BreakStatement,
  Expression,
  ForOfStatement,
  ForStatement,
  FunctionDeclaration,
  FunctionExpression,
  Identifier,
  Node,
  Pattern,
  Statement,
  UpdateExpression,
  VariableDeclaration,
} from 'acorn';
import { textArgument, translateExpression } from './expressions.ts';
import { FunctionScope, type Gathered } from './scope.ts';
import { KEBAB } from './steps.ts';
import { nameOfPiece, Refusal, unwrap } from './syntax.ts';

/** Stages that a protocol may have: a process keeps the number of its own. */
const MAX_STAGES = 100;

/** Translates a function; `number` names it in the translation. */
export function translateFunction(
  node: FunctionDeclaration | FunctionExpression,
  name: string,
  number: number,
  gathered: Gathered,
): FunctionScope {
  const scope = new FunctionScope(gathered, name, node.generator === true);
  if (node.async) throw new Refusal(node, 'a function of a protocol is not async');
  const params = node.params.map((param) => declareName(param, scope, false));
  const writer = new Writer(scope);
  const body = scope.within(() => writer.block(node.body as BlockStatement));
  const list = ['current', ...params].join(', ');
  if (scope.isSteps) gathered.steps.set(`gen${number}`, `function* gen${number}(${list}) {\n${body}return 0;\n}`);
  else {
    gathered.plain.set(`fun${number}`, `function fun${number}(${list}) {\n${body}return 0;\n}`);
    gathered.direct.set(`fun${number}`, scope.reads);
  }
  return scope;
}

function declareName(pattern: Pattern, scope: FunctionScope, isConstant: boolean): string {
  if (pattern.type !== 'Identifier') throw new Refusal(pattern, 'only plain names are declared');
  return scope.declare(pattern.name, pattern, isConstant);
}

class Writer {
  private readonly scope: FunctionScope;

  constructor(scope: FunctionScope) {
    this.scope = scope;
  }

  block({ body }: BlockStatement): string {
    return body.map((one) => this.statement(one)).join('');
  }

  private within(tree: Statement): string {
    return `{\n${this.scope.within(() => this.statement(tree))}}\n`;
  }

  /** A statement; a mistake in it is kept, and the next one is looked at. */
  private statement(tree: Statement): string {
    try {
      return this.translate(tree);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.scope.gathered.mistakes.push(error.mistake);
      // Names that it declares are known behind it.
      if (tree.type === 'VariableDeclaration') for (const { id } of tree.declarations) this.declareAnyway(id);
      return '';
    }
  }

  private declareAnyway(id: Pattern): void {
    if (id.type === 'Identifier' && !this.scope.local(id.name)) this.scope.declare(id.name, id, false);
  }

  private translate(tree: Statement): string {
    switch (tree.type) {
      case 'BlockStatement':
        return `{\n${this.scope.within(() => this.block(tree))}}\n`;
      case 'EmptyStatement':
        return '';
      case 'ExpressionStatement':
        return this.effect(unwrap(tree.expression));
      case 'VariableDeclaration':
        return this.variables(tree);
      case 'ReturnStatement':
        return `return ${tree.argument ? this.value(tree.argument) : '0'};\n`;
      case 'IfStatement': {
        const otherwise = tree.alternate ? `else ${this.within(tree.alternate)}` : '';
        return `if (${this.value(tree.test)}) ${this.within(tree.consequent)}${otherwise}`;
      }
      case 'WhileStatement':
        return `for (; ${this.value(tree.test)}; ) {\ntick();\n${this.within(tree.body)}}\n`;
      case 'ForStatement':
        return this.for(tree);
      case 'ForOfStatement':
        return this.forOf(tree);
      case 'BreakStatement':
      case 'ContinueStatement':
        return this.leave(tree as BreakStatement);
      default:
        throw new Refusal(tree, `${nameOfPiece(tree)} is not part of the language of protocols`);
    }
  }

  private value(tree: Expression): string {
    return translateExpression(tree, this.scope);
  }

  private leave(tree: BreakStatement): string {
    if (tree.label) throw new Refusal(tree, 'only the innermost loop can be left');
    return `${tree.type === ('ContinueStatement' as string) ? 'continue' : 'break'};\n`;
  }

  private variables(tree: VariableDeclaration): string {
    if (tree.kind === 'var') throw new Refusal(tree, 'use const or let');
    return tree.declarations
      .map(({ id, init }) => {
        const value = init ? this.value(init) : '0';
        return `let ${declareName(id, this.scope, tree.kind === 'const')} = ${value};\n`;
      })
      .join('');
  }

  /** An expression whose value is not used. */
  private effect(tree: Expression): string {
    if (tree.type === 'AssignmentExpression') return `${this.assign(tree)};\n`;
    if (tree.type === 'UpdateExpression') return `${this.update(tree)};\n`;
    if (tree.type === 'CallExpression' && this.isStage(tree.callee)) {
      const name = textArgument(tree.arguments[0] as Expression | undefined, tree, 'the name of a stage');
      return `set_stage(current, ${this.stage(name, tree)});\n`;
    }
    return `${this.value(tree)};\n`;
  }

  private isStage(callee: Node): boolean {
    if (callee.type !== 'Identifier') return false;
    const global = this.scope.gathered.module.globals.get((callee as Identifier).name);
    return global?.kind === 'vocabulary' && global.word === 'stage';
  }

  private stage(name: string, at: Node): number {
    const { stages } = this.scope.gathered;
    if (!this.scope.isSteps) throw new Refusal(at, 'a stage stands in a function with steps');
    if (!KEBAB.test(name)) throw new Refusal(at, 'the name of a stage is lower-case words joined by dashes');
    if (!stages.includes(name)) stages.push(name);
    if (stages.length > MAX_STAGES) throw new Refusal(at, `more than ${MAX_STAGES} stages`);
    return stages.indexOf(name) + 1;
  }

  private target(pattern: Node): string {
    const id = unwrap(pattern as Expression);
    if (id.type !== 'Identifier')
      throw new Refusal(id, 'only local variables are assigned to', { hint: 'a word is written by yield* store(…)' });
    const local = this.scope.local(id.name);
    if (!local) {
      const unknown = { word: id.name, known: this.scope.names };
      throw new Refusal(id, `${id.name} is no local variable`, { unknown });
    }
    if (local.isConstant) throw new Refusal(id, `${id.name} is a constant`);
    return local.name;
  }

  private assign(tree: AssignmentExpression): string {
    const name = this.target(tree.left);
    if (tree.operator === '=') return `${name} = ${this.value(tree.right)}`;
    const operator = tree.operator.slice(0, -1);
    const { start, end, loc, left, right } = tree;
    const sum = { type: 'BinaryExpression', operator, left, right, start, end, loc };
    return `${name} = ${this.value(sum as unknown as Expression)}`;
  }

  private update(tree: UpdateExpression): string {
    const name = this.target(tree.argument);
    return `${name} = ((${name} ${tree.operator[0]} 1) | 0)`;
  }

  private for(tree: ForStatement): string {
    return this.scope.within(() => {
      const init =
        tree.init?.type === 'VariableDeclaration' ? this.variables(tree.init) : tree.init ? this.effect(tree.init) : '';
      const test = tree.test ? this.value(tree.test) : '1';
      const update = tree.update ? this.effect(unwrap(tree.update)).replace(/;\n$/, '') : '';
      return `{\n${init}for (; ${test}; ${update}) {\ntick();\n${this.within(tree.body)}}\n}\n`;
    });
  }

  private forOf(tree: ForOfStatement): string {
    const { left, right } = tree;
    const call = unwrap(right);
    const callee = call.type === 'CallExpression' && call.callee.type === 'Identifier' ? call.callee.name : '';
    const global = this.scope.gathered.module.globals.get(callee);
    if (global?.kind !== 'vocabulary' || global.word !== 'tasks' || left.type !== 'VariableDeclaration')
      throw new Refusal(right, 'a loop over processes is: for (const p of tasks()) …');
    return this.scope.within(() => {
      const name = declareName(left.declarations[0]!.id, this.scope, true);
      return `for (let ${name} = 1; ${name} < world.nrTasks; ${name} = (${name} + 1)) ${this.within(tree.body)}`;
    });
  }
}
