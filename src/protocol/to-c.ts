/**
 * From the protocol's language (linux.ts) to C, for real tasks: one function for one function, with its comments. `yield*`
 * goes, `ctx.nr_pids` becomes `ctx, nr_pids` where it is an address and `ctx->nr_pids` where it is a value, the running task
 * is handed to every function, and `break out` is `goto out`. Its kernel is src/backends/native/agent/linux.h, which has each
 * declaration of linux.ts as a macro.
 */
import type { CallExpression, Expression, Identifier, MemberExpression, Node, VariableDeclaration } from 'acorn';
import { Rewriting, readSignature, stripTypes } from './rewriting.ts';
import type { SourceFile, SourceFunction } from './source.ts';
import type { Protocol } from './stacks.ts';

/** What a task does around restart(2) is not the protocol's: user.ts. */
const FILES: ReadonlySet<string> = new Set(['checkpoint.h.ts', 'restart.ts', 'process.ts', 'sys.ts', 'hooks.ts']);

const TYPES: Readonly<Record<string, string>> = {
  ckpt_ctx: 'struct ckpt_ctx *',
  task_struct: 'struct task_struct *',
  ckpt_task_status: 'struct ckpt_task_status *',
  boolean: 'bool ',
  int: 'int ',
  pid_t: 'pid_t ',
  void: 'void ',
};

/** Steps of what the patch adds to functions of the kernel are named after those. */
const CALLERS: Readonly<Record<string, string>> = {
  exit_hook: 'do_exit',
  fork_hook: 'copy_process',
  late_fork_hook: 'copy_process',
  inherit_checkpoint_ctx: 'copy_process',
};

/** Lists that only the real kernel has: a function for each. */
const LISTS: Readonly<Record<string, string>> = { children: 'first_child', sibling: 'next_child' };

/** The protocol with its patches as one C source. */
export function protocolToC(protocol: Protocol): string {
  const files = protocol.files().filter(({ name }) => FILES.has(name));
  const functions = files.flatMap((file) => file.functions);
  const own = new Set(functions.map(({ name }) => name));
  const patches = protocol.patches.map((patch) => ` *   ${patch}\n`).join('');
  return [
    `/*\n * The protocol ${protocol.name}, made from src/protocol${patches && ` with the patches\n${patches}`.trimEnd()}\n */\n#include "linux.h"\n`,
    `${functions.map(({ text }) => `${declare(text)};\n`).join('')}`,
    ...files.map((file) => fileToC(file, own)),
  ].join('\n');
}

function fileToC({ name, functions }: SourceFile, own: ReadonlySet<string>): string {
  let caller = '__func__';
  const parts = functions.map((one) => {
    const before = caller;
    caller = one.name in CALLERS ? `"${CALLERS[one.name]}"` : '__func__';
    const named = caller === before ? '' : `#undef function_name\n#define function_name ${caller}\n\n`;
    return named + functionToC(one, own);
  });
  return `/* ======== ${name.replace(/\.ts$/, '')} ======== */\n\n${parts.join('\n')}`;
}

function functionToC({ text }: SourceFunction, own: ReadonlySet<string>): string {
  const comment = readSignature(text).comment.trim().replaceAll('/**', '/*');
  const body = new FunctionInC(stripTypes(text), own).body();
  return `${comment === '' ? '' : `${comment}\n`}${declare(text)}\n${body}\n`;
}

/** The head of a function. */
function declare(text: string): string {
  const { name, params, result } = readSignature(text);
  const type = /^Steps<(\w+)>$/.exec(result)?.[1] ?? result.replace(/^Steps$/, 'void');
  const all = ['struct task_struct *current', ...params.map((param) => `${cType(param.type)}${param.name}`)];
  return `${cType(type)}${name}(${all.join(', ')})`;
}

function cType(type: string): string {
  const found = TYPES[type];
  if (found === undefined) throw new Error(`C has no type for ${type}`);
  return found;
}

/** Before a call with steps that stands in parentheses of its own, which only `yield*` needs. */
const NEEDLESS_PARENTHESIS = /(?:[!(]|[=&|] |return )\($/;

/** Nodes that are not the same text in C. */
type Different = Node & {
  readonly argument: Node;
  readonly label: Identifier | null;
  readonly body: Node;
  readonly left: Node;
  readonly operator: string;
};

class FunctionInC extends Rewriting {
  readonly #own: ReadonlySet<string>;

  constructor(text: string, own: ReadonlySet<string>) {
    super(text);
    this.#own = own;
  }

  body(): string {
    this.visit(this.node.body);
    return this.edited(this.node.body).replace(/^(?: {2})+/gm, (spaces) => '\t'.repeat(spaces.length / 2));
  }

  protected visitNode(tree: Node): void {
    const { start, end, argument, label, body, left, operator } = tree as Different;
    switch (tree.type) {
      case 'YieldExpression':
        if (NEEDLESS_PARENTHESIS.test(this.text.slice(0, start))) {
          this.replace({ start: start - 1, end: argument.start }, '');
          this.replace({ start: end, end: end + 1 }, '');
        } else this.replace({ start, end: argument.start }, '');
        break;
      case 'LabeledStatement':
        this.replace({ start, end: body.start }, '');
        this.insert(end, `\n${label!.name}:`);
        return this.visit(body);
      case 'BreakStatement':
        if (label) this.replace({ start, end: label.start }, 'goto ');
        return;
      case 'VariableDeclaration':
        this.replace({ start, end: start + (tree as VariableDeclaration).kind.length }, '__auto_type');
        break;
      case 'BinaryExpression':
        if (/^[!=]==$/.test(operator)) this.#dropThird(this.text.indexOf(operator, left.end));
        break;
      case 'MemberExpression':
        return this.#field(tree as MemberExpression, '->');
      case 'CallExpression':
        return this.#call(tree as CallExpression);
    }
    this.visitParts(tree);
  }

  /** `===` to `==`, `!==` to `!=`. */
  #dropThird(place: number): void {
    this.replace({ start: place + 2, end: place + 3 }, '');
  }

  #field({ object, property }: MemberExpression, between: string): void {
    this.visit(object);
    this.replace({ start: object.end, end: property.start }, between);
  }

  #call(call: CallExpression): void {
    const callee = this.source(call.callee);
    const args = call.arguments as Expression[];
    if (callee === 'peek') return this.#peek(call, args[0] as MemberExpression);
    if (this.#own.has(callee))
      this.insert(this.text.indexOf('(', call.callee.end) + 1, args[0] ? 'current, ' : 'current');
    for (const argument of args) {
      if (argument.type === 'MemberExpression') this.#field(argument, ', ');
      else this.visit(argument);
    }
  }

  #peek(call: CallExpression, field: MemberExpression): void {
    const list = LISTS[this.source(field.property)];
    if (list !== undefined) return this.replace(call, `${list}(${this.source(field.object)})`);
    this.replace({ start: call.start, end: field.start }, '');
    this.#field(field, '->');
    this.replace({ start: field.end, end: call.end }, '');
  }
}
