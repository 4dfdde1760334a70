/**
 * Reads a protocol file. It is parsed, checked and translated, and never executed: it can reach nothing but its own words, so that a
 * scenario may name one as freely as another scenario file.
 */
import type { Expression, FunctionExpression, ObjectExpression } from 'acorn';
import { countSteps } from './limits.ts';
import { EXPECTED, entries, type FileFunction, type Module, readModule } from './module.ts';
import type { OwnProperty, OwnProtocol, ProtocolMistake, WordDeclaration } from './protocol.ts';
import { closeReads, type FunctionScope, type Gathered } from './scope.ts';
import { translateFunction } from './statements.ts';
import { KEBAB } from './steps.ts';
import { parseModule, Refusal, unwrap } from './syntax.ts';
import { PROTOCOL_VERSION } from './version.ts';

/** Bytes of a protocol file, at most. */
export const MAX_PROTOCOL_BYTES = 1 << 16;
/** Properties, at most: a bit of a word for each. */
const MAX_PROPERTIES = 30;
const MAX_STATEMENT = 1000;
/** Mistakes that are reported. */
const MAX_MISTAKES = 20;

/** The protocol in a text; `file` is its name. Or what is wrong with it, in the order of the text. Never throws. */
export function readProtocol(text: string, file: string): OwnProtocol | readonly ProtocolMistake[] {
  const mistakes: ProtocolMistake[] = [];
  try {
    const found = new Translation(parseModule(text), mistakes).protocol(file);
    if (found && mistakes.length === 0) return found;
  } catch (error) {
    if (error instanceof Refusal) mistakes.push(error.mistake);
    else if (error instanceof RangeError) mistakes.push({ line: 1, column: 1, message: 'it is nested too deeply' });
    else throw error;
  }
  return mistakes.sort((a, b) => a.line - b.line || a.column - b.column).slice(0, MAX_MISTAKES);
}

class Translation {
  private readonly module: Module;
  private readonly gathered: Gathered;
  private readonly scopes = new Map<FileFunction, FunctionScope>();
  private readonly mistakes: ProtocolMistake[];

  constructor(program: ReturnType<typeof parseModule>, mistakes: ProtocolMistake[]) {
    this.mistakes = mistakes;
    this.module = readModule(program, mistakes);
    this.gathered = {
      module: this.module,
      sites: [],
      stages: [],
      calls: [],
      steps: new Map(),
      plain: new Map(),
      direct: new Map(),
      mistakes,
    };
  }

  protocol(file: string): OwnProtocol | undefined {
    const { definition } = this.module;
    if (!definition) {
      if (this.mistakes.length > 0) return undefined;
      throw new Refusal({ line: 1, column: 1 }, 'it exports no protocol', { hint: `${EXPECTED} is its last line` });
    }
    const keys = new Map(entries(definition).map(([key, value]) => [key, unwrap(value)]));
    this.checkKeys(definition, keys);
    const processes = ['coordinator', 'task'].map((key) => this.process(key, keys.get(key)!));
    const properties = this.properties(keys.get('properties'));
    this.functions();
    countSteps(this.scopes, this.mistakes);
    if (this.mistakes.length > 0) return undefined;
    const { sites, stages, calls, steps, plain, direct } = this.gathered;
    const [coordinator, task] = processes;
    // The process that runs it is known only when it runs.
    steps.set('main', mainFunction(coordinator!, task!));
    const words: readonly WordDeclaration[] = this.module.words;
    const name = this.nameOf(keys.get('name')!);
    return { file, name, words, sites, stages, calls, properties, steps, plain, reads: closeReads(direct) };
  }

  private checkKeys(definition: ObjectExpression, keys: ReadonlyMap<string, Expression>): void {
    const known = ['version', 'name', 'coordinator', 'task', 'properties'];
    for (const [key, , property] of entries(definition))
      if (!known.includes(key)) throw new Refusal(property, `unknown key ${key}`, { unknown: { word: key, known } });
    for (const key of known.slice(0, 4))
      if (!keys.has(key)) throw new Refusal(definition, `the protocol has no ${key}`, { hint: EXPECTED });
    const version = keys.get('version')!;
    const value = version.type === 'Literal' ? version.value : undefined;
    const isConstant = version.type === 'Identifier' && version.name === 'PROTOCOL_VERSION';
    if (value !== PROTOCOL_VERSION && !isConstant)
      throw new Refusal(version, `the version of the language is ${PROTOCOL_VERSION}, not ${String(value)}`);
    this.nameOf(keys.get('name')!);
  }

