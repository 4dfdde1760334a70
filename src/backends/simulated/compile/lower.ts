/**
 * From generator functions to basic blocks: helpers called by `yield*` are inlined, facts of the build are decided, every
 * `yield touch(…)` ends a block. The source uses a small part of JavaScript; anything else is a defect of ours, reported
 * when the source is loaded.
 */
import type {
  BreakStatement,
  CallExpression,
  Expression,
  ForStatement,
  FunctionDeclaration,
  FunctionExpression,
  Identifier,
  LabeledStatement,
  Pattern,
  Statement as Tree,
  YieldExpression,
} from 'acorn';
import { type Constant, evaluateConstant } from './constant.ts';
import { Expressions } from './expression.ts';
import type { Block, Code, End, Program } from './ir.ts';
import { simplified } from './simplify.ts';
import type { Scope } from './source.ts';

/** What a name of the source stands for where it is used. */
export type Meaning =
  | { kind: 'local'; name: string }
  | { kind: 'constant'; value: Constant; name: string }
  | { kind: 'steps'; name: string };

/** One inlined call: its names, where its result goes, where it continues. */
interface Frame {
  readonly function: string;
  readonly names: Map<string, Meaning>;
  readonly caller: Frame | undefined;
  readonly result: string | undefined;
  readonly after: Block | undefined;
  /** The function that its steps are named after. */
  readonly namedAfter: string;
}

interface Loop {
  readonly breakTo: Block;
  /** undefined for a labelled block. */
  readonly continueTo: Block | undefined;
  readonly label?: string;
}

const NOTHING: End = { kind: 'gone' };

/** Builds the program of one task from its main function. */
export class Lowering {
  readonly blocks: Block[] = [];
  private block: Block;
  private frame!: Frame;
  private loops: Loop[] = [];
  private locals = 0;
  private pcs = 0;
  private readonly expressions: Expressions;

  readonly scope: Scope;
  /** `world.debug` by its text. */
  readonly facts: Readonly<Record<string, Constant>>;
  /** Whether notes are kept. */
  readonly trace: boolean;

  constructor(scope: Scope, facts: Readonly<Record<string, Constant>>, trace: boolean) {
    this.scope = scope;
    this.facts = facts;
    this.trace = trace;
    this.block = this.newBlock();
    this.expressions = new Expressions(this);
  }

  program(main: string): Program {
    const entry = this.block;
    this.frame = {
      function: '',
      names: new Map([['current', { kind: 'local', name: 'current' }]]),
      caller: undefined,
      result: undefined,
      after: undefined,
      namedAfter: '',
    };
    const call = {
      type: 'CallExpression',
      callee: { type: 'Identifier', name: main },
      arguments: [{ type: 'Identifier', name: 'current' }],
    };
    this.inline(call as unknown as CallExpression, undefined);
    return simplified({ entry, blocks: this.blocks });
  }

  /* ---- blocks and locals ---- */

  newBlock(): Block {
    const block: Block = { id: this.blocks.length, statements: [], end: NOTHING };
    this.blocks.push(block);
    return block;
  }

  /** Ends the current block and goes on in another. */
  close(end: End, next: Block): void {
    this.block.end = end;
    this.block = next;
  }

  newLocal(hint: string): string {
    return `${hint}$${this.locals++}`;
  }

  emit(code: Code, sets?: string): void {
    this.block.statements.push(sets === undefined ? code : { ...code, sets });
  }

  assign(local: string, code: Code): void {
    this.emit({ text: `${local} = ${code.text}`, uses: code.uses }, local);
  }

  resolveMeaning(name: string): Meaning | undefined {
    const local = this.frame.names.get(name);
    if (local) return local;
    const value = this.scope.constants.get(name);
    if (value !== undefined) return { kind: 'constant', value, name };
    if (this.scope.steps.has(name)) return { kind: 'steps', name };
    return undefined;
  }

  defect(what: string): never {
    throw new Error(`the model's source in ${this.frame.function}: ${what}`);
  }

  /** Branches on a condition; goes on in `yes`, and returns where the other way begins. */
  branch(condition: Expression): { yes: Block; no: Block } {
    const yes = this.newBlock();
    const no = this.newBlock();
    this.expressions.condition(condition, yes, no);
    return { yes, no };
  }