  private nameOf(tree: Expression): string {
    if (tree.type === 'Literal' && typeof tree.value === 'string' && tree.value.length <= 100 && KEBAB.test(tree.value))
      return tree.value;
    throw new Refusal(tree, 'name is lower-case words joined by dashes, in quotes');
  }

  /** The function of a process by its number in the file. */
  private process(key: string, tree: Expression): number {
    const number = this.functionAt(tree, key);
    const found = number === undefined ? undefined : this.module.functions[number];
    if (!found?.isSteps) throw new Refusal(tree, `${key} is a function with steps: function* ${key}() { … }`);
    if (found.node.params.length > 0) throw new Refusal(found.node, `${key} takes no arguments: it asks self()`);
    return number!;
  }

  /** A function that is named, or that stands here. */
  private functionAt(tree: Expression, name: string): number | undefined {
    if (tree.type === 'Identifier') {
      const global = this.module.globals.get(tree.name);
      return global?.kind === 'function' ? global.number : undefined;
    }
    if (tree.type === 'FunctionExpression')
      return this.module.functions.push({ name, node: tree, isSteps: tree.generator }) - 1;
    if (tree.type !== 'ArrowFunctionExpression' || tree.async) return undefined;
    // An arrow with an expression is a function that returns it.
    const { body, start, end } = tree;
    const block =
      body.type === 'BlockStatement'
        ? body
        : { type: 'BlockStatement', body: [{ type: 'ReturnStatement', argument: body, start, end, loc: body.loc }] };
    const node = {
      ...tree,
      type: 'FunctionExpression',
      generator: false,
      body: block,
    } as unknown as FunctionExpression;
    return this.module.functions.push({ name, node, isSteps: false }) - 1;
  }

  private properties(tree: Expression | undefined): OwnProperty[] {
    if (tree === undefined) return [];
    if (tree.type !== 'ObjectExpression')
      throw new Refusal(tree, 'properties is an object with properties by their names');
    const found = entries(tree).map(([name, value, property]) => {
      if (!KEBAB.test(name) || name.length > 100)
        throw new Refusal(property, 'the name of a property is lower-case words joined by dashes');
      return this.property(name, unwrap(value));
    });
    const twice = found.find(({ name }, i) => found.some((other, j) => j < i && other.name === name));
    if (twice) throw new Refusal(tree, `the property ${twice.name} is declared twice`);
    if (found.length > MAX_PROPERTIES) throw new Refusal(tree, `more than ${MAX_PROPERTIES} properties`);
    return found;
  }

  private property(name: string, tree: Expression): OwnProperty {
    const hint = "{ holds: 'at-end', statement: 'All or none.', check: () => … }";
    if (tree.type !== 'ObjectExpression') throw new Refusal(tree, `the property ${name} is no object`, { hint });
    const keys = new Map(entries(tree).map(([key, value]) => [key, unwrap(value)]));
    const known = ['holds', 'statement', 'check'];
    for (const [key, , property] of entries(tree))
      if (!known.includes(key)) throw new Refusal(property, `unknown key ${key}`, { unknown: { word: key, known } });
    const text = (key: string): string | undefined => {
      const value = keys.get(key);
      return value?.type === 'Literal' && typeof value.value === 'string' ? value.value : undefined;
    };
    const holds = text('holds');
    if (holds !== 'always' && holds !== 'at-end')
      throw new Refusal(keys.get('holds') ?? tree, `${name}: holds is 'always' or 'at-end'`, { hint });
    const statement = text('statement') ?? '';
    if (statement === '' || statement.length > MAX_STATEMENT || /\p{Cc}/u.test(statement))
      throw new Refusal(keys.get('statement') ?? tree, `${name}: statement says in a sentence what must hold`, {
        hint,
      });
    const check = keys.get('check');
    const number = check && this.functionAt(check, name);
    const found = number === undefined ? undefined : this.module.functions[number]!;
    if (!found || found.isSteps || found.node.params.length > 0)
      throw new Refusal(check ?? tree, `${name}: check is a function without steps and without arguments`, { hint });
    return { name, statement, holds, check: `fun${number}` };
  }

  private functions(): void {
    this.module.functions.forEach((one, number) => {
      try {
        this.scopes.set(one, translateFunction(one.node, one.name, number, this.gathered));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        this.mistakes.push(error.mistake);
      }
    });
  }
}

function mainFunction(coordinator: number, task: number): string {
  return `function* main(current) {
let result = 0;
if (is_coordinator(current)) { result = (yield* gen${coordinator}(current)); }
else { result = (yield* gen${task}(current)); }
end_process(current, result);
yield gone();
}`;
}