  goOnIn(block: Block): void {
    this.block = block;
  }

  here(): Block {
    return this.block;
  }

  /* ---- calls ---- */

  /** Inlines `yield* f(args)`; its result goes to the local named. */
  inline(call: CallExpression, result: string | undefined): void {
    const name = this.expressions.resolveCallee(call);
    const meaning = this.resolveMeaning(name);
    if (meaning?.kind !== 'steps') return this.defect(`yield* ${name}: no function of the model`);
    for (let up: Frame | undefined = this.frame; up; up = up.caller) {
      if (up.function === meaning.name) return this.defect(`${meaning.name} calls itself`);
    }
    const { node } = this.scope.steps.get(meaning.name)!;
    const names = new Map<string, Meaning>();
    const assigned = assignedNames(node);
    node.params.forEach((param, i) => {
      const parameter = (param as Identifier).name;
      names.set(
        parameter,
        this.argument(call.arguments[i] as Expression | undefined, parameter, assigned.has(parameter), result),
      );
    });
    const after = this.newBlock();
    const namedAfter = this.scope.primitives.has(meaning.name) ? this.frame.namedAfter : meaning.name;
    const caller = this.frame;
    const loops = this.loops;
    this.frame = { function: meaning.name, names, caller, result, after, namedAfter };
    this.loops = [];
    this.statements((node.body as FunctionDeclaration['body']).body);
    this.close({ kind: 'goto', to: after }, after);
    this.frame = caller;
    this.loops = loops;
  }

  /**
   * What a parameter stands for: the argument itself, else a copy. The caller's locals do not change while it waits for
   * the call, except for the one that gets the result.
   */
  private argument(
    tree: Expression | undefined,
    parameter: string,
    isAssigned: boolean,
    result: string | undefined,
  ): Meaning {
    if (!tree) return { kind: 'constant', value: 0, name: '0' };
    if (!isAssigned) {
      if (tree.type === 'Identifier') {
        const meaning = this.resolveMeaning(tree.name);
        if (meaning && (meaning.kind !== 'local' || meaning.name !== result)) return meaning;
      }
      const value = this.constant(tree);
      if (value !== undefined) return { kind: 'constant', value, name: String(value) };
    }
    const local = this.newLocal(parameter);
    this.expressions.into(local, tree);
    return { kind: 'local', name: local };
  }

  /* ---- statements ---- */

  constant(tree: Expression): Constant | undefined {
    return evaluateConstant(
      tree,
      (name) => {
        const meaning = this.resolveMeaning(name);
        return meaning?.kind === 'constant' ? meaning.value : undefined;
      },
      this.facts,
    );
  }

  private statements(trees: readonly Tree[]): void {
    for (const tree of trees) this.statement(tree);
  }

  private statement(tree: Tree): void {
    switch (tree.type) {
      case 'BlockStatement':
        return this.statements(tree.body);
      case 'ExpressionStatement':
        return this.expressions.evaluate(tree.expression);
      case 'VariableDeclaration':
        for (const one of tree.declarations) this.declare(one.id, one.init);
        return;
      case 'ReturnStatement':
        return this.return(tree.argument ?? undefined);
      case 'IfStatement':
        return this.if(tree.test, tree.consequent, tree.alternate ?? undefined);
      case 'ForStatement':
        return this.for(tree);
      case 'WhileStatement':
        return this.for({ ...tree, type: 'ForStatement', init: null, update: null } as unknown as ForStatement);
      case 'LabeledStatement':
        return this.labelled(tree);
      case 'BreakStatement':
        return this.close({ kind: 'goto', to: this.breakTarget(tree) }, this.newBlock());
      case 'ContinueStatement':
        return this.close(
          { kind: 'goto', to: this.loops.findLast(({ continueTo }) => continueTo)!.continueTo! },
          this.newBlock(),
        );
      case 'EmptyStatement':
        return;
      default:
        this.defect(`${tree.type} is outside of the model's language`);
    }
  }

  private declare(id: Pattern, init: Expression | null | undefined): void {
    if (id.type !== 'Identifier') return this.defect('only plain names are declared');
    const local = this.newLocal(id.name);
    if (init) this.expressions.into(local, init);
    this.frame.names.set(id.name, { kind: 'local', name: local });
  }

  private return(tree: Expression | undefined): void {
    const { result, after } = this.frame;
    if (tree) {
      if (result === undefined) this.expressions.evaluate(tree);
      else this.expressions.into(result, tree);
    }
    if (!after) return this.defect('returns from the main function');
    this.close({ kind: 'goto', to: after }, this.newBlock());
  }

  private if(test: Expression, then: Tree, otherwise: Tree | undefined): void {
    const known = this.constant(test);
    if (known !== undefined) {
      if (known) this.statement(then);
      else if (otherwise) this.statement(otherwise);
      return;
    }
    const { yes, no } = this.branch(test);
    const join = this.newBlock();
    this.goOnIn(yes);
    this.statement(then);
    this.close({ kind: 'goto', to: join }, no);
    if (otherwise) this.statement(otherwise);
    this.close({ kind: 'goto', to: join }, join);
  }

  /** `out: { … break out; … }`: the kernel's `goto out`. */
  private labelled(tree: LabeledStatement): void {
    const after = this.newBlock();
    this.loops.push({ breakTo: after, continueTo: undefined, label: tree.label.name });
    this.statement(tree.body);
    this.loops.pop();
    this.close({ kind: 'goto', to: after }, after);
  }

  private breakTarget({ label }: BreakStatement): Block {
    const loop = this.loops.findLast((one) => (label ? one.label === label.name : one.continueTo));
    return loop?.breakTo ?? this.defect(`break ${label?.name}: no such label`);
  }

  private for(tree: ForStatement): void {
    if (tree.init?.type === 'VariableDeclaration') this.statement(tree.init);
    else if (tree.init) this.expressions.evaluate(tree.init);
    const head = this.newBlock();
    const update = this.newBlock();
    this.close({ kind: 'goto', to: head }, head);
    let exit = this.newBlock();
    if (tree.test) {
      const { yes, no } = this.branch(tree.test);
      this.goOnIn(yes);
      this.blocks[exit.id]!.end = NOTHING;
      exit = no;
    }
    this.loops.push({ breakTo: exit, continueTo: update });
    this.statement(tree.body);
    this.loops.pop();
    this.close({ kind: 'goto', to: update }, update);
    if (tree.update) this.expressions.evaluate(tree.update);
    this.close({ kind: 'goto', to: head }, exit);
  }

  /** `yield touch(at, field, mode)`: the block ends here. `yield gone()`: the program does. */
  yield(tree: YieldExpression): void {
    const call = tree.argument as CallExpression;
    const name = this.expressions.resolveCallee(call);
    if (name === 'gone') return this.close({ kind: 'gone' }, this.newBlock());
    const [at, field, mode] = call.arguments as Expression[];
    const fieldMeaning = this.resolveMeaning((field as Identifier).name);
    const modeValue = this.constant(mode!);
    if (fieldMeaning?.kind !== 'constant' || modeValue === undefined)
      return this.defect('touch() of a field that is not known');
    const next = this.newBlock();
    const access = this.frame.function === this.frame.namedAfter ? '' : `${this.frame.function} `;
    this.close(
      {
        kind: 'yield',
        pc: ++this.pcs,
        to: next,
        point: {
          at: this.expressions.code(at!),
          field: fieldMeaning.name,
          fieldOffset: Number(fieldMeaning.value),
          mode: Number(modeValue),
          label: `${this.frame.namedAfter}: ${access}${fieldMeaning.name.toLowerCase()}`,
        },
      },
      next,
    );
  }
}

/** The names that a function assigns to. */
function assignedNames(node: FunctionExpression): Set<string> {
  const names = new Set<string>();
  const visit = (tree: unknown): void => {
    if (Array.isArray(tree)) return tree.forEach(visit);
    if (tree === null || typeof tree !== 'object') return;
    const { type, left, argument } = tree as { type?: string; left?: Identifier; argument?: Identifier };
    if (type === 'AssignmentExpression' && left!.type === 'Identifier') names.add(left!.name);
    if (type === 'UpdateExpression' && argument!.type === 'Identifier') names.add(argument!.name);
    Object.values(tree).forEach(visit);
  };
  visit(node.body);
  return names;
}
